"""The pictures of events: each is drawn anew from what was sent, and kept."""

from datetime import datetime

from sqlalchemy import delete, select

from .. import db, pictures
from ..pictures import Drawn
from . import editing
from .models import EventPicture

SHOWN = 1200  # pixels of a side, as kept


def draw(sent: bytes) -> Drawn:
    """The picture, at most 1200 pixels wide and high. Raises Refused. Slow work: not inside `writing`."""
    return pictures.draw(sent, "A picture", SHOWN)


def put(event_id: int, drawn: Drawn, alt: str, now: datetime) -> None:
    """Keep this picture in place of an earlier one; `alt` says in English what it shows.

    Raises LookupError, and Refused when the event has no words yet.
    """
    event = editing.locked(event_id)
    editing.describe_picture(event_id, alt)
    known = {"kind": drawn.kind, "content": drawn.content, "width": drawn.width, "height": drawn.height}
    db.session().merge(EventPicture(event_id=event_id, added_at=now, **known))
    event.changed_at = now
    db.session().flush()


def remove(event_id: int, now: datetime) -> None:
    """Delete the picture, if there is one. Raises LookupError."""
    editing.locked(event_id).changed_at = now
    db.session().execute(delete(EventPicture).where(EventPicture.event_id == event_id))
    db.session().flush()


def get(event_id: int) -> EventPicture | None:
    """The picture, if there is one."""
    return db.session().get(EventPicture, event_id)


def size(event_id: int) -> tuple[int, int] | None:
    """Width and height of the picture, if there is one, without reading it."""
    found = select(EventPicture.width, EventPicture.height).where(EventPicture.event_id == event_id)
    row = db.session().execute(found).one_or_none()
    return (row.width, row.height) if row else None
