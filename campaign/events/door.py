"""The public door of a helper with a link for a day: names and how many, nothing else; kept and listed by nobody."""

from functools import partial
from typing import Any

from flask import make_response, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.wrappers import Response

from .. import clock, db, web
from ..errors import Refused
from . import board, keys
from .arrivals import By
from .door_page import EventDoor, EventRoll
from .forms import WalkInForm

area = web.public_area("events_door", __name__)


@area.get('/door/<signed("door"):helper_id>')
def show(helper_id: int) -> ResponseReturnValue:
    """Who is expected, and how many are here."""
    with db.reading():
        door = _door(helper_id)
        return door.show() if isinstance(door, EventDoor) else door


@area.get('/door/<signed("door"):helper_id>/count')
def count(helper_id: int) -> ResponseReturnValue:
    """How many are here, for an open page."""
    with db.reading():
        door = _door(helper_id)
        return door.count() if isinstance(door, EventDoor) else door


@area.post('/door/<signed("door"):helper_id>/find')
def find(helper_id: int) -> ResponseReturnValue:
    """A guest by name or code."""
    with db.reading():
        door = _door(helper_id)
        return door.find() if isinstance(door, EventDoor) else door


@area.post('/door/<signed("door"):helper_id>/in')
def check_in(helper_id: int) -> ResponseReturnValue:
    """A guest has come."""
    door = _opened(helper_id)
    return door.check_in() if isinstance(door, EventDoor) else door


@area.post('/door/<signed("door"):helper_id>/walk-in')
def walk_in(helper_id: int) -> ResponseReturnValue:
    """Somebody without an RSVP has come."""
    door = _opened(helper_id)
    return door.walk_in(WalkInForm()) if isinstance(door, EventDoor) else door


@area.post('/door/<signed("door"):helper_id>/undo')
def undo(helper_id: int) -> ResponseReturnValue:
    """They have not come after all."""
    door = _opened(helper_id)
    return door.undo() if isinstance(door, EventDoor) else door


@area.get("/door/<path:token>")
def broken(token: str) -> ResponseReturnValue:
    """A link that was cut in two, altered, or made for something else."""
    return _shut(gettext("It may be cut in two. Ask whoever gave it to you for a new one."), 404)


def _opened(helper_id: int) -> EventDoor | Response:
    with db.reading():
        return _door(helper_id)


def _door(helper_id: int) -> EventDoor | Response:
    """The door that this link opens, or the page that says why it opens none."""
    try:
        helper = keys.use(helper_id, clock.now())
    except LookupError:
        return _shut(gettext("It may be cut in two. Ask whoever gave it to you for a new one."), 410)
    except Refused as no:
        return _shut(str(no), 410)
    roll = EventRoll(board.get(helper.event_id), By(helper_id=helper_id))
    return EventDoor(roll, partial(_way, helper_id), "events/door.html")


def _way(helper_id: int, act: str, **values: Any) -> str:
    return url_for(f"events_door.{act}", helper_id=helper_id, **values)


def _shut(sentence: str, status: int) -> Response:
    return make_response(web.error_page(status, sentence, gettext("This link does not work")))
