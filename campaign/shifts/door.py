"""The public door of a helper with a link for a shift's day: short names, nothing else; kept and listed by nobody."""

from functools import partial
from typing import Any

from flask import make_response, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.wrappers import Response

from .. import clock, db, web
from ..errors import Refused
from ..volunteers import lists
from . import day
from .day_forms import WalkInForm
from .day_page import DayDoor

area = web.public_area("shift_door", __name__)


@area.get('/shift-door/<signed("shift-door"):helper_id>')
def show(helper_id: int) -> ResponseReturnValue:
    """Who is expected, and who is here."""
    with db.reading():
        door = _door(helper_id)
        return door.show() if isinstance(door, DayDoor) else door


@area.get('/shift-door/<signed("shift-door"):helper_id>/count')
def count(helper_id: int) -> ResponseReturnValue:
    """How many are here, for an open page."""
    with db.reading():
        door = _door(helper_id)
        return door.count() if isinstance(door, DayDoor) else door


@area.post('/shift-door/<signed("shift-door"):helper_id>/find')
def find(helper_id: int) -> ResponseReturnValue:
    """A volunteer by name or code."""
    with db.reading():
        door = _door(helper_id)
        return door.find() if isinstance(door, DayDoor) else door


@area.post('/shift-door/<signed("shift-door"):helper_id>/in')
def check_in(helper_id: int) -> ResponseReturnValue:
    """They have come."""
    door = _opened(helper_id)
    return door.check_in() if isinstance(door, DayDoor) else door


@area.post('/shift-door/<signed("shift-door"):helper_id>/out')
def check_out(helper_id: int) -> ResponseReturnValue:
    """They leave."""
    door = _opened(helper_id)
    return door.check_out() if isinstance(door, DayDoor) else door


@area.post('/shift-door/<signed("shift-door"):helper_id>/walk-in')
def walk_in(helper_id: int) -> ResponseReturnValue:
    """A volunteer has come who is not on the list."""
    door = _opened(helper_id)
    return door.walk_in(WalkInForm()) if isinstance(door, DayDoor) else door


@area.post('/shift-door/<signed("shift-door"):helper_id>/undo')
def undo(helper_id: int) -> ResponseReturnValue:
    """They have not left, or not come, after all."""
    door = _opened(helper_id)
    return door.undo() if isinstance(door, DayDoor) else door


@area.get("/shift-door/<path:token>")
def broken(token: str) -> ResponseReturnValue:
    """A link that was cut in two, altered, or made for something else."""
    return _shut(gettext("It may be cut in two. Ask whoever gave it to you for a new one."), 404)


def _opened(helper_id: int) -> DayDoor | Response:
    with db.reading():
        return _door(helper_id)


def _door(helper_id: int) -> DayDoor | Response:
    """The door that this link opens, or the page that says why it opens none."""
    try:
        roll = day.lent_roll(helper_id, clock.now())
    except LookupError:
        return _shut(gettext("It may be cut in two. Ask whoever gave it to you for a new one."), 410)
    except Refused as no:
        return _shut(str(no), 410)
    known = {"roles": lists.names(lists.ROLES)}
    return DayDoor(roll, partial(_way, helper_id), "shifts/door.html", more=known)


def _way(helper_id: int, act: str, **values: Any) -> str:
    return url_for(f"shift_door.{act}", helper_id=helper_id, **values)


def _shut(sentence: str, status: int) -> Response:
    return make_response(web.error_page(status, sentence, gettext("This link does not work")))
