"""Segments at Mailchimp: the addresses of one letter's readers, under a name by which they are found again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from . import rules
from .mailchimp import STRANGE, Mailchimp, Unknown, expect_nothing, key_of

A_PIECE = rules.A_BATCH  # addresses in one call about a segment
A_PAGE = 1000
SKEW = timedelta(hours=1)  # their clock and ours


class Segments(Mailchimp):
    """The segments of one account's audience."""

    audience_id = ""

    def find_segment(self, name: str, since: datetime) -> int | None:
        """The segment that has this name, made since then (or a little before)."""
        fields = ["segments.id", "segments.name", "total_items"]
        page: dict[str, Any] = {"type": "static", "since_created_at": moment(since - SKEW), "count": A_PAGE}
        for offset in range(0, 10 * A_PAGE, A_PAGE):
            ask = {**page, "fields": fields, "offset": offset}
            found = listed(self._call(partial(self.client.lists.list_segments, self.audience_id, **ask)), "segments")
            for one in found:
                if one.get("name") == name:
                    return int(one["id"])
            if len(found) < A_PAGE:
                break
        return None

    def make_segment(self, name: str) -> int:
        """A segment with nobody in it; its id."""
        body = {"name": name, "static_segment": []}
        return int(known(self._call(lambda: self.client.lists.create_segment(self.audience_id, body)), "id"))

    def add(self, segment_id: int, addresses: Sequence[str]) -> dict[str, str]:
        """Put up to 500 members into a segment; of those who will get nothing by it why, by their keys (`key_of`)."""
        body = {"members_to_add": list(addresses)}
        said = self._call(lambda: self.client.lists.batch_segment_members(body, self.audience_id, str(segment_id)))
        added, refused = listed(said, "members_added"), dict[str, str]()
        for one in listed({"errors": [], **said}, "errors"):
            refused |= dict.fromkeys(map(_key, one.get("email_addresses") or []), "absent")
        for one in added:
            if one.get("status") not in ("subscribed", None):  # what it does not say is seen when they are counted
                refused[_key(one.get("email_address"))] = str(one.get("status"))
        return refused

    def take_out(self, segment_id: int, addresses: Sequence[str]) -> None:
        """Take up to 500 members out of a segment."""
        body = {"members_to_remove": list(addresses)}
        self._call(lambda: self.client.lists.batch_segment_members(body, self.audience_id, str(segment_id)))

    def count(self, segment_id: int) -> int:
        """How many there are in it who would get a campaign."""
        ask = {"fields": ["id", "member_count"]}
        said = self._call(lambda: self.client.lists.get_segment(self.audience_id, str(segment_id), **ask))
        return int(known(said, "member_count"))

    def people(self, segment_id: int) -> dict[str, str]:
        """The addresses in it that would get a campaign, by their keys. All of them, or an error."""
        fields = ["members.email_address", "members.status", "total_items"]
        found: dict[str, str] = {}
        seen = 0
        while True:
            ask = {"fields": fields, "count": A_PAGE, "offset": seen}
            said = self._call(
                partial(self.client.lists.get_segment_members_list, self.audience_id, str(segment_id), **ask)
            )
            members = listed(said, "members")
            seen += len(members)
            found |= {_key(one["email_address"]): str(one["email_address"]) for one in members if _is_on(one)}
            if not members or seen >= int(known(said, "total_items")):
                return found

    def drop_segment(self, segment_id: int) -> None:
        """Delete it; its members stay in the audience."""
        answer = self._answer(lambda: self.client.lists.delete_segment(self.audience_id, str(segment_id)))
        expect_nothing(answer)


def known(said: dict[str, Any], name: str) -> Any:
    """What must be in an answer: else something else answered in Mailchimp's place."""
    if said.get(name) is None:
        raise Unknown(STRANGE)
    return said[name]


def listed(said: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """A list that must be in an answer."""
    if not isinstance(found := said.get(name), list):
        raise Unknown(STRANGE)
    return [one for one in found if isinstance(one, dict)]


def _is_on(member: dict[str, Any]) -> bool:
    return member.get("status") == "subscribed" and "@" in str(member.get("email_address", ""))


def _key(address: object) -> str:
    return key_of(str(address)) if "@" in str(address) else ""


def moment(at: datetime) -> str:
    """A moment as a question to Mailchimp says it."""
    return at.isoformat(timespec="seconds")
