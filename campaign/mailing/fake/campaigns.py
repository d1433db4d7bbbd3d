"""The fake's campaigns and their reports.

save ──content, a domain that is verified, somebody to write to──> ready ──send──> sending ──> sent
  └──schedule, on a quarter of an hour──> schedule
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any

from .entries import Member, key_of
from .members import Members
from .problem import NOT_FOUND, Problem
from .segments import Segments

NOT_READY = (400, "Bad Request", "Your Campaign is not ready to send.")
QUARTERS = (0, 15, 30, 45)
TRACKED = {"opens": True, "html_clicks": True, "text_clicks": False}  # where nobody says otherwise
BOUNCES = {"hard_bounces": 0, "soft_bounces": 0, "syntax_errors": 0}


@dataclass
class Campaign:
    """One of them, and to whom it was sent; `segment` 0: it is for everybody."""

    id: str
    web_id: int
    settings: dict[str, Any]
    segment: int = 0
    tracking: dict[str, Any] = field(default_factory=dict)
    status: str = "save"
    html: str = ""
    text: str = ""
    made_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    sent_to: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    bounced: list[str] = field(default_factory=list)
    looks: int = 0


class Campaigns:
    """All of them. `verified` are the domains from which it may be sent; `against` is what else stands against it.

    `nosy`: tracking stays on, whatever is said. `arrives_after`: so many looks, and then one has been sent. `post` is
    every letter that went out, in order: to whom, and by which campaign.
    """

    def __init__(self, members: Members, segments: Segments) -> None:
        self.members, self.segments, self.known = members, segments, dict[str, Campaign]()
        self.verified, self.against, self.nosy = {"example.org"}, dict[str, str](), False
        self.arrives_after: int | None = None
        self.post: list[tuple[str, Campaign]] = []

    def add(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A new one."""
        segment = ((body.get("recipients") or {}).get("segment_opts") or {}).get("saved_segment_id") or 0
        if segment:
            self.segments.one(segment)
        tracking = {**TRACKED, **(body.get("tracking") or {}), **({"opens": True} if self.nosy else {})}
        one = Campaign(token_hex(5), len(self.known) + 7001, dict(body.get("settings") or {}), segment, tracking)
        self.known[one.id] = one
        return self.shown(one.id)

    def all(self, since: datetime, first: int, count: int) -> dict[str, Any]:
        """A page of those made since then."""
        found = [one for one in self.known.values() if one.made_at >= since]
        return {"campaigns": [self.shown(one.id) for one in found[first : first + count]], "total_items": len(found)}

    def one(self, id: str) -> Campaign:
        """Raises Problem 404."""
        if id not in self.known:
            raise NOT_FOUND
        return self.known[id]

    def look(self, id: str) -> dict[str, Any]:
        """As somebody sees it who looks: time passes."""
        one = self.one(id)
        one.looks += one.status == "sending"
        if self.arrives_after is not None and one.looks > self.arrives_after:
            one.status = "sent"
        return self.shown(id)

    def shown(self, id: str) -> dict[str, Any]:
        """As the API shows it."""
        one = self.one(id)
        segment = {"segment_opts": {"saved_segment_id": one.segment, "match": "any"}} if one.segment else {}
        readers = {"list_id": self.members.audience, "recipient_count": len(self._readers(one)), **segment}
        known = {"id": one.id, "web_id": one.web_id, "type": "regular", "status": one.status}
        known |= {"emails_sent": len(one.sent_to), "create_time": one.made_at.isoformat(timespec="seconds")}
        return {**known, "settings": one.settings, "recipients": readers, "tracking": one.tracking}

    def fill(self, id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Its content."""
        one = self.one(id)
        one.html, one.text = str(body.get("html", "")), str(body.get("plain_text", ""))
        return {"html": one.html, "plain_text": one.text}

    def checklist(self, id: str) -> dict[str, Any]:
        """What stands in its way."""
        one = self.one(id)
        domain = str(one.settings.get("reply_to", "")).rpartition("@")[2]
        lacks = {
            "List": "" if self._readers(one) else "Your segment is empty.",
            "Content": "" if one.html else "You haven't added any content.",
            "Domain": "" if domain in self.verified else "The domain is not verified.",
            **self.against,
        }
        items = [
            {"type": "error" if lack else "success", "id": number, "heading": heading, "details": lack or "Fine."}
            for number, (heading, lack) in enumerate(lacks.items(), 500)
        ]
        return {"is_ready": not any(lacks.values()), "items": items}

    def _readers(self, one: Campaign) -> list[Member]:
        if one.segment:
            return self.segments.readers(one.segment) if one.segment in self.segments.known else []
        return [member for member in self.members.known.values() if member.status == "subscribed"]

    def send(self, id: str) -> None:
        """Begin to send it, once and for all."""
        one = self.one(id)
        if one.status not in ("save", "schedule") or not self.checklist(id)["is_ready"]:
            raise Problem(*NOT_READY)
        one.status, one.sent_to = "sending", [member.email for member in self._readers(one)]
        self.post += [(email, one) for email in one.sent_to]

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

    def bounce(self, id: str, email: str) -> None:
        """A letter of it comes back: the same three say so."""
        self.one(id).bounced.append(email)
        self.members.bounce(email)

    def report(self, id: str) -> dict[str, Any]:
        """Its numbers, which agree with the members."""
        one = self.one(id)
        counts = {"emails_sent": len(one.sent_to), "unsubscribed": len(one.left), "abuse_reports": 0}
        return {"id": one.id, **counts, "bounces": {**BOUNCES, "hard_bounces": len(one.bounced)}}

    def unsubscribed(self, id: str) -> dict[str, Any]:
        """Who left by it."""
        moment = datetime.now(UTC).isoformat(timespec="seconds")
        known = {"campaign_id": id, "list_id": self.members.audience, "reason": "None given", "timestamp": moment}
        left = [{"email_id": key_of(email), "email_address": email, **known} for email in self.one(id).left]
        return {"unsubscribes": left, "campaign_id": id, "total_items": len(left)}
