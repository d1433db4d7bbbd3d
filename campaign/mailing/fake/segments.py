"""The fake's segments: names with members, filled in their own time, as tags are.

add ──> in line ──so many looks later──> in it
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .entries import Member, key_of
from .members import Members
from .problem import NOT_FOUND, Problem

MOST = 500


@dataclass
class Segment:
    """One of them; `line` holds what was asked and is not done yet: a key, and whether it is to be in."""

    id: int
    name: str
    made_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    line: list[tuple[str, bool]] = field(default_factory=list)
    looks: int = 0


class Segments:
    """All of them. `slow`: how often one is looked at before what was asked is done.

    `picky`: who is in it already is named among the errors, like those who are no members.
    """

    def __init__(self, members: Members) -> None:
        self.members, self.known, self.slow, self.made = members, dict[int, Segment](), 0, 0
        self.picky = False

    def add(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A new one, with those of these addresses who are members."""
        self.made += 1
        one = self.known[self.made] = Segment(self.made, str(body["name"]))
        one.line = [(key_of(email), True) for email in body.get("static_segment") or []]
        return self.shown(one.id)

    def one(self, id: int) -> Segment:
        """Raises Problem 404."""
        if id not in self.known:
            raise NOT_FOUND
        return self.known[id]

    def all(self, since: datetime, first: int, count: int) -> dict[str, Any]:
        """A page of those made since then."""
        found = [one for one in self.known.values() if one.made_at >= since]
        shown = [self.shown(one.id) for one in found[first : first + count]]
        return {"segments": shown, "list_id": self.members.audience, "total_items": len(found)}

    def shown(self, id: int) -> dict[str, Any]:
        """As the API shows it."""
        one, moment = self.one(id), datetime.now(UTC).isoformat(timespec="seconds")
        known = {"id": one.id, "name": one.name, "type": "static", "list_id": self.members.audience}
        return {**known, "member_count": len(self.readers(id)), "created_at": moment, "updated_at": moment}

    def look(self, id: int) -> dict[str, Any]:
        """The same to somebody who looks: time passes."""
        self._pass(self.one(id))
        return self.shown(id)

    def people(self, id: int) -> list[Member]:
        """Its members who would get a campaign, to somebody who looks."""
        self._pass(self.one(id))
        return self.readers(id)

    def readers(self, id: int) -> list[Member]:
        """Its members who would get a campaign."""
        name = self.one(id).name
        return [one for one in list(self.members.known.values()) if name in one.tags and one.status == "subscribed"]

    def change(self, id: int, body: Mapping[str, Any]) -> dict[str, Any]:
        """Put members in or take them out; who is no member is named, and all others go in line."""
        one, known = self.one(id), self.members.known
        into, out = (list(body.get(name) or []) for name in ("members_to_add", "members_to_remove"))
        if len(into) > MOST or len(out) > MOST:
            raise Problem(400, "Invalid Resource", "Up to 500 members may be added or removed with each API call.")
        strangers = [email for email in (*into, *out) if key_of(email) not in known]
        if self.picky:
            strangers += [member.email for member in self._members(into) if one.name in member.tags]
        added, removed = (self._members(email for email in some if email not in strangers) for some in (into, out))
        one.line += [(key_of(member.email), True) for member in added]
        one.line += [(key_of(member.email), False) for member in removed]
        one.looks = 0
        if not self.slow:
            self._pass(one)
        said = "Email addresses do not exist on this list."
        errors = [{"email_addresses": strangers, "error": said}] if strangers else []
        counts = {"total_added": len(added), "total_removed": len(removed), "error_count": len(errors)}
        shown = {"members_added": _shown(added), "members_removed": _shown(removed)}
        return {**shown, "errors": errors, **counts}

    def _members(self, emails: Iterable[str]) -> list[Member]:
        return [self.members.known[key] for email in emails if (key := key_of(email)) in self.members.known]

    def _pass(self, one: Segment) -> None:
        one.looks += 1
        if one.looks <= self.slow:
            return
        for key, into in one.line:
            if (member := self.members.known.get(key)) is not None:
                if into:
                    member.tags[one.name] = None
                else:
                    member.tags.pop(one.name, None)
        one.line = []

    def remove(self, id: int) -> None:
        """Delete it; its members stay."""
        name = self.one(id).name
        for member in self.members.known.values():
            member.tags.pop(name, None)
        del self.known[id]


def _shown(members: Iterable[Member]) -> list[dict[str, Any]]:
    return [{"id": key_of(one.email), "email_address": one.email, "status": one.status} for one in members]
