"""The fake's campaigns and their reports.

save ──content, a domain that is verified, somebody to write to──> ready ──send──> sending ──> sent
  └──schedule, on a quarter of an hour──> schedule
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

from .entries import key_of
from .members import Members
from .problem import NOT_FOUND, Problem

NOT_READY = (400, "Bad Request", "Your Campaign is not ready to send.")
QUARTERS = (0, 15, 30, 45)


@dataclass
class Campaign:
    """One of them, and to whom it was sent."""

    id: str
    settings: dict[str, Any]
    status: str = "save"
    html: str = ""
    sent_to: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


class Campaigns:
    """All of them. `verified` are the domains from which it may be sent."""

    def __init__(self, members: Members) -> None:
        self.members, self.known, self.verified = members, dict[str, Campaign](), {"example.org"}

    def add(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A new one."""
        one = Campaign(token_hex(5), dict(body.get("settings") or {}))
        self.known[one.id] = one
        return self.shown(one.id)

    def one(self, id: str) -> Campaign:
        """Raises Problem 404."""
        if id not in self.known:
            raise NOT_FOUND
        return self.known[id]

    def shown(self, id: str) -> dict[str, Any]:
        """As the API shows it."""
        one = self.one(id)
        recipients = {"list_id": self.members.audience, "recipient_count": len(self._readers())}
        known = {"id": one.id, "type": "regular", "status": one.status, "emails_sent": len(one.sent_to)}
        return {**known, "settings": one.settings, "recipients": recipients}

    def fill(self, id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Its content."""
        self.one(id).html = str(body.get("html", ""))
        return {"html": self.one(id).html}

    def checklist(self, id: str) -> dict[str, Any]:
        """What stands in its way."""
        one = self.one(id)
        domain = str(one.settings.get("reply_to", "")).rpartition("@")[2]
        lacks = {
            "List": "" if self._readers() else "Your segment is empty.",
            "Content": "" if one.html else "You haven't added any content.",
            "Domain": "" if domain in self.verified else "The domain is not verified.",
        }
        items = [
            {"type": "error" if lack else "success", "id": number, "heading": heading, "details": lack or "Fine."}
            for number, (heading, lack) in enumerate(lacks.items(), 500)
        ]
        return {"is_ready": not any(lacks.values()), "items": items}

    def _readers(self) -> list[str]:
        return [one.email for one in self.members.known.values() if one.status == "subscribed"]

    def send(self, id: str) -> None:
        """Begin to send it, once and for all."""
        one = self.one(id)
        if one.status not in ("save", "schedule") or not self.checklist(id)["is_ready"]:
            raise Problem(*NOT_READY)
        one.status, one.sent_to = "sending", self._readers()

    def schedule(self, id: str, body: Mapping[str, Any]) -> None:
        """Send it then; only at quarters of an hour."""
        at = datetime.fromisoformat(str(body["schedule_time"]))
        if not self.checklist(id)["is_ready"] or at.minute not in QUARTERS or at.second:
            raise Problem(400, "Bad Request", "This campaign cannot be scheduled: .")
        self.one(id).status = "schedule"

    def remove(self, id: str) -> None:
        """Not while it is being sent."""
        if self.one(id).status == "sending":
            raise Problem(405, "Method Not Allowed", "A campaign cannot be deleted while it is being sent.")
        del self.known[id]

    # What happens by itself, and what readers do.

    def arrive(self, id: str) -> None:
        """It has been sent."""
        self.one(id).status = "sent"

    def unsubscribe(self, id: str, email: str) -> None:
        """A reader follows its link: the report, the webhook and the member say so."""
        self.one(id).left.append(email)
        self.members.unsubscribe(email)

    def report(self, id: str) -> dict[str, Any]:
        """Its numbers, which agree with the members."""
        one = self.one(id)
        return {"id": one.id, "emails_sent": len(one.sent_to), "unsubscribed": len(one.left), "abuse_reports": 0}

    def unsubscribed(self, id: str) -> dict[str, Any]:
        """Who left by it."""
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        known = {"campaign_id": id, "list_id": self.members.audience, "reason": "None given", "timestamp": moment}
        left = [{"email_id": key_of(email), "email_address": email, **known} for email in self.one(id).left]
        return {"unsubscribes": left, "campaign_id": id, "total_items": len(left)}
