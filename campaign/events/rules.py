"""Who gets a seat, who waits, and until when something stands: decisions without records or a clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .models import Event, EventState, Refusal, RsvpState

CONFIRM_WITHIN, CONFIRM_SOON = timedelta(hours=24), timedelta(hours=2)
ACCEPT_WITHIN, ACCEPT_SOON = timedelta(hours=48), timedelta(hours=12)
SOON = timedelta(days=1)  # an event within this time wants an answer soon
NEAR = timedelta(days=3)  # and one within this, an offered seat to be taken soon


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits: the RSVP and the size of the party."""

    id: int
    party: int


def free(capacity: int | None, taken: int) -> int | None:
    """How many seats are free; none when there is no end of them. Never below 0, whatever staff took away."""
    return None if capacity is None else max(0, capacity - taken)


def fits(party: int, seats: int | None) -> bool:
    """Whether a party finds room in these free seats."""
    return seats is None or party <= seats


def place_for(party: int, seats: int | None) -> RsvpState:
    """A seat at once, else a place in the line."""
    return RsvpState.HELD if fits(party, seats) else RsvpState.WAITING


def promoted(line: Sequence[Waiting], seats: int | None) -> list[Waiting]:
    """Who of the line gets the free seats: first come, first served among the parties that fit."""
    chosen: list[Waiting] = []
    for one in line:
        if fits(one.party, seats):
            chosen.append(one)
            seats = None if seats is None else seats - one.party
    return chosen


def confirm_by(starts_at: datetime, now: datetime) -> datetime:
    """Until when a new RSVP waits for its mailbox to answer: a day, two hours when it starts within a day."""
    within = CONFIRM_SOON if starts_at - now <= SOON else CONFIRM_WITHIN
    return min(now + within, max(now, starts_at))


def accept_by(starts_at: datetime, now: datetime) -> datetime:
    """Until when an offered seat is kept: two days, 12 hours within three days of the start.

    With less than that left, half of the time that is left, so that somebody else can still come.
    """
    left = starts_at - now
    within = ACCEPT_SOON if left <= NEAR else ACCEPT_WITHIN
    return now + (within if within < left else max(timedelta(0), left / 2))


def refusal(event: Event, now: datetime, *, member: bool = False) -> Refusal | None:
    """Why nobody can RSVP now; None when one can. The order says what matters most to a reader."""
    if event.state in (EventState.DRAFT, EventState.PROPOSED):
        return Refusal.NOT_PUBLISHED
    if event.state == EventState.CANCELLED:
        return Refusal.CANCELLED
    if event.members_only and not member:
        return Refusal.MEMBERS_ONLY
    if now >= event.starts_at:
        return Refusal.OVER
    if not event.takes_rsvps:
        return Refusal.NO_RSVP
    return Refusal.CLOSED if event.closed_at is not None and event.closed_at <= now else None


def may_leave(event: Event, now: datetime) -> bool:
    """Whether a guest can still give a seat back or change the party: until the deadline, else until the start."""
    return now < min(event.cancel_until or event.starts_at, event.starts_at)
