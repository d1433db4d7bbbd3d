"""When a campaign has left, its segment goes and its totals are read; what nobody gets is taken away at Mailchimp."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from ... import clock
from ...mailing.campaigns import Declined
from . import people
from .gathering import segment_of
from .hand import Hand
from .models import MailchimpCampaign, Step

T = TypeVar("T")
LATER = timedelta(minutes=5)
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
LEFT = ("sending", "sent", "schedule", "paused")


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
        row.trouble = "" if row.tries else row.trouble  # of a failure that is over
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
        hand.leaves(shown)
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
