"""The fake's account: one audience, what was asked of it, and how it is told to misbehave."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .contract import Contract
from .members import NOT_FOUND, Member, Members, Problem, key_of

KEY, AUDIENCE = "0123456789abcdef0123456789abcdef-us1", "a6b5da1054"
AT_ONCE = 10  # Mailchimp's limit for an account
MEMBER = re.compile(r"/3\.0/lists/(?P<audience>\w+)/members/(?P<key>[^/]+)(?P<rest>/actions/delete-permanent)?")
LIST = re.compile(r"/3\.0/lists/(?P<audience>\w+)(?P<rest>/members)?")


@dataclass
class Call:
    """One call: what was asked for."""

    method: str
    path: str
    query: dict[str, str]
    body: Any


@dataclass
class Fake:
    """One account with one audience. `calls` keeps what was asked; `breaches` what broke the contract.

    `moods` misbehaves: one for each call to come, in order; "" behaves. `always` is the mood after those.
    `reached` is called when a call has arrived ("asked"; when it says True, the call was lost on its way) and when it
    has been done ("done"), before any answer.
    """

    members: Members = field(default_factory=lambda: Members(AUDIENCE))
    contract: Contract | None = None
    calls: list[Call] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    moods: list[str] = field(default_factory=list)
    always: str = ""
    reached: Callable[[str, Call], bool] = lambda _step, _call: False
    say: Callable[[str], None] = lambda _line: None
    most: int = 0
    now: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)
    url: str = ""

    def mood(self) -> str:
        """What this call meets."""
        with self.lock:
            return self.moods.pop(0) if self.moods else self.always

    @contextmanager
    def counted(self) -> Iterator[bool]:
        """Whether there is room for this call among the ten."""
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
            room = self.now <= AT_ONCE
        try:
            yield room
        finally:
            with self.lock:
                self.now -= 1

    def do(self, call: Call) -> tuple[int, Any]:
        """Do what was asked; the status and the answer. Raises Problem."""
        if call.path == "/3.0/ping":
            return 200, {"health_status": "Everything's Chimpy!"}
        with self.lock:
            if found := MEMBER.fullmatch(call.path):
                self._own(found["audience"])
                return self._member(call, found["key"], bool(found["rest"]))
            if found := LIST.fullmatch(call.path):
                self._own(found["audience"])
                return self._list(call, bool(found["rest"]))
        raise NOT_FOUND

    def _own(self, audience: str) -> None:
        if audience != self.members.audience:
            raise NOT_FOUND

    def _member(self, call: Call, key: str, permanent: bool) -> tuple[int, Any]:
        if permanent and call.method == "POST":
            self.members.forget(key)
            return 204, None
        if call.method == "DELETE":
            self.members.archive(key)
            return 204, None
        if call.method == "GET":
            return 200, self._shown(self.members.get(key))
        return 200, self._shown((self.members.put if call.method == "PUT" else self.members.patch)(key, call.body))

    def _list(self, call: Call, members: bool) -> tuple[int, Any]:
        if call.method == "GET":
            return 200, self._page(call) if members else {"id": self.members.audience}
        if members:
            return 200, self._shown(self.members.add(call.body))
        skip = call.query.get("skip_duplicate_check", "").lower() == "true"
        done = self.members.many(call.body, skip_duplicates=skip)
        errors = [_error(email, problem) for email, problem in done["errors"]]
        shown = {f"{kind}_members": [self._shown(one) for one in done[kind]] for kind in ("new", "updated")}
        counts = {"total_created": len(done["new"]), "total_updated": len(done["updated"]), "error_count": len(errors)}
        return 200, {**shown, "errors": errors, **counts}

    def _page(self, call: Call) -> dict[str, Any]:
        since = datetime.fromisoformat(call.query.get("since_last_changed", "2000-01-01T00:00:00+00:00"))
        found = list(self.members.since(since))
        first, count = int(call.query.get("offset", 0)), int(call.query.get("count", 10))
        return {"members": [self._shown(one) for one in found[first : first + count]], "total_items": len(found)}

    def _shown(self, member: Member) -> dict[str, Any]:
        shown = {"id": key_of(member.email), "email_address": member.email, "status": member.status}
        changed = member.changed_at.isoformat(timespec="seconds")
        return {**shown, "language": member.language, "list_id": self.members.audience, "last_changed": changed}


def _error(email: str, problem: Problem) -> dict[str, str]:
    code = problem.title if problem.title.startswith("ERROR_") else "ERROR_GENERIC"
    return {"email_address": email, "error": problem.detail, "error_code": code, "field": "", "field_message": ""}
