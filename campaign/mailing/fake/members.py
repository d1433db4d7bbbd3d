"""What the fake remembers: one audience, its members, and the rules by which their statuses change.

(nobody) ──status_if_new──> subscribed ──the person──> unsubscribed ──pending──> pending ──click──> subscribed
                                ├──mail comes back──> cleaned
                                ├──DELETE──> archived
                                └──delete-permanent──> forgotten: 404, and every write is refused for good
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import md5
from typing import Any

LEFT = ("unsubscribed", "cleaned")


class Problem(Exception):
    """A refusal in Mailchimp's form."""

    def __init__(self, status: int, title: str, detail: str = "") -> None:
        super().__init__(title)
        self.status, self.title, self.detail = status, title, detail or title


NOT_FOUND = Problem(404, "Resource Not Found", "The requested resource could not be found.")
FORGOTTEN = (400, "Forgotten Email Not Subscribed")
COMPLIANCE = (400, "Member In Compliance State")


@dataclass
class Member:
    """`history` holds every status in order; `letters` counts the confirmation mails that were sent."""

    email: str
    status: str
    language: str = ""
    unsubscribed_by: str = ""
    history: list[str] = field(default_factory=list)
    letters: int = 0
    changed_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def become(self, status: str) -> None:
        """Take this status; nothing happens when it is the one already."""
        if status != self.status or not self.history:
            self.letters += status == "pending"
            self.history.append(status)
        self.status, self.changed_at = status, datetime.now(UTC)


def key_of(email: str) -> str:
    """MD5 of the lower-cased address: how members are named."""
    return md5(email.lower().encode(), usedforsecurity=False).hexdigest()


class Members:
    """The audience. `lenient`: somebody who left by the API may be subscribed again; reports differ."""

    def __init__(self, audience: str, *, lenient: bool = False) -> None:
        self.audience, self.lenient = audience, lenient
        self.known: dict[str, Member] = {}
        self.forgotten: set[str] = set()
        self.fakes: set[str] = set()  # addresses that "look fake or invalid"

    def get(self, key: str) -> Member:
        """Raises Problem 404."""
        if key not in self.known:
            raise NOT_FOUND
        return self.known[key]

    def put(self, key: str, body: Mapping[str, Any]) -> Member:
        """Add or change: `status_if_new` acts on creation alone, `status` always."""
        email = str(body["email_address"])
        if key not in self.known:
            if key_of(email) in self.known:
                raise Problem(400, "Member Exists", f"{email} is already a list member.")
            return self._create(email, str(body.get("status") or body.get("status_if_new") or "subscribed"), body)
        return self.patch(key, body)

    def patch(self, key: str, body: Mapping[str, Any]) -> Member:
        """Change what is named."""
        member = self.get(key)
        if status := body.get("status"):
            self._change(member, str(status))
        member.language = str(body.get("language", member.language))
        member.changed_at = datetime.now(UTC)
        return member

    def add(self, body: Mapping[str, Any]) -> Member:
        """POST: newcomers only."""
        if key_of(str(body["email_address"])) in self.known:
            raise Problem(400, "Member Exists", f"{body['email_address']} is already a list member.")
        return self._create(str(body["email_address"]), str(body.get("status", "subscribed")), body)

    def _create(self, email: str, status: str, body: Mapping[str, Any]) -> Member:
        key = key_of(email)
        if key in self.forgotten:
            raise Problem(*FORGOTTEN, f"{email} was permanently deleted and cannot be re-imported.")
        if email in self.fakes:
            raise Problem(400, "Invalid Resource", f"{email} looks fake or invalid, please enter a real email address.")
        member = self.known[key] = Member(email, status, str(body.get("language", "")))
        member.become(status)
        return member

    def _change(self, member: Member, status: str) -> None:
        forgiven = self.lenient and member.unsubscribed_by == "api"
        if status == "subscribed" and member.status in LEFT and not forgiven:
            raise Problem(*COMPLIANCE, f"{member.email} is in a compliance state and cannot be subscribed.")
        if status == "unsubscribed" and member.status not in LEFT:
            member.unsubscribed_by = "api"
        member.become(status)

    def archive(self, key: str) -> None:
        """DELETE: the entry stays, archived."""
        member = self.get(key)
        if member.status in ("archived", "pending", "cleaned"):
            raise Problem(405, "Method Not Allowed", "This list member cannot be removed.")
        member.become("archived")

    def forget(self, key: str) -> None:
        """delete-permanent: gone, and never let in again."""
        self.get(key)
        del self.known[key]
        self.forgotten.add(key)

    def many(self, body: Mapping[str, Any], *, skip_duplicates: bool = False) -> dict[str, Any]:
        """Batch subscribe: 200 whatever happens; who went wrong is in `errors` alone."""
        new: list[Member] = []
        updated: list[Member] = []
        errors: list[tuple[str, Problem]] = []
        seen: set[str] = set()
        if len(body["members"]) > 500:
            raise Problem(400, "Invalid Resource", "Up to 500 members may be added or updated with each API call.")
        for one in body["members"]:
            email, key = str(one["email_address"]), key_of(str(one["email_address"]))
            there = key in self.known
            try:
                if key in seen and not skip_duplicates:
                    raise Problem(400, "Duplicate")
                if there and not body.get("update_existing"):
                    raise Problem(400, "ERROR_CONTACT_EXISTS")
                if there and self.known[key].status == "archived" and "status" not in one:
                    raise Problem(*COMPLIANCE)  # the contract's answer to a batch knows no "archived"
                if key not in seen:
                    (updated if there else new).append(self.put(key, one))
                seen.add(key)
            except Problem as problem:
                errors.append((email, problem))
        return {"new": new, "updated": updated, "errors": errors}

    def since(self, moment: datetime) -> Iterator[Member]:
        """Members that changed after this."""
        return (one for one in list(self.known.values()) if one.changed_at > moment)

    # What people do, by Mailchimp's own doors.

    def unsubscribe(self, email: str) -> None:
        """The person follows the link in a newsletter."""
        member = self.get(key_of(email))
        member.unsubscribed_by = "contact"
        member.become("unsubscribed")

    def click(self, email: str) -> None:
        """The person follows the link in the confirmation mail."""
        member = self.get(key_of(email))
        if member.status == "pending":
            member.become("subscribed")

    def bounce(self, email: str) -> None:
        """Mail to the person comes back."""
        self.get(key_of(email)).become("cleaned")
