"""Who has a seat: taking one, giving it back, and offering it to the next in line, with the event's row locked.

Whoever needs both locks the supporter first and the event then; a promotion locks events only. So nobody waits in a
ring: see `supporters.hold`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from flask import current_app
from sqlalchemy import Table, bindparam, exists, func, select, update

from .. import db, mail
from . import rules
from .models import LIVE, TAKES_SEATS, Event, EventState, NamelessGuests, Rsvp, RsvpState
from .rules import Waiting

SEAT_FREE = "events.seat_free"
EVENTS = cast(Table, Event.__table__)
A_PART = 200  # of the line, looked at together

# What decides who may come, without the rest of the event: these columns alone are read for each seat.
DECIDES = [EVENTS.c[name] for name in ("id", "slug", "state", "members_only", "takes_rsvps", "capacity", "taken")]
DECIDES += [EVENTS.c[name] for name in ("starts_at", "ends_at", "closed_at", "cancel_until")]
TAKE = update(EVENTS).where(EVENTS.c.id == bindparam("event_id")).values(taken=EVENTS.c.taken + bindparam("seats"))
OVERDUE = select(Rsvp.id, Rsvp.state, Rsvp.party).where(
    Rsvp.event_id == bindparam("event_id"), Rsvp.lapses_at <= bindparam("now")
)
# That something may be overdue is asked with the lock: mostly nothing is. What another turn made overdue meanwhile it
# has seen to itself, so the answer may be as old as the moment at which we began to wait.
IS_OVERDUE = exists().where(Rsvp.event_id == EVENTS.c.id, Rsvp.lapses_at <= bindparam("now")).label("overdue")
UNLOCKED = select(*DECIDES, IS_OVERDUE).where(EVENTS.c.id == bindparam("event_id"))
LOCKED = UNLOCKED.with_for_update()


@dataclass
class Turn:
    """Somebody's turn at an event: nobody else takes or gives back a seat before the commit.

    Of the event it knows what decides who may come (`DECIDES`), as it stands in the records: to be read only.
    """

    event: Event
    taken: int
    now: datetime

    @property
    def free(self) -> int | None:
        """How many seats are free; none when there is no end of them."""
        return rules.free(self.event.capacity, self.taken)

    def take(self, seats: int) -> None:
        """So many seats more are taken, or fewer. In SQL, and without raising the event's version: it is no edit."""
        if seats:
            db.session().execute(TAKE, {"event_id": self.event.id, "seats": seats})
            self.taken += seats


def turn(event_id: int, now: datetime, seen: int | None = None) -> Turn:
    """Take a turn at an event, and let first what is overdue lapse. Raises LookupError.

    When no turn is being taken, nobody waits who would fit: so whoever makes room in it (`promote`) leaves it so.

    `seen` is the negative control of "a seat is never given twice": how many seats were taken a moment ago.
    """
    guarded = current_app.extensions["switches"].seats_in_turn
    row = db.session().execute(LOCKED if guarded else UNLOCKED, {"event_id": event_id, "now": now}).one_or_none()
    if row is None:
        raise LookupError(event_id)
    event = cast(Event, row)
    mine = Turn(event, event.taken if seen is None else seen, now)
    if seen is None and row.overdue:
        settle(mine)
    return mine


def settle(mine: Turn) -> None:
    """Let what is overdue lapse, and offer what that frees."""
    overdue = db.session().execute(OVERDUE, {"event_id": mine.event.id, "now": mine.now}).all()
    if overdue:
        gone = update(Rsvp).where(Rsvp.id.in_([one.id for one in overdue]))
        db.session().execute(gone.values(state=RsvpState.LAPSED, lapses_at=None, ended_at=mine.now))
        mine.take(-sum(one.party for one in overdue if one.state in TAKES_SEATS))
        promote(mine)


def promote(mine: Turn) -> int:
    """Offer the free seats to those who wait: first come, first served among the parties that fit; to how many."""
    event, offered = mine.event, 0
    if event.state != EventState.PUBLISHED or mine.now >= event.starts_at:
        return 0
    while line := _line(mine):
        for one in (chosen := rules.promoted(line, mine.free)):
            _offer(mine, one)
        offered += len(chosen)
        if len(line) < A_PART:
            break
    return offered


def _line(mine: Turn) -> list[Waiting]:
    """The next of those who wait and would fit into what is free, in their order; empty when nobody would."""
    if mine.free == 0:
        return []
    found = select(Rsvp.id, Rsvp.party).where(Rsvp.event_id == mine.event.id, Rsvp.state == RsvpState.WAITING)
    if mine.free is not None:
        found = found.where(Rsvp.party <= mine.free)
    rows = db.session().execute(found.order_by(Rsvp.joined_at, Rsvp.id).limit(A_PART))
    return [Waiting(row.id, row.party) for row in rows]


def _offer(mine: Turn, one: Waiting) -> None:
    """Keep a seat for them until the deadline, and write to them. Who never confirmed gets no longer for it."""
    rsvp = db.session().get_one(Rsvp, one.id, populate_existing=True)
    until = rules.accept_by(mine.event.starts_at, mine.now)
    rsvp.state, rsvp.offered_at = RsvpState.OFFERED, mine.now
    rsvp.lapses_at = until if rsvp.lapses_at is None else min(until, rsvp.lapses_at)
    db.session().flush()
    mine.take(one.party)
    if rsvp.supporter_id is not None:
        mail.write(SEAT_FREE, rsvp.id, rsvp.supporter_id, mine.now)


def end(mine: Turn, rsvp: Rsvp, state: RsvpState) -> None:
    """They come no more: their seats are free for the next in line."""
    seats = rsvp.party if rsvp.state in TAKES_SEATS else 0
    rsvp.state, rsvp.ended_at, rsvp.lapses_at = state, mine.now, None
    db.session().flush()
    mine.take(-seats)
    promote(mine)


def position(rsvp: Rsvp) -> int:
    """Their place in the line, from 1; counted, never stored. 0 for who does not wait."""
    if rsvp.state != RsvpState.WAITING:
        return 0
    earlier = (Rsvp.joined_at < rsvp.joined_at) | ((Rsvp.joined_at == rsvp.joined_at) & (Rsvp.id < rsvp.id))
    line = (Rsvp.event_id == rsvp.event_id) & (Rsvp.state == RsvpState.WAITING)
    return 1 + (db.session().scalar(select(func.count()).select_from(Rsvp).where(line, earlier)) or 0)


def waiting(event_id: int) -> int:
    """How many RSVPs wait."""
    line = (Rsvp.event_id == event_id) & (Rsvp.state == RsvpState.WAITING)
    return db.session().scalar(select(func.count()).select_from(Rsvp).where(line)) or 0


def lock_all_of(supporter_id: int) -> list[int]:
    """Lock every event at which this supporter is expected, in one order; their ids."""
    theirs = select(Rsvp.event_id).where(Rsvp.supporter_id == supporter_id, Rsvp.state.in_(LIVE))
    found = select(Event.id).where(Event.id.in_(theirs)).order_by(Event.id).with_for_update()
    return list(db.session().scalars(found))


def lapsing(now: datetime) -> list[int]:
    """The events at which something is overdue."""
    return list(db.session().scalars(select(Rsvp.event_id).where(Rsvp.lapses_at <= now).distinct()))


def drift(event_id: int | None = None) -> dict[int, int]:
    """By how much each event's `taken` differs from the truth; empty when all is well. Of one event, else reads all."""
    seats = func.coalesce(func.sum(Rsvp.party), 0)
    counted = select(seats).where(Rsvp.event_id == Event.id, Rsvp.state.in_(TAKES_SEATS)).scalar_subquery()
    found = select(Event.id, (Event.taken - counted).label("off"))
    rows: Iterable[Any] = db.session().execute(found if event_id is None else found.where(Event.id == event_id))
    return {row.id: row.off for row in rows if row.off}


def forget(event_id: int, seats: int) -> None:
    """The RSVPs that took these seats are forgotten; nobody waits for them any more."""
    db.session().execute(TAKE, {"event_id": event_id, "seats": -seats})


def count_nameless(event_id: int, code_id: int | None, party: int, came: int) -> None:
    """Somebody who had a seat is forgotten: the number of seats stays, and of those who came."""
    key = {"event_id": event_id, "code_id": code_id or 0}
    for column, number in (("seats", party), ("came", came)):
        db.add_up(NamelessGuests, key, column, number)
