"""What happens to shifts by time alone: offers lapse, those on them are told, who was on them is forgotten."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update

from .. import clock, db, jobs
from ..supporters import retention
from . import news, turns
from .models import Placement, Shift, ShiftAsk, ShiftHelper, ShiftNeed


@jobs.sweep("settle-shifts")
def settle_all() -> int:
    """Let lapse what nobody accepted, offer what is free to the next who may; at how many shifts something changed."""
    now = clock.now()
    with db.reading():
        shift_ids = turns.lapsing(now)
    for shift_id in shift_ids:
        with db.writing():  # one shift at a time: nobody who takes one waits for more than that
            turns.turn(shift_id, now)
    with db.reading():
        waited_for = turns.stuck(now)
    return len(shift_ids) + sum(_promote(shift_id, now) for shift_id in waited_for)


def _promote(shift_id: int, now: datetime) -> bool:
    with db.writing():
        return turns.promote(turns.turn(shift_id, now)) > 0


@jobs.sweep("tell-volunteers")
def tell() -> int:
    """Write to those on shifts what is due; to how many."""
    return sum(news.tell_some(news_id) for news_id in news.due(clock.now()))


@jobs.sweep("repair-shifts", minute="55", hour="10")
def repair() -> dict[int, int]:
    """Find needs of shifts to come whose places are off, put them right, and say by how much they were."""
    with db.reading():
        suspects = turns.drift(clock.now())
    found = {}
    for need_id in suspects:
        with db.writing() as session:
            mine = turns.turn(session.get_one(ShiftNeed, need_id).shift_id, clock.now())
            if off := turns.drift(clock.now(), need_id).get(need_id, 0):
                mine.count(need_id, -off)
                turns.promote(mine)
                found[need_id] = off
    return found


@retention.obeys("placements")
def forget_placements(until: datetime, dry_run: bool) -> int:
    """Forget who was on shifts that ended before this moment; their hours stay."""
    over = select(Shift.id).where(Shift.ends_at < until)
    return _delete(Placement, Placement.shift_id.in_(over), dry_run)


@retention.obeys("shift_coordinators")
def forget_coordinators(until: datetime, dry_run: bool) -> int:
    """Forget whom to reach on shifts that ended before this moment."""
    named = or_(Shift.coordinator != "", Shift.coordinator_phone != "", Shift.coordinator_id.is_not(None))
    which = named & (Shift.ends_at < until)
    number = int(db.session().scalar(select(func.count()).select_from(Shift).where(which)) or 0)
    if number and not dry_run:
        nobody = {"coordinator": "", "coordinator_phone": "", "coordinator_id": None}
        db.session().execute(update(Shift).where(which).values(**nobody))
    return number


@retention.obeys("shift_helpers")
def forget_helpers(until: datetime, dry_run: bool) -> int:
    """Forget the links for helpers at shifts that ended before this moment."""
    over = select(Shift.id).where(Shift.ends_at < until)
    return _delete(ShiftHelper, ShiftHelper.shift_id.in_(over), dry_run)


@retention.obeys("shift_asks")
def forget_asks(until: datetime, dry_run: bool) -> int:
    """Forget whom we asked before this moment."""
    return _delete(ShiftAsk, ShiftAsk.asked_at < until, dry_run)


def _delete(table: Any, which: Any, dry_run: bool) -> int:
    number = int(db.session().scalar(select(func.count()).select_from(table).where(which)) or 0)
    if number and not dry_run:
        db.session().execute(delete(table).where(which))
    return number
