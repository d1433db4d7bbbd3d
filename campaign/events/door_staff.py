"""The staff door to checking guests in: the page that helpers have, within the staff's own."""

from functools import partial
from typing import Any

from flask import abort, url_for
from flask.typing import ResponseReturnValue

from .. import clock, db, web
from ..errors import Refused
from ..staff import audit, doors
from ..staff.acts import Act
from . import attendance, board
from .arrivals import By
from .door_page import EventDoor, EventRoll
from .forms import StaffWalkInForm
from .models import EventState

area = web.staff_area("door_staff", __name__)
ACTS = {"in": Act.GUEST_CHECKED_IN, "walk-in": Act.WALK_IN_COUNTED, "undo": Act.CHECK_IN_UNDONE}


@area.get("/events/<int:id>/door")
def show(id: int) -> ResponseReturnValue:
    """Who is expected, and how many are here."""
    with db.reading():
        return _door(id).show()


@area.get("/events/<int:id>/door/count")
def count(id: int) -> ResponseReturnValue:
    """How many are here, for an open page."""
    with db.reading():
        return _door(id).count()


@area.post("/events/<int:id>/door/find")
def find(id: int) -> ResponseReturnValue:
    """A guest by name or code."""
    with db.reading():
        return _door(id).find()


@area.post("/events/<int:id>/door/in")
def check_in(id: int) -> ResponseReturnValue:
    """A guest has come."""
    return _opened(id).check_in()


@area.post("/events/<int:id>/door/walk-in")
def walk_in(id: int) -> ResponseReturnValue:
    """Somebody without an RSVP has come."""
    return _opened(id).walk_in(StaffWalkInForm())


@area.post("/events/<int:id>/door/undo")
def undo(id: int) -> ResponseReturnValue:
    """They have not come after all."""
    return _opened(id).undo()


def _opened(event_id: int) -> EventDoor:
    with db.reading():
        return _door(event_id)


def _door(event_id: int) -> EventDoor:
    """The door to this event. Raises Refused when it has none, or it is over for so long that nothing changes."""
    try:
        shown = board.get(event_id)
    except LookupError:
        abort(404)
    if shown.event.state != EventState.PUBLISHED:
        raise Refused("Only an event that is published, and was not cancelled, has a door.")
    if clock.now() > shown.event.ends_at + attendance.LATELY:
        raise Refused(f"This event has been over for more than {attendance.LATELY.days} days. Who came stands now.")
    roll = EventRoll(shown, By(account_id=doors.me().id))
    note = partial(_note, event_id)
    return EventDoor(roll, partial(_way, event_id), "events/staff/door.html", note, more={"event": shown.event})


def _note(event_id: int, act: str, _guest_id: int) -> None:
    """The trail names the event; which guest it was stands in the arrivals, and is forgotten with them."""
    audit.note(ACTS[act], "event", event_id)


def _way(event_id: int, act: str, **values: Any) -> str:
    return url_for(f"door_staff.{act}", id=event_id, **values)
