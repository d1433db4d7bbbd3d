"""The partner door to writing to the guests of an event of one's own."""

from functools import partial
from typing import Any

from flask import abort, url_for
from flask.typing import ResponseReturnValue

from .. import db, web
from ..staff import doors
from . import editing, proposals
from .message_page import Desk

area = web.partner_area("messages_partner", __name__)


@area.get("/events/<int:id>/messages")
def index(id: int) -> ResponseReturnValue:
    """What was written so far."""
    return _desk(id).index()


@area.route("/events/<int:id>/messages/new", methods=["GET", "POST"])
def new(id: int) -> ResponseReturnValue:
    """Write a draft."""
    return _desk(id).new()


@area.get("/events/<int:id>/messages/<int:message_id>")
def show(id: int, message_id: int) -> ResponseReturnValue:
    """A message as it will read, and to how many it goes."""
    return _desk(id).show(message_id)


@area.route("/events/<int:id>/messages/<int:message_id>/words", methods=["GET", "POST"])
def change(id: int, message_id: int) -> ResponseReturnValue:
    """Write a draft anew."""
    return _desk(id).change(message_id)


@area.post("/events/<int:id>/messages/<int:message_id>/test")
def test(id: int, message_id: int) -> ResponseReturnValue:
    """Send it to oneself."""
    return _desk(id).test(message_id)


@area.post("/events/<int:id>/messages/<int:message_id>/send")
def send(id: int, message_id: int) -> ResponseReturnValue:
    """Send it to the guests, once."""
    return _desk(id).send(message_id)


@area.post("/events/<int:id>/messages/<int:message_id>/throw-away")
def throw_away(id: int, message_id: int) -> ResponseReturnValue:
    """Delete a draft."""
    return _desk(id).throw_away(message_id)


def _desk(event_id: int) -> Desk:
    """The desk for an event of one's own organisation; any other is as good as not there."""
    with db.reading():
        try:
            event = editing.get(event_id)
            doors.refuse_foreign(event.partner_id)
        except LookupError:
            abort(404)
        return Desk(event, partial(_way, event_id)) if proposals.is_theirs(event) else abort(404)


def _way(event_id: int, act: str, **values: Any) -> str:
    return url_for(f"messages_partner.{act}", id=event_id, **values)
