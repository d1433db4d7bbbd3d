"""What happens to shifts by the clock: reminders are set, who was not checked out is credited."""

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select

from .. import clock, db, jobs
from . import hours, quiet
from .models import Shift, ShiftNews, ShiftNewsKind, ShiftState

AHEAD = timedelta(days=2)
A_DAY = timedelta(days=1)
LATE = timedelta(hours=1)  # that this sweep may be
Told = dict[ShiftNewsKind, ShiftNews]


@jobs.sweep("set-reminders")
def set_all() -> int:
    """Set the reminders of the shifts that are near, or move them with the start; of how many shifts."""
    now = clock.now()
    near = Shift.starts_at.between(now, now + AHEAD) & (Shift.state == ShiftState.OPEN)
    with db.reading() as session:
        there = _there(ShiftNews.shift_id.in_(select(Shift.id).where(near)))
        shifts = session.scalars(select(Shift).where(near).order_by(Shift.id))
        wrong = [one.id for one in shifts if _wrong(one, there[one.id], now)]
    for shift_id in wrong:
        with db.writing():
            _set(shift_id, now)
    return len(wrong)


def _wrong(shift: Shift, there: Told, now: datetime) -> bool:
    """Whether a reminder is missing, or due at another time than it should be."""
    return any(
        (kind not in there and at >= shift.added_at) or (kind in there and _moved(there[kind], at, now))
        for kind, at in _due(shift).items()
    )


def _due(shift: Shift) -> dict[ShiftNewsKind, datetime]:
    return {kind: quiet.due(kind, shift.starts_at, shift.zone) for kind in quiet.BEFORE}


def _there(which: ColumnElement[bool]) -> dict[int, Told]:
    """The reminders that are set, by shift."""
    found: dict[int, Told] = defaultdict(dict)
    for one in db.session().scalars(select(ShiftNews).where(which, ShiftNews.kind.in_(list(quiet.BEFORE)))):
        found[one.shift_id][ShiftNewsKind(one.kind)] = one
    return found


def _moved(one: ShiftNews, at: datetime, now: datetime) -> bool:
    """Whether it is to be told at another time. What was told is told again only for another day."""
    if one.done_at is not None:
        return at > now - LATE and at - one.due_at >= A_DAY
    return one.due_at != at and at > now


def _set(shift_id: int, now: datetime) -> None:
    found = select(Shift).where(Shift.id == shift_id, Shift.state == ShiftState.OPEN).with_for_update()
    if (shift := db.session().scalar(found)) is None:
        return
    there = _there(ShiftNews.shift_id == shift_id)[shift_id]
    for kind, at in _due(shift).items():
        one = there.get(kind)
        if one is not None and _moved(one, at, now):
            db.session().delete(one)  # and with it, who was told
            db.session().flush()
            one = None
        if one is None and at >= shift.added_at:
            db.session().add(ShiftNews(shift_id=shift_id, kind=kind, due_at=at, made_at=now))
    db.session().flush()


@jobs.sweep("credit-hours", minute="*/15")
def credit() -> int:
    """Credit those whom nobody checked out, and note who did not come; how many were credited."""
    with db.reading():
        late = hours.never_left(clock.now())
    for placement_id in late:
        with db.writing():  # one at a time: each is locked after its volunteer
            hours.credit_late(placement_id, clock.now())
    with db.writing():
        hours.note_no_shows(clock.now())
    return len(late)
