"""Who has come: checking guests in, taking that back, counting in who comes without an RSVP, finding them by name.

A guest with a seat is counted by one row that can stand once, so two phones need no turn at the event. Whoever needs a
seat that they had not takes it in their turn, as an RSVP does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from flask import current_app
from flask_babel import gettext
from sqlalchemy import ColumnElement, func, select, update

from .. import db, i18n
from ..errors import Refused
from ..links import rules as codes
from ..text import clean, fold
from . import seats
from .models import LIVE, TAKES_SEATS, Arrival, Event, EventState, Rsvp, RsvpState
from .seats import Turn

MOST_LINES = 50


@dataclass(frozen=True)
class By:
    """Who stands at the door: somebody of the staff, or whoever holds a helper's link."""

    account_id: int | None = None
    helper_id: int | None = None


class Came(StrEnum):
    """What became of a check-in. `ASK`: there is no free seat, so whoever stands at the door decides."""

    COUNTED = "counted"
    ALREADY = "already"
    ASK = "ask"


@dataclass(frozen=True)
class Line:
    """A guest as the door sees them: a name, how many, and how things stand. Nothing else."""

    id: int
    name: str
    party: int
    state: str
    came: int
    at: datetime | None
    walk_in: bool = False


@dataclass(frozen=True)
class Figures:
    """How many are here, how many with a seat are still expected, and how many the place holds."""

    here: int
    expected: int
    capacity: int | None
    free: int | None


def figures(event_id: int) -> Figures:
    """The numbers of this moment. Raises LookupError."""
    if (event := db.session().get(Event, event_id, populate_existing=True)) is None:
        raise LookupError(event_id)
    seated = (Rsvp.event_id == event_id) & Rsvp.state.in_(TAKES_SEATS) & Rsvp.checked_in_at.is_(None)
    expected = db.session().scalar(select(func.coalesce(func.sum(Rsvp.party), 0)).where(seated)) or 0
    free = None if event.capacity is None else max(0, event.capacity - event.taken)
    return Figures(here(event_id), expected, event.capacity, free)


def here(event_id: int) -> int:
    """How many people have come."""
    standing = (Arrival.event_id == event_id) & Arrival.undone_at.is_(None)
    return db.session().scalar(select(func.coalesce(func.sum(Arrival.party), 0)).where(standing)) or 0


def expected(event_id: int) -> tuple[list[Line], bool]:
    """Who is on the list and has not come yet, by name; and whether there are more than these."""
    return _lines(event_id, Rsvp.state.in_(LIVE) & Rsvp.checked_in_at.is_(None))


def find(event_id: int, typed: str) -> tuple[list[Line], bool]:
    """Guests by a part of the name or by the code that they show, those who are here too; whether there are more."""
    if code := _code(typed):
        found = _lines(event_id, Rsvp.state.in_(LIVE) & (Rsvp.door_code == code))
        if found[0]:
            return found
    key = fold(clean(typed))[:200]
    return _lines(event_id, Rsvp.state.in_(LIVE) & Rsvp.name_key.contains(key, autoescape=True)) if key else ([], False)


def _code(typed: str) -> str:
    """A guest's code, however it was typed; empty when it cannot be one. Unlike a printed one, it checks nothing."""
    text = "".join(typed.split()).replace("-", "").upper()
    right = len(text) == codes.LENGTH + 1 and all(character in codes.ALPHABET for character in text)
    return text if right else ""


def _lines(event_id: int, which: ColumnElement[bool]) -> tuple[list[Line], bool]:
    found = select(Rsvp).where(Rsvp.event_id == event_id, which).order_by(Rsvp.name_key, Rsvp.id)
    rows = db.session().scalars(found.limit(MOST_LINES + 1)).all()
    return [_line(one) for one in rows[:MOST_LINES]], len(rows) > MOST_LINES


def _line(one: Rsvp) -> Line:
    return Line(one.id, one.name, one.party, one.state, one.came, one.checked_in_at, one.walk_in)


def look(event_id: int, rsvp_id: int) -> Line | None:
    """One guest of this event; None when there is no such guest, or not here."""
    one = db.session().get(Rsvp, rsvp_id)
    return _line(one) if one is not None and one.event_id == event_id else None


def check_in(event_id: int, rsvp_id: int, came: int, by: By, now: datetime, *, let_in: bool = False) -> Came:
    """Count a guest's party in. A guest who is here already is not counted again, whoever else pressed.

    Raises LookupError when they are no guest of this event (any more), Refused when the place is full. Without a seat
    for all of them it answers ASK, unless whoever stands at the door has decided to let them in.
    """
    rsvp = _guest(event_id, rsvp_id)
    if _has_seats(rsvp, came):
        _refuse_dead(db.session().get_one(Event, event_id))
        counted = _count(rsvp, came, by, now)
        if counted is Came.COUNTED and not _has_seats(rsvp, came):  # somebody took them away while we waited
            raise LookupError(rsvp_id)
        return counted
    mine = seats.turn(event_id, now)
    _refuse_dead(mine.event)
    rsvp = _guest(event_id, rsvp_id)
    if rsvp.checked_in_at is not None:
        return Came.ALREADY
    more = came - rsvp.party if rsvp.state in TAKES_SEATS else came
    if not _room(mine, came, more, let_in=let_in):
        return Came.ASK
    waited = rsvp.state == RsvpState.WAITING
    if (counted := _count(rsvp, came, by, now, waited=waited)) is Came.COUNTED:
        rsvp.state, rsvp.lapses_at, rsvp.seated_at = RsvpState.SEATED, None, rsvp.seated_at or now
        rsvp.party = came if waited else max(rsvp.party, came)
        db.session().flush()
        mine.take(max(0, more))
    return counted


def _guest(event_id: int, rsvp_id: int) -> Rsvp:
    rsvp = db.session().get(Rsvp, rsvp_id, populate_existing=True)
    if rsvp is None or rsvp.event_id != event_id or rsvp.state not in LIVE:
        raise LookupError(rsvp_id)
    return rsvp


def _has_seats(rsvp: Rsvp, came: int) -> bool:
    return rsvp.state == RsvpState.SEATED and came <= rsvp.party


def _refuse_dead(event: Event) -> None:
    if event.state != EventState.PUBLISHED:
        words = gettext("This event was cancelled.")
        raise Refused(words if event.state == EventState.CANCELLED else gettext("This event is not open yet."))


def _room(mine: Turn, came: int, more: int, *, let_in: bool) -> bool:
    """Whether there is a seat for those who had none. Raises Refused when more people would be here than fit."""
    capacity = mine.event.capacity
    if capacity is None or more <= 0:
        return True
    if (number := here(mine.event.id)) + came > capacity:
        words: str = gettext("The room is full: %(number)s people are here, and it holds %(most)s.")
        raise Refused(words % {"number": i18n.show_number(number), "most": i18n.show_number(capacity)})
    return let_in or more <= (mine.free or 0)


def _count(rsvp: Rsvp, came: int, by: By, now: datetime, *, waited: bool = False, press: str | None = None) -> Came:
    """Add the row that counts. It can stand once for each guest: whoever is second is told so.

    Raises LookupError when they are no guest any more.
    """
    keyed = current_app.extensions["switches"].natural_keys  # off: the negative control of "counts once"
    values: dict[str, Any] = {"event_id": rsvp.event_id, "rsvp_id": rsvp.id, "party": came, "at": now, "waited": waited}
    values |= {"standing_id": rsvp.id if keyed else None, "press": press if keyed else None}
    values |= {"party_before": rsvp.party}
    if db.add(Arrival, {**values, "account_id": by.account_id, "helper_id": by.helper_id}) is None:
        return Came.ALREADY
    # The row names the event, so it waits for whoever has the turn there; who may have cancelled this RSVP in it.
    _guest(rsvp.event_id, rsvp.id)
    rsvp.checked_in_at, rsvp.came, rsvp.no_show = now, came, False
    db.session().flush()
    return Came.COUNTED


def walk_in(
    event_id: int, name: str, came: int, press: str, by: By, now: datetime, *, let_in: bool = False
) -> Came | int:
    """Count somebody in who has no RSVP; the id of their line, or ASK when there is no free seat.

    `press` is the mark of the form: sent twice, it counts once. Raises LookupError, Refused.
    """
    mine = seats.turn(event_id, now)
    _refuse_dead(mine.event)
    keyed = current_app.extensions["switches"].natural_keys
    there = db.session().scalar(select(Arrival.rsvp_id).where(Arrival.press == press)) if keyed else None
    if there is not None:
        return there
    if not _room(mine, came, came, let_in=let_in):
        return Came.ASK
    known = {"name": name, "name_key": fold(name)[:200], "party": came, "walk_in": True, "state": RsvpState.SEATED}
    rsvp = Rsvp(event_id=event_id, language=i18n.language().code, joined_at=now, seated_at=now, **known)
    db.session().add(rsvp)
    db.session().flush()
    _count(rsvp, came, by, now, press=press)
    mine.take(came)
    return rsvp.id


def undo(event_id: int, rsvp_id: int, by: By, now: datetime) -> bool:
    """Take a check-in back: the guest has not come after all. They expect as many seats as before, and who waited waits
    again; a walk-in is gone.

    False when nothing stood any more. Raises LookupError.
    """
    mine = seats.turn(event_id, now)
    rsvp = _guest(event_id, rsvp_id)
    standing = (Arrival.rsvp_id == rsvp_id) & Arrival.undone_at.is_(None)
    last = db.session().scalars(select(Arrival).where(standing).order_by(Arrival.id.desc())).first()
    if last is None:
        return False
    gone: dict[str, Any] = {"standing_id": None, "undone_at": now}
    gone |= {"undone_by_account_id": by.account_id, "undone_by_helper_id": by.helper_id}
    db.session().execute(update(Arrival).where(standing).values(gone))
    rsvp.checked_in_at, rsvp.came = None, 0
    if rsvp.walk_in:
        seats.end(mine, rsvp, RsvpState.CANCELLED)
    else:
        _give_back(mine, rsvp, last)
    db.session().flush()
    return True


def _give_back(mine: Turn, rsvp: Rsvp, last: Arrival) -> None:
    """The seats that a check-in took beyond those that they had; they may fit somebody who waits."""
    seated = rsvp.party
    rsvp.party = last.party_before
    if last.waited:
        rsvp.state, rsvp.seated_at = RsvpState.WAITING, None
    if more := seated - (0 if last.waited else rsvp.party):
        db.session().flush()
        mine.take(-more)
        seats.promote(mine)


def recent(event_id: int, number: int = 5) -> Sequence[Line]:
    """Who came last, the newest first."""
    standing = (Arrival.event_id == event_id) & Arrival.undone_at.is_(None)
    found = select(Rsvp).join(Arrival, Arrival.rsvp_id == Rsvp.id).where(standing).order_by(Arrival.id.desc())
    return [_line(one) for one in db.session().scalars(found.limit(number))]
