"""Who gets a seat, who is next, and until when something stands: tables, without a site."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campaign.events import rules
from campaign.events.models import Event, EventState, Refusal, RsvpState
from campaign.events.rules import Waiting

NOW = datetime(2027, 1, 11, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_party_gets_a_seat_exactly_if_it_fits():
    for party, seats, expected in [
        (1, 0, RsvpState.WAITING),
        (1, 1, RsvpState.HELD),
        (3, 2, RsvpState.WAITING),
        (2, 2, RsvpState.HELD),
        (10, None, RsvpState.HELD),
    ]:
        assert rules.place_for(party, seats) is expected


def test_free_seats_are_never_below_none():
    for capacity, taken, expected in [(None, 900, None), (5, 0, 5), (5, 5, 0), (3, 8, 0)]:
        assert rules.free(capacity, taken) == expected


@pytest.mark.parametrize(
    ("line", "seats", "expected"),
    [
        ([], 4, []),
        ([1, 1, 1], 2, [0, 1]),
        ([3, 1, 2], 2, [1]),
        ([3, 2, 1], 3, [0]),
        ([4, 2, 2, 1], 3, [1, 3]),
        ([2, 2], 0, []),
        ([9, 9], None, [0, 1]),
    ],
)
def test_free_seats_go_to_the_first_who_fit(line, seats, expected):
    waiting = [Waiting(number, party) for number, party in enumerate(line)]
    assert [one.id for one in rules.promoted(waiting, seats)] == expected


@pytest.mark.parametrize(
    ("starts_in", "within"),
    [
        (10 * DAY, DAY),
        (DAY + HOUR, DAY),
        (DAY, 2 * HOUR),
        (3 * HOUR, 2 * HOUR),
        (HOUR, HOUR),
        (-HOUR, timedelta(0)),
    ],
)
def test_a_seat_is_held_a_day_or_two_hours_and_never_beyond_the_start(starts_in, within):
    assert rules.confirm_by(NOW + starts_in, NOW) == NOW + within


@pytest.mark.parametrize(
    ("starts_in", "within"),
    [
        (10 * DAY, 2 * DAY),
        (3 * DAY + HOUR, 2 * DAY),
        (3 * DAY, 12 * HOUR),
        (13 * HOUR, 12 * HOUR),
        (12 * HOUR, 6 * HOUR),
        (2 * HOUR, HOUR),
        (-HOUR, timedelta(0)),
    ],
)
def test_an_offer_stands_two_days_or_twelve_hours_or_half_of_what_is_left(starts_in, within):
    assert rules.accept_by(NOW + starts_in, NOW) == NOW + within


def _event(**more):
    known = {"state": EventState.PUBLISHED, "starts_at": NOW + DAY, "ends_at": NOW + DAY + HOUR, "takes_rsvps": True}
    return Event(**{**known, "members_only": False, "closed_at": None, "cancel_until": None, **more})


def test_the_most_important_reason_is_given():
    reasons: list[tuple[dict[str, Any], Refusal | None]] = [
        ({}, None),
        ({"state": EventState.DRAFT}, Refusal.NOT_PUBLISHED),
        ({"state": EventState.PROPOSED, "closed_at": NOW}, Refusal.NOT_PUBLISHED),
        ({"state": EventState.CANCELLED, "members_only": True}, Refusal.CANCELLED),
        ({"members_only": True}, Refusal.MEMBERS_ONLY),
        ({"starts_at": NOW}, Refusal.OVER),
        ({"starts_at": NOW + HOUR / 3600}, None),
        ({"closed_at": NOW}, Refusal.CLOSED),
        ({"closed_at": NOW + HOUR}, None),
        ({"takes_rsvps": False}, Refusal.NO_RSVP),
    ]
    for more, expected in reasons:
        assert rules.refusal(_event(**more), NOW) is expected, more
    assert rules.refusal(_event(members_only=True), NOW, member=True) is None


def test_a_seat_can_be_given_back_until_the_deadline_else_until_the_start():
    for more, expected in [
        ({}, True),
        ({"starts_at": NOW}, False),
        ({"cancel_until": NOW}, False),
        ({"cancel_until": NOW + HOUR}, True),
        ({"cancel_until": NOW + 9 * DAY, "starts_at": NOW - HOUR}, False),
    ]:
        assert rules.may_leave(_event(**more), NOW) is expected, more
