"""Campaigns at Mailchimp, for the feature above that writes them: what it may ask there, each a call with one effect.

Segments hold the addresses of one letter's readers; names and titles carry a mark by which they are found again.
Everything raises as `Mailchimp` does: Passing (nothing was done), Unknown (look before you ask again), Declined.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from .. import web
from . import ours, rules
from .deadline import beginning_within
from .mailchimp import STRANGE, Declined, Mailchimp, Unknown, expect_nothing, key_of
from .rules import pause
from .turnstile import Crowded, Turnstile

__all__ = [  # with these the feature above needs nothing else of this one
    "A_PIECE",
    "NAME_FIELD",
    "SETTLED",
    "Campaigns",
    "Crowded",
    "Declined",
    "Envelope",
    "Report",
    "Shown",
    "Unknown",
    "beginning_within",
    "key_of",
    "of_this_site",
    "pause",
]
NAME_FIELD = ours.NAME
A_PIECE = rules.A_BATCH  # addresses in one call about a segment
A_PAGE = 1000
SKEW = timedelta(hours=1)  # their clock and ours
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


class Campaigns(Mailchimp):
    """The campaigns of one account to one audience."""

    audience_id = ""

    def find_segment(self, name: str, since: datetime) -> int | None:
        """The segment that has this name, made since then (or a little before)."""
        fields = ["segments.id", "segments.name", "total_items"]
        page: dict[str, Any] = {"type": "static", "since_created_at": _moment(since - SKEW), "count": A_PAGE}
        for offset in range(0, 10 * A_PAGE, A_PAGE):
            ask = {**page, "fields": fields, "offset": offset}
            found = _list(self._call(partial(self.client.lists.list_segments, self.audience_id, **ask)), "segments")
            for one in found:
                if one.get("name") == name:
                    return int(one["id"])
            if len(found) < A_PAGE:
                break
        return None

    def make_segment(self, name: str) -> int:
        """A segment with nobody in it; its id."""
        body = {"name": name, "static_segment": []}
        return int(_known(self._call(lambda: self.client.lists.create_segment(self.audience_id, body)), "id"))

    def add(self, segment_id: int, addresses: Sequence[str]) -> dict[str, str]:
        """Put up to 500 members into a segment; of those who will get nothing by it why, by their keys (`key_of`)."""
        body = {"members_to_add": list(addresses)}
        said = self._call(lambda: self.client.lists.batch_segment_members(body, self.audience_id, str(segment_id)))
        refused: dict[str, str] = {}
        for one in _list(said, "errors"):
            refused |= dict.fromkeys(map(_key, one.get("email_addresses") or []), "absent")
        for one in _list(said, "members_added"):
            if one.get("status") != "subscribed":
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
        return int(_known(said, "member_count"))

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
            members = _list(said, "members")
            seen += len(members)
            found |= {_key(one["email_address"]): str(one["email_address"]) for one in members if _is_on(one)}
            if not members or seen >= int(_known(said, "total_items")):
                return found

    def drop_segment(self, segment_id: int) -> None:
        """Delete it; its members stay in the audience."""
        answer = self._answer(lambda: self.client.lists.delete_segment(self.audience_id, str(segment_id)))
        expect_nothing(answer)

    def find(self, title: str, since: datetime) -> Shown | None:
        """The campaign that has this title, made since then (or a little before)."""
        fields = [f"campaigns.{one}" for one in SHOWN]
        page: dict[str, Any] = {
            "list_id": self.audience_id,
            "since_create_time": _moment(since - SKEW),
            "count": A_PAGE,
        }
        for offset in range(0, 10 * A_PAGE, A_PAGE):
            ask = {**page, "fields": [*fields, "total_items"], "offset": offset}
            found = _list(self._call(partial(self.client.campaigns.list, **ask)), "campaigns")
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
        if _known(said, "is_ready") is True:
            return []
        against = [one for one in _list(said, "items") if one.get("type") == "error"]
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
        return Report(int(_known(said, "emails_sent")), int(said.get("unsubscribed") or 0), bounced)

    def has_names(self) -> bool:
        """Whether the audience has the field into which our first names go."""
        there = _list(self.fields(self.audience_id), "merge_fields")
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
        str(_known(said, "id")),
        int(said.get("web_id") or 0),
        str(_known(said, "status")),
        str(settings.get("title", "")),
        str(settings.get("subject_line", "")),
        str(to.get("list_id", "")),
        int(segment),
        int(said.get("emails_sent") or 0),
        on,
    )


def _known(said: dict[str, Any], name: str) -> Any:
    """What must be in an answer: else something else answered in Mailchimp's place."""
    if said.get(name) is None:
        raise Unknown(STRANGE)
    return said[name]


def _list(said: dict[str, Any], name: str) -> list[dict[str, Any]]:
    if not isinstance(found := said.get(name), list):
        raise Unknown(STRANGE)
    return [one for one in found if isinstance(one, dict)]


def _is_on(member: dict[str, Any]) -> bool:
    return member.get("status") == "subscribed" and "@" in str(member.get("email_address", ""))


def _key(address: object) -> str:
    return key_of(str(address)) if "@" in str(address) else ""


def _id(campaign_id: str) -> str:
    """T15: an empty one would mean the whole collection."""
    if not campaign_id:
        raise ValueError("no campaign")
    return campaign_id


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
