"""What the fake remembers of each member, and what calls of the API change in it.

(nobody) ──status_if_new──> subscribed ──the person──> unsubscribed ──pending──> pending ──click──> subscribed
                                ├──mail comes back──> cleaned
                                ├──DELETE──> archived
                                └──delete-permanent──> forgotten: 404, and every write is refused for good
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import md5
from typing import Any

from .fields import Fields
from .problem import NOT_FOUND, Problem

LEFT = ("unsubscribed", "cleaned")
FORGOTTEN = (400, "Forgotten Email Not Subscribed")
COMPLIANCE = (400, "Member In Compliance State")
API, USER, ADMIN = "api", "user", "admin"  # who did it, as webhooks tell sources apart
Tell = Callable[[str, str, dict[str, str]], None]


@dataclass
class Member:
    """`history` holds every status in order; `letters` counts the confirmation mails that were sent."""

    email: str
    status: str
    language: str = ""
    unsubscribed_by: str = ""
    merge: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, None] = field(default_factory=dict)  # names, in the order in which they came
    permissions: dict[str, bool] = field(default_factory=dict)
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


class Entries:
    """An audience's members. `lenient`: somebody who left by the API may be subscribed again; reports differ.

    `tell` is told of what fires a webhook: the event, who did it, and what is said of it. `permissions` are the ids of
    the audience's marketing permissions, which only members show; `most` is how many contacts the account pays for.
    """

    def __init__(self, audience: str, *, lenient: bool = False) -> None:
        self.audience, self.lenient = audience, lenient
        self.known: dict[str, Member] = {}
        self.forgotten: set[str] = set()
        self.fakes: set[str] = set()  # addresses that "look fake or invalid"
        self.eager: set[str] = set()  # addresses that joined a lot of lists very recently
        self.fields = Fields()
        self.double_optin = False
        self.permissions: list[str] = []
        self.most: int | None = None
        self.tell: Tell = lambda _event, _source, _said: None

    def get(self, key: str) -> Member:
        """Raises Problem 404."""
        if key not in self.known:
            raise NOT_FOUND
        return self.known[key]

    def put(self, key: str, body: Mapping[str, Any], *, skip: bool = False) -> Member:
        """Add or change: `status_if_new` acts on creation alone, `status` always. `skip`: no field is required."""
        email = str(body["email_address"])
        if key not in self.known:
            if key_of(email) in self.known:
                raise Problem(400, "Member Exists", f"{email} is already a list member.")
            status = str(body.get("status") or body.get("status_if_new") or "subscribed")
            return self._create(email, status, body, skip=skip)
        return self.patch(key, body, skip=skip)

    def patch(self, key: str, body: Mapping[str, Any], *, skip: bool = False) -> Member:
        """Change what is named."""
        member = self.get(key)
        merge = {**member.merge, **self.fields.taken(body.get("merge_fields") or {}, member.merge, skip=skip)}
        if (email := str(body.get("email_address", member.email))) != member.email:
            self._may_move(member, email)
        before = (member.status, member.language, member.merge)
        if status := body.get("status"):
            self._change(member, str(status))
        member.language = str(body.get("language", member.language))
        member.merge, member.changed_at = merge, datetime.now(UTC)
        self._tell_of(member, before, API)
        if email != member.email:
            self._move(member, email, API)
        self._mark(member, body)
        return member

    def add(self, body: Mapping[str, Any], *, skip: bool = False) -> Member:
        """POST: newcomers only."""
        if key_of(str(body["email_address"])) in self.known:
            raise Problem(400, "Member Exists", f"{body['email_address']} is already a list member.")
        return self._create(str(body["email_address"]), str(body.get("status", "subscribed")), body, skip=skip)

    def _create(self, email: str, status: str, body: Mapping[str, Any], *, skip: bool) -> Member:
        self._may_join(email)
        merge = {**self.fields.blank(), **self.fields.taken(body.get("merge_fields") or {}, {}, skip=skip)}
        member = self.known[key_of(email)] = Member(email, status, str(body.get("language", "")), merge=merge)
        member.permissions = dict.fromkeys(self.permissions, False)
        member.become(status)
        self._mark(member, body)
        self._tell_of(member, ("", member.language, member.merge), API)
        return member

    def _may_join(self, email: str) -> None:
        if key_of(email) in self.forgotten:
            raise Problem(*FORGOTTEN, f"{email} was permanently deleted and cannot be re-imported.")
        if email in self.fakes:
            raise Problem(400, "Invalid Resource", f"{email} looks fake or invalid, please enter a real email address.")
        if email in self.eager:
            raise Problem(400, "Invalid Resource", f"{email} has signed up to a lot of lists very recently.")
        if self.most is not None and len(self.known) >= self.most:
            raise Problem(403, "Forbidden", "Your account has reached its limit of contacts.")

    def _mark(self, member: Member, body: Mapping[str, Any]) -> None:
        member.tags |= dict.fromkeys(body.get("tags") or ())
        for one in body.get("marketing_permissions") or ():
            if one["marketing_permission_id"] in self.permissions:
                member.permissions[one["marketing_permission_id"]] = one["enabled"]

    def _change(self, member: Member, status: str) -> None:
        forgiven = self.lenient and member.unsubscribed_by == "api"
        if status == "subscribed" and member.status in LEFT and not forgiven:
            raise Problem(*COMPLIANCE, f"{member.email} is in a compliance state and cannot be subscribed.")
        if status == "unsubscribed" and member.status not in LEFT:
            member.unsubscribed_by = "api"
        member.become(status)

    def _may_move(self, member: Member, email: str) -> None:
        key = key_of(email)
        if key in self.known and self.known[key] is not member:  # also somebody archived
            raise Problem(400, "Member Exists", f"{email} is already a list member.")
        if key in self.forgotten or email in self.fakes:
            self._may_join(email)

    def _move(self, member: Member, email: str, source: str) -> None:
        old = member.email
        del self.known[key_of(old)]
        member.email, member.changed_at = email, datetime.now(UTC)
        self.known[key_of(email)] = member
        said = {"new_id": key_of(email)[:10], "new_email": email, "old_email": old}
        self.tell("upemail", source, said)

    def _tell_of(self, member: Member, before: tuple[str, str, dict[str, Any]], source: str) -> None:
        status, language, merge = before
        event = {"subscribed": "subscribe", "unsubscribed": "unsubscribe", "cleaned": "cleaned"}.get(member.status)
        if member.status != status:
            if event:
                self.tell(event, source, self._said(member, event))
        elif (member.language, member.merge) != (language, merge):
            self.tell("profile", source, self._said(member, "profile"))

    def _said(self, member: Member, event: str) -> dict[str, str]:
        if event == "cleaned":
            return {"reason": "hard", "email": member.email, "campaign_id": "4fjk2ma9xd"}
        reason = {"action": "unsub", "reason": "manual"} if event == "unsubscribe" else {}
        merges = {f"merges][{tag}": str(value) for tag, value in member.merge.items()}
        known = {"id": key_of(member.email)[:10], "email": member.email, "email_type": "html"}
        return {**reason, **known, "merges][EMAIL": member.email, **merges}

    def tag(self, key: str, body: Mapping[str, Any]) -> None:
        """Put on and take off the tags that are named, and no others; what it cannot read it takes for nothing."""
        member = self.get(key)
        for one in body.get("tags") or ():
            if not isinstance(one, dict) or "name" not in one:
                continue
            if one.get("status") == "inactive":
                member.tags.pop(one["name"], None)
            elif one.get("status") == "active":
                member.tags[one["name"]] = None
        member.changed_at = datetime.now(UTC)

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

    def since(self, moment: datetime) -> Iterator[Member]:
        """Members that changed after this, by whole seconds: who changed within that second is not among them."""
        return (one for one in list(self.known.values()) if one.changed_at.replace(microsecond=0) > moment)
