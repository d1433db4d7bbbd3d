"""Many shifts at once, over a range of dates: made in one act, and undone in one."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select

from .. import db
from ..errors import Refused
from . import editing, turns
from .editing import Said
from .models import Shift, ShiftBatch

MOST = 200  # shifts in one batch


def days(first: date, last: date, weekdays: Collection[int]) -> list[date]:
    """The days from the first to the last, both with it, that are such days of the week (Monday is 0)."""
    range_ = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [one for one in range_ if one.weekday() in weekdays]


def make(shifts: Sequence[Said], account_id: int | None, now: datetime) -> int:
    """All these shifts, or none; the id of the batch. Raises LookupError, Refused."""
    if not shifts:
        raise Refused("There is no such day between these dates.")
    if len(shifts) > MOST:
        raise Refused(f"These are {len(shifts)} shifts. Make at most {MOST} at once.")
    batch = ShiftBatch(account_id=account_id, made_at=now)
    db.session().add(batch)
    db.session().flush()
    for said in shifts:
        editing.add(said, now, batch.id)
    return batch.id


def undo(batch_id: int, now: datetime) -> int:
    """Cancel those of the batch that nobody has taken or waits for; how many. Again takes those that became so.

    Raises LookupError.
    """
    if (batch := db.session().get(ShiftBatch, batch_id)) is None:
        raise LookupError(batch_id)
    cancelled = 0
    for shift_id in _shifts_of(batch_id):
        mine = turns.turn(shift_id, now)
        if mine.to_come and not turns.on_it(mine):
            editing.end(mine, "")
            cancelled += 1
    batch.undone_at = batch.undone_at or now
    return cancelled


def _shifts_of(batch_id: int) -> list[int]:
    return list(db.session().scalars(select(Shift.id).where(Shift.batch_id == batch_id).order_by(Shift.id)))


def find(batch_id: int) -> ShiftBatch | None:
    """A batch; None when there is none."""
    return db.session().get(ShiftBatch, batch_id)
