"""Campaigns at Mailchimp, for the feature above that writes them: what it may ask there, each a call with one effect.

Segments hold the addresses of one letter's readers; names and titles carry a mark by which they are found again.
Everything raises as `Mailchimp` does: Passing (nothing was done), Unknown (look before you ask again), Declined.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from .. import web
from . import ours, rules
from .deadline import beginning_within
from .mailchimp import Declined, Unknown, expect_nothing, key_of
from .rules import pause
from .segments import A_PAGE, A_PIECE, SKEW, Segments, known, listed, moment
from .turnstile import Crowded, Overdue, Turnstile

__all__ = [  # with these the feature above needs nothing else of this one
    "A_PIECE",
    "NAME_FIELD",
    "SETTLED",
    "Campaigns",
    "Crowded",
    "Declined",
    "Envelope",
    "Overdue",
    "Report",
    "Shown",
    "Unknown",
    "beginning_within",
    "key_of",
    "of_this_site",
    "pause",
]
NAME_FIELD = ours.NAME
SETTLED = timedelta(seconds=rules.A_CALL + rules.THEIR_PATIENCE)  # after it, nothing of a call can still happen
OFF: dict[str, Any] = {
    "opens": False,
    "html_clicks": False,
    "text_clicks": False,
    "goal_tracking": False,
    "ecomm360": False,
    "google_analytics": "",
    "clicktale": "",
}
PLAIN = {  # nothing is added to what we wrote, and it is announced nowhere
    "authenticate": True,
    "auto_footer": False,
    "inline_css": False,
    "auto_tweet": False,
    "fb_comments": False,
    "use_conversation": False,
    "to_name": "",
}
SHOWN = ("id", "web_id", "status", "emails_sent", "settings", "recipients", "tracking")


@dataclass(frozen=True)
class Envelope:
    """What stands around a campaign: its title is the mark by which it is found."""

    title: str
    subject: str
    preheader: str
    from_name: str
    reply_to: str


@dataclass(frozen=True)
class Shown:
    """A campaign as Mailchimp shows it. `tracked`: what of its tracking is on; `segment_id` 0: it goes to everybody."""

    id: str
    web_id: int
    status: str
    title: str
    subject: str
    audience: str
    segment_id: int
    emails_sent: int
    tracked: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """What came of a campaign, as totals."""

    emails_sent: int
    unsubscribed: int
    bounced: int


class Campaigns(Segments):
    """The campaigns of one account to one audience."""

    def find(self, title: str, since: datetime) -> Shown | None:
        """The campaign that has this title, made since then (or a little before)."""
        fields = [f"campaigns.{one}" for one in SHOWN]
        page: dict[str, Any] = {
            "list_id": self.audience_id,
            "since_create_time": moment(since - SKEW),
            "count": A_PAGE,
        }
        for offset in range(0, 10 * A_PAGE, A_PAGE):
            ask = {**page, "fields": [*fields, "total_items"], "offset": offset}
            found = listed(self._call(partial(self.client.campaigns.list, **ask)), "campaigns")
            for one in found:
                if (one.get("settings") or {}).get("title") == title:
                    return _shown(one)
            if len(found) < A_PAGE:
                break
        return None

    def make(self, segment_id: int, envelope: Envelope) -> Shown:
        """A campaign for the people of a segment, with all tracking off."""
        settings = {"title": envelope.title, "subject_line": envelope.subject, "preview_text": envelope.preheader}
        settings |= {"from_name": envelope.from_name, "reply_to": envelope.reply_to}
        to = {"list_id": self.audience_id, "segment_opts": {"saved_segment_id": segment_id}}
        body = {"type": "regular", "recipients": to, "settings": {**settings, **PLAIN}, "tracking": OFF}
        return _shown(self._call(lambda: self.client.campaigns.create(body)))

    def fill(self, campaign_id: str, html: str, text: str) -> None:
        """Its content."""
        body = {"html": html, "plain_text": text}
        self._call(lambda: self.client.campaigns.set_content(_id(campaign_id), body))

    def look(self, campaign_id: str) -> Shown:
        """How it stands."""
        return _shown(self._call(lambda: self.client.campaigns.get(_id(campaign_id), fields=list(SHOWN))))

    def lacks(self, campaign_id: str) -> list[str]:
        """What Mailchimp says against sending it, in its own words; empty when it is ready."""
        said = self._call(lambda: self.client.campaigns.get_send_checklist(_id(campaign_id)))
        if known(said, "is_ready") is True:
            return []
        against = [one for one in listed(said, "items") if one.get("type") == "error"]
        return [f"{one.get('heading', '')}: {one.get('details', '')}" for one in against] or ["It gives no reason."]

    def send(self, campaign_id: str) -> None:
        """Let it go. Whoever hears no clear answer looks how it stands, and never just asks again."""
        expect_nothing(self._answer(lambda: self.client.campaigns.send(_id(campaign_id))))

    def drop(self, campaign_id: str) -> None:
        """Delete one that was not sent."""
        expect_nothing(self._answer(lambda: self.client.campaigns.remove(_id(campaign_id))))

    def report(self, campaign_id: str) -> Report:
        """What came of it so far."""
        fields = ["emails_sent", "unsubscribed", "bounces"]
        said = self._call(lambda: self.client.reports.get_campaign_report(_id(campaign_id), fields=fields))
        bounces = said.get("bounces") or {}
        bounced = sum(int(bounces.get(one) or 0) for one in ("hard_bounces", "soft_bounces", "syntax_errors"))
        return Report(int(known(said, "emails_sent")), int(said.get("unsubscribed") or 0), bounced)

    def has_names(self) -> bool:
        """Whether the audience has the field into which our first names go."""
        there = listed(self.fields(self.audience_id), "merge_fields")
        return any(one.get("tag") == ours.NAME for one in there)


def of_this_site() -> Campaigns:
    """The campaigns of the account that the settings name; each call waits for its slot."""
    config = web.config()
    found = Campaigns(config.mailchimp_key, config.mailchimp_host, gate=Turnstile())
    found.audience_id = config.mailchimp_audience
    return found


def _shown(said: dict[str, Any]) -> Shown:
    settings, to, tracking = (said.get(part) or {} for part in ("settings", "recipients", "tracking"))
    segment = (to.get("segment_opts") or {}).get("saved_segment_id") or 0
    on = tuple(name for name in OFF if tracking.get(name)) if "opens" in tracking else ("opens",)
    return Shown(
        str(known(said, "id")),
        int(said.get("web_id") or 0),
        str(known(said, "status")),
        str(settings.get("title", "")),
        str(settings.get("subject_line", "")),
        str(to.get("list_id", "")),
        int(segment),
        int(said.get("emails_sent") or 0),
        on,
    )


def _id(campaign_id: str) -> str:
    """T15: an empty one would mean the whole collection."""
    if not campaign_id:
        raise ValueError("no campaign")
    return campaign_id
