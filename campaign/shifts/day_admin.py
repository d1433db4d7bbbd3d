"""The staff door to a shift's day: checking volunteers in and out."""

from functools import partial
from typing import Any

from flask import abort, url_for
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, web
from ..staff import audit
from ..staff.acts import Act
from ..volunteers import lists
from . import day
from .day_forms import StaffWalkInForm
from .day_page import DayDoor

area = web.staff_area("day_staff", __name__)
ACTS = {
    "in": Act.VOLUNTEER_CHECKED_IN,
    "out": Act.VOLUNTEER_CHECKED_OUT,
    "walk-in": Act.VOLUNTEER_ADDED_THERE,
    "undo": Act.VOLUNTEER_CHECK_UNDONE,
}


@area.get("/shifts/<int:id>/day")
def show(id: int) -> ResponseReturnValue:
    """Who is expected, and who is here."""
    with db.reading():
        return _door(id).show()


@area.get("/shifts/<int:id>/day/count")
def count(id: int) -> ResponseReturnValue:
    """How many are here, for an open page."""
    with db.reading():
        return _door(id).count()


@area.post("/shifts/<int:id>/day/find")
def find(id: int) -> ResponseReturnValue:
    """A volunteer by name or code."""
    with db.reading():
        return _door(id).find()


@area.post("/shifts/<int:id>/day/in")
def check_in(id: int) -> ResponseReturnValue:
    """They have come."""
    return _opened(id).check_in()


@area.post("/shifts/<int:id>/day/out")
def check_out(id: int) -> ResponseReturnValue:
    """They leave."""
    return _opened(id).check_out()


@area.post("/shifts/<int:id>/day/walk-in")
def walk_in(id: int) -> ResponseReturnValue:
    """A volunteer has come who is not on the list."""
    return _opened(id).walk_in(StaffWalkInForm())


@area.post("/shifts/<int:id>/day/undo")
def undo(id: int) -> ResponseReturnValue:
    """They have not left, or not come, after all."""
    return _opened(id).undo()


def _opened(shift_id: int) -> DayDoor:
    with db.reading():
        return _door(shift_id)


def _door(shift_id: int) -> DayDoor:
    """The door to this shift. Raises Refused when it is not near in time, or was cancelled."""
    try:
        roll = day.roll(shift_id, clock.now())
    except LookupError:
        abort(404)
    monday = i18n.local(roll.shift.starts_at).date().isoformat()
    known = {"shift": roll.shift, "roles": lists.names(lists.ROLES), "monday": monday}
    return DayDoor(roll, partial(_way, shift_id), "shifts/staff/day.html", partial(_note, shift_id), known)


def _note(shift_id: int, act: str, _line_id: int) -> None:
    """The trail names the shift; who it was stands in the hours, and is forgotten with them."""
    audit.note(ACTS[act], "shift", shift_id)


def _way(shift_id: int, act: str, **values: Any) -> str:
    return url_for(f"day_staff.{act}", id=shift_id, **values)
