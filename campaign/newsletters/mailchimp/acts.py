"""What staff decide about campaigns at Mailchimp, and how those stand, in words."""

from dataclasses import dataclass

from ... import db, i18n, jobs
from ...errors import Refused
from ...mailing import connected
from .. import service, starting
from ..models import NewsletterState
from . import people, runs
from .models import BEFORE, MailchimpCampaign, Step

WORDS = {
    Step.SEGMENT: "its readers are being gathered at Mailchimp",
    Step.FILLING: "its readers are being gathered at Mailchimp",
    Step.COUNTING: "it is being seen that all readers are there, and nobody else",
    Step.CAMPAIGN: "the campaign is being made",
    Step.CONTENT: "its words are being put in",
    Step.CHECKING: "it is being checked: no tracking, and Mailchimp's own checklist",
    Step.READY: "ready; it leaves when all languages are",
    Step.GOING: "Mailchimp was asked to send it, and is looked at until it has",
    Step.GONE: "sent",
    Step.REMOVING: "being taken away at Mailchimp",
    Step.OVER: "over",
}
NOT_SO = "Nobody has to decide about this one: look at its page again."


@dataclass(frozen=True)
class Line:
    """One campaign for the page of its newsletter. `page`: where it is at Mailchimp."""

    row: MailchimpCampaign
    language: str
    words: str
    page: str


def lines(newsletter_id: int) -> list[Line]:
    """The campaigns of a newsletter; none when it goes out from here, or has not begun."""
    return [_line(row) for row in runs.of(newsletter_id)]


def _line(row: MailchimpCampaign) -> Line:
    words = WORDS[Step(row.step)]
    if row.step == Step.OVER:
        words = "sent" if row.sent_at else "nobody gets it; it was taken away at Mailchimp"
    if row.unclear:
        words = "nobody knows whether Mailchimp is sending it"
    return Line(row, i18n.find(row.language).name, words, connected.admin_page(row.web_id))


def has_left(lines: list[Line]) -> bool:
    """Whether some of it leaves there, or has left."""
    return any(one.row.step == Step.GOING or one.row.sent_at for one in lines)


def is_beyond_holding(lines: list[Line]) -> bool:
    """Whether Mailchimp has all of it that anybody gets, and sends it by itself."""
    return has_left(lines) and not any(one.row.step in BEFORE or one.row.unclear for one in lines)


def ask_once_more(newsletter_id: int, language: str) -> None:
    """A person has looked there, and says that it is not leaving. Raises LookupError, Refused."""
    one = service.locked(newsletter_id)
    found = [row for row in runs.of(newsletter_id) if row.language == language]
    if not found:
        raise LookupError(language)
    row = db.session().get_one(MailchimpCampaign, found[0].id, with_for_update=True, populate_existing=True)
    if not row.unclear or row.step != Step.GOING or one.state == NewsletterState.CANCELLED:
        raise Refused(NOT_SO)
    people.take_back(row)
    row.step, row.unclear, row.trouble, row.asked_at, row.next_at = Step.READY, False, "", None, None
    if one.state == NewsletterState.PAUSED:
        starting.resume(newsletter_id)
    jobs.wake(starting.THROUGH)
