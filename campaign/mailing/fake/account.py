"""The fake's account: one audience, what was asked of it, and how it is told to misbehave."""

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from . import letters
from .batches import Batches
from .call import Call, page_of
from .campaigns import Campaigns
from .chosen import only
from .contract import Contract
from .hooks import Hooks
from .members import NOT_FOUND, Member, Members, Problem, key_of
from .segments import Segments

KEY, AUDIENCE = "0123456789abcdef0123456789abcdef-us1", "a6b5da1054"
AT_ONCE = 10  # Mailchimp's limit for an account
PART = re.compile(
    r"/3\.0/lists/(?P<audience>\w+)(?:/(?P<part>members|merge-fields|webhooks|tag-search|segments))?(?P<rest>/.+)?"
)


@dataclass
class Fake:
    """One account with one audience. `calls` keeps what was asked; `breaches` what broke the contract.

    `trouble` is what every call meets while the account is switched off, say; `takes`, how many seconds a call takes.
    `terse`: the eleventh call at once is refused without a body.

    `moods` misbehaves: one for each call to come, in order; "" behaves. `always` is the mood after those; `moody` says
    by the call.
    `reached` is called when a call has arrived ("asked"; when it says True, the call was lost on its way) and when it
    has been done ("done"), before any answer.
    """

    members: Members = field(default_factory=lambda: Members(AUDIENCE))
    contract: Contract | None = None
    calls: list[Call] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    moods: list[str] = field(default_factory=list)
    always: str = ""
    moody: Callable[[Call], str] = lambda _call: ""
    reached: Callable[[str, Call], bool] = lambda _step, _call: False
    say: Callable[[str], None] = lambda _line: None
    trouble: Problem | None = None
    takes: Callable[[Call], float] = lambda _call: 0.0
    terse: bool = False
    most: int = 0
    now: int = 0
    numbers: dict[str, int] = field(default_factory=dict)
    hooks: Hooks = field(default_factory=lambda: Hooks(AUDIENCE))
    lock: threading.RLock = field(default_factory=threading.RLock)
    url: str = ""

    def __post_init__(self) -> None:
        self.members.tell = self.hooks.tell
        self.batches = Batches(lambda *asked: self.do(Call(*asked)))
        self.segments = Segments(self.members)
        self.campaigns = Campaigns(self.members, self.segments)

    def mood(self, call: Call) -> str:
        """What this call meets."""
        with self.lock:
            return self.moody(call) or (self.moods.pop(0) if self.moods else self.always)

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
        """Do what was asked; the status, and of the answer what was asked for. Raises Problem."""
        status, answer = self._do(call)
        fields = call.query.get("fields")
        return status, only(answer, fields.split(",")) if fields and answer else answer

    def _do(self, call: Call) -> tuple[int, Any]:
        if call.path == "/3.0/ping":
            return 200, {"health_status": "Everything's Chimpy!"}
        if self.trouble:
            raise self.trouble
        top, *rest = call.path.removeprefix("/3.0/").split("/")
        if top in ("batches", "campaigns", "reports"):
            return self._batch(call, *rest) if top == "batches" else self._letters(call, top, *rest)
        return self._audience(call)

    def _letters(self, call: Call, top: str, *rest: str) -> tuple[int, Any]:
        with self.lock:
            ask = letters.about_a_report if top == "reports" else letters.about_a_campaign
            return ask(self.campaigns, call, *rest)

    def _audience(self, call: Call) -> tuple[int, Any]:
        if not (found := PART.fullmatch(call.path)) or found["audience"] != self.members.audience:
            raise NOT_FOUND
        part, rest = found["part"] or "", (found["rest"] or "").strip("/").split("/")
        if part == "webhooks":  # not in the lock: the address of a new hook is asked whether it is there
            return self._hook(call, rest[0])
        with self.lock:
            if part == "members" and rest[0]:
                return self._member(call, *rest)
            if part == "segments":
                return letters.about_a_segment(self.segments, call, self._shown, *rest)
            if part in ("merge-fields", "tag-search"):
                return self._field(call, rest[0]) if part == "merge-fields" else (200, self._all_tags())
            return self._list(call, part == "members")

    def _batch(self, call: Call, id: str = "") -> tuple[int, Any]:
        if call.method == "POST":
            return 200, self.batches.add(call.body, self.url)
        return 200, self.batches.look(id, self.url)

    def _member(self, call: Call, key: str, *rest: str) -> tuple[int, Any]:
        if rest == ("actions", "delete-permanent"):
            if call.method != "POST":
                raise Problem(405, "Method Not Allowed", "The requested method and resource are not compatible.")
            self.members.forget(key)
            return 204, None
        if rest == ("tags",):
            return self._tags(call, key)
        if call.method == "DELETE":
            self.members.archive(key)
            return 204, None
        if call.method == "GET":
            return 200, self._shown(self.members.get(key))
        change = self.members.put if call.method == "PUT" else self.members.patch
        return 200, self._shown(change(key, call.body, skip=_skips(call)))

    def _tags(self, call: Call, key: str) -> tuple[int, Any]:
        if call.method == "POST":
            self.members.tag(key, call.body)
            return 204, None
        tags = self._named(self.members.get(key).tags)
        return 200, {"tags": tags, "total_items": len(tags)}

    def _named(self, tags: Iterable[str]) -> list[dict[str, Any]]:
        return [{"id": self.numbers.setdefault(name, len(self.numbers) + 1), "name": name} for name in tags]

    def _all_tags(self) -> dict[str, Any]:
        tags = self._named({name for one in self.members.known.values() for name in one.tags})
        return {"tags": tags, "total_items": len(tags)}

    def _field(self, call: Call, number: str) -> tuple[int, Any]:
        fields, about = self.members.fields, {"list_id": self.members.audience}
        if call.method == "POST":
            return 200, {**fields.add(call.body), **about}
        if call.method == "PATCH":
            return 200, {**fields.change(int(number), call.body), **about}
        if call.method == "DELETE":
            del fields.known[fields.one(int(number))["merge_id"]]
            return 204, None
        if number:
            return 200, {**fields.one(int(number)), **about}
        first, count = page_of(call)
        shown = [{**one, **about} for one in fields.known.values()]
        return 200, {"merge_fields": shown[first : first + count], "total_items": len(shown), **about}

    def _hook(self, call: Call, id: str) -> tuple[int, Any]:
        if call.method == "POST":
            return 200, self.hooks.make(call.body)
        if call.method == "PATCH":
            return 200, self.hooks.change(id, call.body)
        if call.method == "DELETE":
            del self.hooks.known[self.hooks.one(id).id]
            return 204, None
        return 200, self.hooks.one(id).shown(self.members.audience) if id else self.hooks.all()

    def _list(self, call: Call, members: bool) -> tuple[int, Any]:
        if call.method == "GET":
            return 200, self._page(call) if members else self._about()
        if members:
            return 200, self._shown(self.members.add(call.body, skip=_skips(call)))
        doubles = _yes(call, "skip_duplicate_check")
        done = self.members.many(call.body, skip_duplicates=doubles, skip=_skips(call))
        errors = [_error(email, problem) for email, problem in done["errors"]]
        shown = {f"{kind}_members": [self._shown(one) for one in done[kind]] for kind in ("new", "updated")}
        counts = {"total_created": len(done["new"]), "total_updated": len(done["updated"]), "error_count": len(errors)}
        return 200, {**shown, "errors": errors, **counts}

    def _page(self, call: Call) -> dict[str, Any]:
        since = datetime.fromisoformat(call.query.get("since_last_changed", "2000-01-01T00:00:00+00:00"))
        found = list(self.members.since(since))
        first, count = page_of(call)
        return {"members": [self._shown(one) for one in found[first : first + count]], "total_items": len(found)}

    def _about(self) -> dict[str, Any]:
        known, members = {"id": self.members.audience, "name": "Sample audience"}, self.members.known.values()
        known["subscribe_url_short"] = f"{self.url}/join"
        counts = {"member_count": sum(one.status == "subscribed" for one in members), "total_contacts": len(members)}
        switches = {"double_optin": self.members.double_optin, "marketing_permissions": bool(self.members.permissions)}
        return {**known, **switches, "stats": counts}

    def _shown(self, member: Member) -> dict[str, Any]:
        shown = {"id": key_of(member.email), "email_address": member.email, "status": member.status}
        changed = member.changed_at.isoformat(timespec="seconds")
        kept = {"merge_fields": member.merge, "tags": self._named(member.tags), "tags_count": len(member.tags)}
        if self.members.permissions:
            one = {"text": "Sample permission"}
            permissions = [
                {**one, "marketing_permission_id": id, "enabled": on} for id, on in member.permissions.items()
            ]
            kept |= {"marketing_permissions": permissions}
        return {**shown, **kept, "language": member.language, "list_id": self.members.audience, "last_changed": changed}


def _yes(call: Call, name: str) -> bool:
    return call.query.get(name, "").lower() in ("true", "1")


def _skips(call: Call) -> bool:
    return _yes(call, "skip_merge_validation")


def _error(email: str, problem: Problem) -> dict[str, str]:
    code = problem.title if problem.title.startswith("ERROR_") else "ERROR_GENERIC"
    about = next(iter(problem.errors), {"field": "", "message": ""})
    field = {"field": about["field"], "field_message": about["message"]}
    return {"email_address": email, "error": problem.detail, "error_code": code, **field}
