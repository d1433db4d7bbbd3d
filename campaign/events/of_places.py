"""Which events name a place, and that they name the one that is kept when two are merged."""

from sqlalchemy import update

from .. import db
from ..places import service as places
from . import drafts
from .models import Event, EventNews

MOST = 200


@places.naming.connect
def _held_at(place_id: int) -> list[places.Named]:
    return [places.Named("event", id, title) for id, title in drafts.at_place(place_id, MOST)]


@places.merging.connect
def _hold_at_the_kept_one(kept_id: int, gone_id: int) -> None:
    values = {"place_id": kept_id, "version": Event.version + 1}
    db.session().execute(update(Event).where(Event.place_id == gone_id).values(**values))
    db.session().execute(update(EventNews).where(EventNews.place_before_id == gone_id).values(place_before_id=kept_id))
