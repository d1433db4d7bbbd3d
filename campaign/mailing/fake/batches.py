"""The fake's batches: operations done later, step by step, whose results lie in an archive behind a passing address.

pending ──> preprocessing ──> started ──> finalizing ──> finished (also when every operation failed)
"""

import io
import json
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any
from urllib.parse import urlsplit

from .problem import NOT_FOUND, Problem

STEPS = ("pending", "preprocessing", "started", "finalizing", "finished")
MOST_PENDING = 500
VALID = timedelta(minutes=10)  # of the address of the results
Do = Callable[[str, str, dict[str, str], Any], tuple[int, Any]]


@dataclass
class Batch:
    """One batch. Its results are in the order in which they were done, which is not that of the operations."""

    id: str
    operations: list[Mapping[str, Any]]
    submitted_at: datetime
    step: int = 0
    results: list[dict[str, Any]] = field(default_factory=list)
    url_made_at: datetime | None = None


class Batches:
    """All of them; `do` does one operation as a call of its own."""

    def __init__(self, do: Do) -> None:
        self.do, self.known = do, dict[str, Batch]()
        self.now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def add(self, body: Mapping[str, Any], url: str) -> dict[str, Any]:
        """A new one. Raises Problem when too many wait."""
        if sum(one.step < len(STEPS) - 1 for one in self.known.values()) >= MOST_PENDING:
            raise Problem(429, "Too Many Requests", "You have more than 500 pending batches.")
        batch = Batch(token_hex(5), list(body["operations"]), self.now())
        self.known[batch.id] = batch
        return self.shown(batch, url)

    def look(self, id: str, url: str) -> dict[str, Any]:
        """How it stands; each look finds it a step further, and what it is about is done when it has started."""
        if (batch := self.known.get(id)) is None:
            raise NOT_FOUND
        batch.step = min(batch.step + 1, len(STEPS) - 1)
        if STEPS[batch.step] == "started":
            batch.results = [self._one(operation) for operation in reversed(batch.operations)]
        if STEPS[batch.step] == "finished":
            batch.url_made_at = self.now()
        return self.shown(batch, url)

    def _one(self, operation: Mapping[str, Any]) -> dict[str, Any]:
        body = operation.get("body")
        params = {name: str(value) for name, value in (operation.get("params") or {}).items()}
        path = f"/3.0/{operation['path'].strip('/')}"
        try:
            status, answer = self.do(operation["method"], path, params, json.loads(body) if body else None)
        except Problem as problem:
            status, answer = problem.status, problem.shown()
        said = {"status_code": status, "operation_id": operation.get("operation_id", "")}
        return {**said, "response": json.dumps(answer)}

    def shown(self, batch: Batch, url: str) -> dict[str, Any]:
        """As the API shows it. Whoever takes `finished` for success has not looked at `errored_operations`."""
        moment = batch.submitted_at.isoformat(timespec="seconds")
        known = {"id": batch.id, "status": STEPS[batch.step], "total_operations": len(batch.operations)}
        counts = {"finished_operations": len(batch.results), "submitted_at": moment, "completed_at": moment}
        errored = sum(one["status_code"] >= 400 for one in batch.results)
        address = f"{url}/batches/{batch.id}.tar.gz" if batch.url_made_at else ""
        return {**known, **counts, "errored_operations": errored, "response_body_url": address}

    def archive(self, path: str) -> bytes | None:
        """The results: a folder entry, then several files; None once the address has run out."""
        batch = self.known.get(urlsplit(path).path.rpartition("/")[2].removesuffix(".tar.gz"))
        if batch is None or batch.url_made_at is None or self.now() - batch.url_made_at > VALID:
            return None
        packed, half = io.BytesIO(), -(-len(batch.results) // 2)
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            folder = tarfile.TarInfo("./")
            folder.type = tarfile.DIRTYPE
            archive.addfile(folder)
            for number, some in enumerate((batch.results[:half], batch.results[half:])):
                said = json.dumps(some).encode()
                file = tarfile.TarInfo(f"./{batch.id}-{number}.json")
                file.size = len(said)
                archive.addfile(file, io.BytesIO(said))
        return packed.getvalue()
