"""The fake's audience: its members, many at once, and what people do by Mailchimp's own doors."""

from collections.abc import Mapping
from typing import Any

from .entries import ADMIN, COMPLIANCE, USER, Entries, Member, key_of
from .problem import NOT_FOUND, Problem

__all__ = ["NOT_FOUND", "Member", "Members", "Problem", "key_of"]


class Members(Entries):
    """The audience."""

    def many(self, body: Mapping[str, Any], *, skip_duplicates: bool = False, skip: bool = False) -> dict[str, Any]:
        """Batch subscribe: 200 whatever happens; who went wrong is in `errors` alone."""
        new: list[Member] = []
        updated: list[Member] = []
        errors: list[tuple[str, Problem]] = []
        seen: set[str] = set()
        if len(body["members"]) > 500:
            raise Problem(400, "Invalid Resource", "Up to 500 members may be added or updated with each API call.")
        for one in body["members"]:
            email, key = str(one["email_address"]), key_of(str(one["email_address"]))
            try:
                if key in seen and not skip_duplicates:
                    raise Problem(400, "Duplicate")
                self._may_be_updated(key, one, body)
                if key not in seen:
                    (updated if key in self.known else new).append(self.put(key, one, skip=skip))
                seen.add(key)
            except Problem as problem:
                errors.append((email, problem))
        return {"new": new, "updated": updated, "errors": errors}

    def _may_be_updated(self, key: str, one: Mapping[str, Any], body: Mapping[str, Any]) -> None:
        if key not in self.known:
            return
        if not body.get("update_existing"):
            raise Problem(400, "ERROR_CONTACT_EXISTS")
        if self.known[key].status == "archived" and "status" not in one:
            raise Problem(*COMPLIANCE)  # the contract's answer to a batch knows no "archived"
        if body.get("sync_tags"):
            self.known[key].tags.clear()  # all of them, also those that somebody set by hand

    # What people do, by Mailchimp's own doors.

    def _by_hand(self, email: str, status: str, source: str = USER) -> None:
        member = self.get(key_of(email))
        before = (member.status, member.language, member.merge)
        member.become(status)
        self._tell_of(member, before, source)

    def unsubscribe(self, email: str) -> None:
        """The person follows the link in a newsletter."""
        self.get(key_of(email)).unsubscribed_by = "contact"
        self._by_hand(email, "unsubscribed")

    def click(self, email: str) -> None:
        """The person follows the link in the confirmation mail."""
        if self.get(key_of(email)).status == "pending":
            self._by_hand(email, "subscribed")

    def join(self, email: str) -> None:
        """The person signs up by Mailchimp's own form: the one way back for whom it forgot."""
        self.forgotten.discard(key_of(email))
        if key_of(email) not in self.known:
            self.known[key_of(email)] = Member(email, "", merge=dict(self.fields.blank()))
        self._by_hand(email, "subscribed")

    def bounce(self, email: str) -> None:
        """Mail to the person comes back."""
        self._by_hand(email, "cleaned")

    def move(self, email: str, new: str) -> None:
        """The person changes their address by the link in a newsletter."""
        self._move(self.get(key_of(email)), new, USER)

    def tag_by_hand(self, email: str, name: str) -> None:
        """Somebody of the organisation puts a tag on them; no webhook says so."""
        self.get(key_of(email)).tags[name] = None

    def name_by_hand(self, email: str, name: str) -> None:
        """Somebody of the organisation writes down their first name."""
        member = self.get(key_of(email))
        before = (member.status, member.language, member.merge)
        member.merge = {**member.merge, "FNAME": name}
        member.become(member.status)
        self._tell_of(member, before, ADMIN)
