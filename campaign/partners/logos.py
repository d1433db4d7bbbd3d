"""Logos of partners: each is drawn anew from what was sent, kept, and shown once its partner agrees."""

from base64 import b64encode
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select

from .. import db, pictures
from ..pictures import Drawn
from .models import Logo

SHOWN = 600  # pixels of a side, as kept


def draw(sent: bytes) -> Drawn:
    """The logo, at most 600 pixels wide and high. Raises Refused. Slow work: not inside `writing`."""
    return pictures.draw(sent, "A logo", SHOWN)


def put(partner_id: int, drawn: Drawn, now: datetime) -> None:
    """Keep this logo in place of an earlier one."""
    known = {"kind": drawn.kind, "content": drawn.content, "width": drawn.width, "height": drawn.height}
    db.session().merge(Logo(partner_id=partner_id, added_at=now, **known))
    db.session().flush()


def remove(partner_id: int) -> None:
    """Delete the logo, if there is one."""
    db.session().execute(delete(Logo).where(Logo.partner_id == partner_id))


def get(partner_id: int) -> Logo | None:
    """The logo, if there is one."""
    return db.session().get(Logo, partner_id)


def sizes(partner_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Width and height of the logos of these partners, by id, without reading the pictures."""
    found = select(Logo.partner_id, Logo.width, Logo.height).where(Logo.partner_id.in_(partner_ids))
    return {row.partner_id: (row.width, row.height) for row in db.session().execute(found)}


def as_data(partner_id: int) -> dict[str, object] | None:
    """The same for programs, the picture in base64."""
    if (logo := get(partner_id)) is None:
        return None
    known = {"kind": logo.kind, "width": logo.width, "height": logo.height}
    return {**known, "content": b64encode(logo.content).decode(), "added_at": logo.added_at.isoformat()}
