"""Letting a campaign go, once; looking at it until it has left; its report; and taking away what was never sent.

    ready ──last look, written down as `going`──> asked ──204, or we see it leave──> gone
                                                    ├── a clear no: ready once more
                                                    └── silence: looked at; still there after ten minutes, a person says

A call to send that nobody heard the end of may still run at Mailchimp for two minutes. It is never repeated unasked.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from flask import current_app

from ... import clock
from ...errors import Passing
from ...mailing.campaigns import SETTLED, Declined, Shown
from .. import service
from ..models import NewsletterState
from . import people
from .hand import Hand, Taken
from .models import MailchimpCampaign, Step
from .preparing import PAUSES, TOO_MANY, compare, is_anybody_left, is_well, language, segment_of, take_out

T = TypeVar("T")
UNCLEAR_AFTER = timedelta(minutes=10)  # SETTLED, and time to be shown
SOON, LATER = timedelta(seconds=15), timedelta(minutes=5)
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
UNCLEAR = (
    "We asked Mailchimp more than ten minutes ago to send the {language} newsletter and heard no clear answer; it "
    "still shows it as not sent. Look at it there. If it is not leaving, let Mailchimp be asked once more below."
)
STOPPED = "Somebody stopped the {language} newsletter at Mailchimp ({status}). Who has it already, we cannot know."
NOT_TAKEN = "Mailchimp did not take it: {error}."
LEFT = ("sending", "sent", "schedule")


def let_go(hand: Hand) -> None:
    """The last look at who is meant and at the campaign itself; then Mailchimp is asked."""
    if not is_anybody_left(hand) or not _is_right(hand):
        return
    if not is_well(hand, hand.chimp.look(hand.row.campaign_id)):
        return
    with hand.writing(with_newsletter=True) as row:
        if service.get(row.newsletter_id).state != NewsletterState.SENDING:
            raise Taken
        if people.leavers(row, clock.now()):
            return  # somebody left a moment ago: once more from the beginning
        row.readers = people.hand_over(row, clock.now())
        row.step, row.asked_at, row.trouble, row.looks = Step.GOING, clock.now(), "", 0
    _ask(hand)


def _is_right(hand: Hand) -> bool:
    """Whether the segment holds those who wait and nobody else."""
    missing, more = compare(hand)
    if missing:  # they left there, and we are going to hear of it
        with hand.writing():
            people.pass_over([one.id for one in missing], people.NOT_SUBSCRIBED)
        return False
    if more and hand.row.looks >= len(PAUSES):
        hand.stop(TOO_MANY.format(language=language(hand)))
    elif more:
        take_out(hand, more)
        hand.wait(PAUSES[hand.row.looks], looks=hand.row.looks + 1)
    return not more


def _ask(hand: Hand) -> None:
    try:
        hand.chimp.send(hand.row.campaign_id)
        hand.wait(SOON, looks=1)
    except (Passing, Declined) as error:  # a clear no; all the same it is looked at before it is asked again
        with hand.writing() as row:
            people.take_back(row)
            row.step = Step.CHECKING if isinstance(error, Declined) else Step.READY
            row.asked_at, row.tries, row.trouble = None, row.tries + 1, NOT_TAKEN.format(error=error)
            row.next_at = clock.now() + SETTLED


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
    else:
        hand.stop(UNCLEAR.format(language=language(hand)))
        hand.wait(LATER, unclear=True)


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
    "sent": _has_left,
    "save": _not_yet,
}


def follow(hand: Hand) -> None:
    """It has left: its segment goes, which nobody needs twice, and for a week its totals are read once a day."""
    if hand.row.segment_id is not None:
        if not _segment_is_gone(hand, segment_of(hand)):
            hand.wait(LATER)
            return
        with hand.writing() as row:
            row.segment_id = None
    sent_at = hand.row.sent_at or clock.now()
    try:
        report = hand.chimp.report(hand.row.campaign_id)
    except Declined as error:
        if error.status != 404 or clock.now() - sent_at > A_WEEK:
            hand.wait(A_DAY, step=Step.OVER if clock.now() - sent_at > A_WEEK else Step.GONE)
        else:
            hand.wait(LATER * 2)  # it is made in its own time
        return
    with hand.writing() as row:
        row.emails_sent, row.unsubscribed, row.bounced = report.emails_sent, report.unsubscribed, report.bounced
        row.reported_at, row.next_at, row.tries = clock.now(), clock.now() + A_DAY, 0
        row.step = Step.OVER if clock.now() - sent_at > A_WEEK else Step.GONE


def remove(hand: Hand) -> None:
    """Nobody gets it: take away what there is of it. What has left after all is followed."""
    row: MailchimpCampaign = hand.row
    shown = None
    if row.campaign_id:
        shown = _without(lambda: hand.chimp.look(row.campaign_id))
    shown = shown or hand.chimp.find(hand.name, row.began_at)
    if shown is not None and shown.status in LEFT:
        hand.go_to(Step.GOING, campaign_id=shown.id, web_id=shown.web_id, asked_at=clock.now())
        return
    if shown is not None:
        found = shown.id
        _without(lambda: hand.chimp.drop(found))
    segment_id = row.segment_id if row.segment_id is not None else hand.chimp.find_segment(hand.name, row.began_at)
    if segment_id is not None and not _segment_is_gone(hand, segment_id):
        hand.wait(LATER)
    else:
        with hand.writing() as row:
            people.take_back(row)
            row.step, row.segment_id, row.trouble, row.unclear, row.next_at = Step.OVER, None, "", False, None


def _segment_is_gone(hand: Hand, segment_id: int) -> bool:
    """Deleted, and seen to be: it holds addresses."""
    _without(lambda: hand.chimp.drop_segment(segment_id))
    return _without(lambda: hand.chimp.count(segment_id)) is None


def _without(ask: Callable[[], T]) -> T | None:
    """What it gives; None when there is nothing there (any more)."""
    try:
        return ask()
    except Declined as error:
        if error.status != 404:
            raise
        return None
