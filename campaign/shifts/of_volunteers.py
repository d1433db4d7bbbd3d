"""What shifts do when volunteers and roles change: who may do less gives shifts back, a role with a history stays.

The volunteer's supporter is locked by whoever sends the signals; shifts are locked here, in the order of their ids.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import exists, select

from .. import db, i18n
from ..volunteers import keeping, standing
from ..volunteers.models import Volunteer
from . import turns
from .models import LIVE, TAKES_A_PLACE, Hours, Placement, PlacementState, Shift, ShiftNeed, ShiftState
from .reasons import why_not
from .turns import Turn


@keeping.using.connect
def _names(kind: str, id: int) -> bool:
    """A role that a shift ever needed, or that hours were worked in, has a history."""
    if kind != "role":
        return False
    columns = (ShiftNeed.role_id, Hours.role_id)
    return any(db.session().scalar(select(exists().where(column == id))) for column in columns)


@standing.may_do_less.connect
def _look_again(volunteer_id: int, now: datetime) -> None:
    """Somebody lost something: what they may do no more is taken back, with the reason said."""
    for mine in _later(_of(volunteer_id), now):
        one = turns.theirs(mine.shift.id, volunteer_id)
        if one is not None and one.state in LIVE:
            _take_back_unless_may(mine, one)
        turns.keep_company(mine)  # they may have been the only adult


@standing.asks_more.connect
def _look_at_all(role_id: int, now: datetime) -> None:
    """A role asks for more than before: the same for all who have it."""
    with_it = select(ShiftNeed.shift_id).where(ShiftNeed.role_id == role_id)
    for mine in _later(with_it, now):
        for one in turns.on_it(mine):
            if one.state in LIVE and mine.needs[one.need_id].role_id == role_id:
                _take_back_unless_may(mine, one)


@standing.stops.connect
def _give_all_back(volunteer_id: int, now: datetime) -> None:
    """Somebody leaves, is ended, or is deleted: their places go to others, and they are told nothing more."""
    for mine in _later(_of(volunteer_id), now):
        one = turns.theirs(mine.shift.id, volunteer_id)
        if one is not None and one.state in LIVE:
            turns.end(mine, one, PlacementState.CANCELLED)


def _of(volunteer_id: int) -> object:
    theirs = (Placement.volunteer_id == volunteer_id) & Placement.state.in_(LIVE)
    return select(Placement.shift_id).where(theirs)


def _later(which: object, now: datetime) -> Iterable[Turn]:
    """A turn at each of these shifts that is to come."""
    to_come = (Shift.state == ShiftState.OPEN) & (Shift.starts_at > now)
    found = select(Shift.id).where(Shift.id.in_(which), to_come).order_by(Shift.id)  # type: ignore[arg-type]
    for shift_id in db.session().scalars(found).all():
        yield turns.turn(shift_id, now)


def _take_back_unless_may(mine: Turn, one: Placement) -> None:
    """What somebody waits for they simply wait for no more."""
    with i18n.speaking(i18n.find(db.session().get_one(Volunteer, one.volunteer_id).language)):
        reason = why_not(mine, one)
    if not reason:
        return
    had = one.state in TAKES_A_PLACE
    turns.end(mine, one, PlacementState.REMOVED if had else PlacementState.CANCELLED, reason if had else "")
