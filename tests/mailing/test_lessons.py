"""What follows for our record from what the list says, case by case."""

import pytest

from campaign import clock
from campaign.mailing.audience import ListState
from campaign.mailing.lessons import Lesson, lesson
from campaign.supporters.models import Supporter

S, L = ListState, Lesson


def _who(said, known, *, stuck=False, moving=False):
    """Somebody who wants the news, left, or never spoke of it; and what we last heard of them."""
    now = clock.now()
    return Supporter(
        subscribed=said == "yes",
        left_at=now if said == "no" else None,
        list_state=known,
        list_stuck_at=now if stuck else None,
        list_email="old@example.org" if moving else "",
    )


CASES = [
    ("yes", S.SUBSCRIBED, S.SUBSCRIBED, L.NOTHING),
    ("yes", S.SUBSCRIBED, S.UNSUBSCRIBED, L.LEFT),
    ("yes", S.PENDING, S.UNSUBSCRIBED, L.LEFT),
    ("yes", S.ABSENT, S.UNSUBSCRIBED, L.LEFT),
    ("yes", S.UNSUBSCRIBED, S.UNSUBSCRIBED, L.NOTHING),
    ("yes", S.UNSUBSCRIBED, S.PENDING, L.NOTHING),
    ("yes", S.SUBSCRIBED, S.CLEANED, L.STUCK),
    ("yes", S.SUBSCRIBED, S.ARCHIVED, L.STUCK),
    ("yes", S.SUBSCRIBED, S.ABSENT, L.STUCK),
    ("yes", S.ABSENT, S.ABSENT, L.NOTHING),
    ("yes", S.UNSUBSCRIBED, S.ABSENT, L.NOTHING),
    ("no", S.UNSUBSCRIBED, S.SUBSCRIBED, L.TELL),
    ("no", S.UNSUBSCRIBED, S.PENDING, L.TELL),
    ("no", S.UNSUBSCRIBED, S.UNSUBSCRIBED, L.NOTHING),
    ("no", S.SUBSCRIBED, S.CLEANED, L.NOTHING),
    ("no", S.SUBSCRIBED, S.ABSENT, L.NOTHING),
    ("never", S.ABSENT, S.SUBSCRIBED, L.NOTHING),
    ("never", S.ABSENT, S.UNSUBSCRIBED, L.NOTHING),
]


@pytest.mark.parametrize(("said", "known", "state", "follows"), CASES)
def test_what_follows(said, known, state, follows):
    assert lesson(_who(said, known), state, left_there=False) is follows


def test_nothing_but_a_no_that_stands_there_is_ever_taken_for_one():
    for known in S:
        for state in set(S) - {S.UNSUBSCRIBED}:
            for held in (True, False):
                assert lesson(_who("yes", known), state, left_there=False, held=held) is not L.LEFT


def test_a_no_that_was_said_there_may_be_taken_back_there_and_a_no_of_ours_may_not():
    assert lesson(_who("no", S.UNSUBSCRIBED), S.SUBSCRIBED, left_there=True) is L.BACK
    assert lesson(_who("no", S.UNSUBSCRIBED), S.PENDING, left_there=True) is L.TELL
    assert lesson(_who("no", S.UNSUBSCRIBED), S.SUBSCRIBED, left_there=False) is L.TELL


def test_after_a_restore_nobody_knows_which_is_newer_so_the_no_wins():
    assert lesson(_who("yes", S.UNSUBSCRIBED), S.UNSUBSCRIBED, left_there=False, held=True) is L.LEFT


def test_after_a_restore_a_no_that_was_said_there_is_not_taken_back_either():
    """The ledger may know of a later no that these records do not, and the list may never have been told of it."""
    assert lesson(_who("no", S.UNSUBSCRIBED), S.SUBSCRIBED, left_there=True, held=True) is L.TELL


def test_who_is_stuck_is_freed_by_being_on_it_and_not_put_aside_twice():
    assert lesson(_who("yes", S.CLEANED, stuck=True), S.SUBSCRIBED, left_there=False) is L.FREE
    assert lesson(_who("yes", S.CLEANED, stuck=True), S.CLEANED, left_there=False) is L.NOTHING


def test_who_is_moving_to_another_address_is_not_missed_under_it():
    assert lesson(_who("yes", S.SUBSCRIBED, moving=True), S.ABSENT, left_there=False) is L.NOTHING
