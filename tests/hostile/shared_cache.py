"""A small shared cache, as a proxy in front of the site would be: by RFC 9111, or careless, going by names."""

from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from werkzeug.test import TestResponse

from tests.visitor import Visitor

# Statuses that may be stored without being asked to (RFC 9110, 15.1).
HEURISTIC = {200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501}
STATIC = "css js png jpg jpeg gif svg ico woff woff2 ttf pdf txt xml json map webp avif mp4 zip csv".split()  # noqa: SIM905


def directives(answer: TestResponse) -> dict[str, str]:
    """What Cache-Control says, by name."""
    parts = [part.strip().partition("=") for part in answer.headers.get("Cache-Control", "").lower().split(",")]
    return {name: value.strip('"') for name, _, value in parts if name}


def storable(answer: TestResponse) -> bool:
    """Whether a shared cache may keep this answer at all (RFC 9111, 3)."""
    said = directives(answer)
    if answer.request.method not in ("GET", "HEAD") or "no-store" in said or "private" in said:
        return False
    explicit = {"public", "max-age", "s-maxage"} & set(said) or "Expires" in answer.headers
    return bool(explicit) or answer.status_code in HEURISTIC


def fresh(answer: TestResponse) -> bool:
    """Whether it may be given to somebody else without asking the site (4.2), heuristics included (4.2.2)."""
    said = directives(answer)
    if not storable(answer) or "no-cache" in said:
        return False
    for name in ("s-maxage", "max-age"):
        if name in said:
            return int(said[name] or 0) > 0
    if "Expires" in answer.headers:
        return bool(parsedate_to_datetime(answer.headers["Expires"]))
    return answer.status_code in HEURISTIC


@dataclass
class SharedCache:
    """Keeps what it may and gives it to whoever asks next. `careless`: keeps whatever has the name of a file."""

    careless: bool = False
    kept: dict[tuple[str, ...], tuple[TestResponse, dict[str, str]]] = field(default_factory=dict)

    def get(self, person: Visitor, path: str, **headers: str) -> TestResponse:
        """What this person gets: an answer that was kept, or the site's own, which is kept if it may be."""
        key = (path,)
        if key in self.kept:
            answer, asked = self.kept[key]
            if self._same(answer, asked, self._sent(person, headers)):
                return answer
        answer = person.raw(path, headers=headers, buffered=True)
        if fresh(answer) or (self.careless and _is_a_file(path) and answer.status_code == 200):
            self.kept[key] = answer, self._sent(person, headers)
        return answer

    def _same(self, answer: TestResponse, asked: dict[str, str], asks: dict[str, str]) -> bool:
        vary = [] if self.careless else [name.strip().lower() for name in answer.headers.get("Vary", "").split(",")]
        return "*" not in vary and all(asked.get(name) == asks.get(name) for name in vary)

    def _sent(self, person: Visitor, headers: dict[str, Any]) -> dict[str, str]:
        cookie = "; ".join(f"{one.key}={one.value}" for one in (person.client._cookies or {}).values())
        return {name.lower(): value for name, value in headers.items()} | {"cookie": cookie}


def _is_a_file(path: str) -> bool:
    """Whether a careless proxy takes this for a file of the site's: by the end of its name, decoded once or twice."""
    for name in (urlsplit(path).path, unquote(path), unquote(unquote(path))):
        if name.rpartition(".")[2].lower() in STATIC or "/static/" in name:
            return True
    return False
