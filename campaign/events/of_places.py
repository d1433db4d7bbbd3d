"""Which events name a place, and that they name the one that is kept when two are merged."""

from sqlalchemy import select, update

from .. import db
from ..places import service as places
from . import drafts
from .models import Event, EventNews

MOST = 200


@places.naming.connect
def _held_at(place_id: int) -> list[places.Named]:
    found = select(Event).where(Event.place_id == place_id).order_by(Event.id.desc()).limit(MOST)
    return [places.Named("event", one.id, drafts.title(one)) for one in db.session().scalars(found)]


@places.merging.connect
def _hold_at_the_kept_one(kept_id: int, gone_id: int) -> None:
    values = {"place_id": kept_id, "version": Event.version + 1}
    db.session().execute(update(Event).where(Event.place_id == gone_id).values(**values))
    db.session().execute(update(EventNews).where(EventNews.place_before_id == gone_id).values(place_before_id=kept_id))
