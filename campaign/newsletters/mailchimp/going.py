"""Looking at a campaign that Mailchimp was asked to send, until it has left.

    asked ──204, or we see it leave──> gone
      ├── a clear no: ready once more (`letting_go`)
      └── silence: looked at; still there after ten minutes, a person says

A call to send that nobody heard the end of may still run at Mailchimp for two minutes. It is never repeated unasked.
"""

from collections.abc import Callable
from datetime import timedelta

from flask import current_app

from ... import clock, db
from ...mailing.campaigns import Declined, Shown
from .. import service
from ..models import NewsletterState
from . import people
from .gathering import language
from .hand import Hand
from .models import Step

UNCLEAR_AFTER = timedelta(minutes=10)  # all that a call can last, and time to be shown
SOON, LATER = timedelta(seconds=15), timedelta(minutes=5)
UNCLEAR = (
    "We asked Mailchimp more than ten minutes ago to send the {language} newsletter and heard no clear answer; it "
    "still shows it as not sent. Look at it there. If it is not leaving, let Mailchimp be asked once more below."
)
STOPPED = "Somebody stopped the {language} newsletter at Mailchimp ({status}). Who has it already, we cannot know."


def look(hand: Hand) -> None:
    """Whether it has left."""
    if not current_app.extensions["switches"].look_before_sending and not hand.row.looks:  # the negative control
        with hand.writing() as row:
            people.take_back(row)
            row.step, row.next_at = Step.CAMPAIGN, None
        return
    try:
        shown = hand.chimp.look(hand.row.campaign_id)
    except Declined as error:
        if error.status != 404:
            raise
        _stopped(hand, "deleted")
        return
    _BY_STATUS.get(shown.status, _stopped_as)(hand, shown)


def _leaving(hand: Hand, _shown: Shown) -> None:
    hand.wait(SOON if hand.row.looks < 20 else LATER, looks=hand.row.looks + 1, trouble="", unclear=False)


def _has_left(hand: Hand, shown: Shown) -> None:
    now = clock.now()
    with hand.writing(with_newsletter=True) as row:
        people.sent(row, now)
        row.step, row.sent_at, row.next_at, row.tries = Step.GONE, now, None, 0
        row.trouble, row.unclear, row.emails_sent = "", False, shown.emails_sent


def _not_yet(hand: Hand, _shown: Shown) -> None:
    """It is still there: we wait, and then a person decides."""
    asked = hand.row.asked_at or clock.now()
    if clock.now() - asked < UNCLEAR_AFTER:
        hand.wait(SOON * 2)
    elif hand.row.unclear:
        hand.wait(LATER)
    elif _is_cancelled(hand):
        hand.go_to(Step.REMOVING)
    else:
        hand.stop(UNCLEAR.format(language=language(hand)))
        hand.wait(LATER, unclear=True)


def _is_cancelled(hand: Hand) -> bool:
    with db.reading():
        return service.get(hand.row.newsletter_id).state == NewsletterState.CANCELLED


def _stopped_as(hand: Hand, shown: Shown) -> None:
    _stopped(hand, shown.status)


def _stopped(hand: Hand, status: str) -> None:
    words = STOPPED.format(language=language(hand), status=status)
    with hand.writing(with_newsletter=True) as row:
        people.stopped(row)
        row.step, row.sent_at, row.next_at, row.trouble, row.unclear = Step.GONE, clock.now(), None, words, False


_BY_STATUS: dict[str, Callable[[Hand, Shown], None]] = {
    "sending": _leaving,
    "schedule": _leaving,
    "paused": _leaving,
    "sent": _has_left,
    "save": _not_yet,
}
