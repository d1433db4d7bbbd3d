"""Letting a campaign go, once: the last look at who is meant, written down as `going`, and then Mailchimp is asked."""

from datetime import timedelta

from ... import clock
from ...errors import Passing
from ...mailing.campaigns import SETTLED, Declined
from .. import service
from ..models import NewsletterState
from . import people
from .gathering import PAUSES, TOO_MANY, compare, is_anybody_left, language, take_out
from .hand import MOST_TRIES, Hand, Taken
from .making import is_well
from .models import Step

SOON = timedelta(seconds=15)
NOT_TAKEN = "Mailchimp did not take it: {error}."
REFUSED = "Sending was paused: Mailchimp does not send the {language} newsletter ({error}). Nobody has it."
MOST_NOES = 2  # to a send by which it says that something is wrong with it


def let_go(hand: Hand) -> None:
    """The last look at who is meant and at the campaign itself; then Mailchimp is asked."""
    if not is_anybody_left(hand) or not _is_right(hand):
        return
    if not is_well(hand, hand.chimp.look(hand.row.campaign_id)):
        return
    with hand.writing(with_newsletter=True) as row:
        if service.get(row.newsletter_id).state != NewsletterState.SENDING:
            raise Taken
        if people.leavers(row, clock.now()) or not (number := people.hand_over(row, clock.now())):
            return  # somebody left a moment ago, or got another letter: once more from the beginning
        row.readers = number
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
            row.step, row.asked_at, row.next_at = Step.READY, None, clock.now() + SETTLED
            row.tries, row.trouble = row.tries + 1, NOT_TAKEN.format(error=error)
        if hand.row.tries >= (MOST_NOES if isinstance(error, Declined) else MOST_TRIES):
            hand.stop(REFUSED.format(error=str(error).rstrip("."), language=language(hand)))
