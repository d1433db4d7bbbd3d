"""The worker's part: one campaign after another in its hand, one step after another, and what to do when one fails."""

import logging
from collections.abc import Callable
from datetime import timedelta
from time import monotonic

from ... import clock, db, jobs
from ...errors import Passing
from ...mailing import connected
from ...mailing.campaigns import SETTLED, Crowded, Declined, Overdue, Unknown, beginning_within, of_this_site, pause
from .. import starting
from . import afterwards, gathering, going, letting_go, making, people
from .hand import AFTER, BEGIN_WITHIN, MOST_TRIES, SLICE, Hand, Taken, claim, release
from .models import Step

log = logging.getLogger("campaign.newsletters")
DO: dict[str, Callable[[Hand], None]] = {
    Step.SEGMENT: gathering.segment,
    Step.FILLING: gathering.fill,
    Step.COUNTING: gathering.count,
    Step.CAMPAIGN: making.campaign,
    Step.CONTENT: making.fill_campaign,
    Step.CHECKING: making.check,
    Step.READY: letting_go.let_go,
    Step.GOING: going.look,
    Step.GONE: afterwards.follow,
    Step.REMOVING: afterwards.remove,
}
FAILING = "Sending was paused: {words} ({tries} times in a row, with the {language} newsletter.) Nothing is lost."
DECLINED = "Sending was paused: Mailchimp says no to the {language} newsletter ({error}, at the step “{step}”)."


def work() -> int:
    """Do what is due for a while; how many campaigns were in hand."""
    chimp, until, done = of_this_site(), monotonic() + SLICE, 0
    while not jobs.stopping() and monotonic() < until and (hand := claim(chimp, clock.now())):
        try:
            with beginning_within(BEGIN_WITHIN):
                _go_on(hand, until)
        except Taken:
            log.info("campaign %d was taken over", hand.row.id)
        finally:
            release(hand)
        done += 1
    if done:
        with db.writing():
            jobs.wake(starting.THROUGH)  # more may be due; other sweeps get their turn first
    return done


def _go_on(hand: Hand, until: float) -> None:
    """One step after another, until there is nothing to do or others are to be waited for."""
    while monotonic() < until and not jobs.stopping():
        before = hand.row.step
        if _is_in_the_way(hand) or not _one_step(hand):
            return
        waits = hand.row.next_at is not None and hand.row.next_at > clock.now()
        others = hand.row.step == Step.READY and before != Step.READY  # they have to be ready, too
        if waits or others or hand.row.step == Step.OVER or _is_held(hand):
            return


def _is_in_the_way(hand: Hand) -> bool:
    """Whether the list is not the one that it was begun at. What has left is looked at as long as we have the key."""
    after = hand.row.step in AFTER
    with db.reading():
        said = connected.other_account() if after else connected.wrong_home()
    if said and after:
        hand.wait(timedelta(minutes=10), trouble=said)
    elif said:
        hand.stop(said)
    return bool(said)


def _is_held(hand: Hand) -> bool:
    """Whether somebody has paused it, or it paused itself: looked up before each step."""
    with db.reading():
        return hand.row.step not in AFTER and not starting.is_going(hand.row.newsletter_id)


def _one_step(hand: Hand) -> bool:
    """Whether it went well. What nobody thought of stops this one alone: others are behind it."""
    try:
        return _step(hand)
    except Taken:
        raise
    except Exception as error:
        log.exception("newsletter %d, step %s: a mistake of ours", hand.row.newsletter_id, hand.row.step)
        _failed(hand, type(error).__name__, SETTLED)
        return False


def _step(hand: Hand) -> bool:
    try:
        DO[hand.row.step](hand)
    except Overdue as error:  # there is more to ask than fits: somebody must hear of it
        _failed(hand, str(error), timedelta())
    except Crowded:
        hand.wait(timedelta(seconds=5))
    except Unknown as error:  # it may have been done, and may still be under way
        _failed(hand, str(error), SETTLED)
    except Passing as error:
        _failed(hand, str(error), timedelta())
    except Declined as error:
        _declined(hand, error)
    else:
        return True
    return False


def _failed(hand: Hand, words: str, least: timedelta) -> None:
    tries = hand.row.tries + 1
    log.warning("newsletter %d, step %s: %s", hand.row.newsletter_id, hand.row.step, words)
    if tries >= MOST_TRIES and hand.row.step not in AFTER:
        hand.stop(FAILING.format(words=words, tries=tries, language=gathering.language(hand)))
        return
    hand.wait(max(least, pause(tries)), tries=tries, trouble=words[:600])


def _declined(hand: Hand, error: Declined) -> None:
    """A no; what somebody deleted there is made anew, as long as nobody has a letter of it."""
    words = DECLINED.format(error=error, step=hand.row.step, language=gathering.language(hand))
    if hand.row.step in AFTER:
        _failed(hand, words, timedelta(minutes=10))
    elif error.status == 404 and hand.row.tries + 1 < MOST_TRIES:
        with hand.writing() as row:
            people.all_again(row)
            row.step, row.segment_id, row.campaign_id, row.looks = Step.SEGMENT, None, "", 0
            row.tries, row.next_at = row.tries + 1, clock.now() + SETTLED
    else:
        hand.stop(words)
