"""What shifts do when places change: they are named where a place is, and move with one that is merged."""

from sqlalchemy import select, update

from .. import db
from ..events import times
from ..places import service as places
from .models import Shift, ShiftNews

MOST = 200


@places.naming.connect
def _held_at(place_id: int) -> list[places.Named]:
    found = select(Shift).where(Shift.place_id == place_id).order_by(Shift.id.desc()).limit(MOST)
    held = db.session().scalars(found)
    return [places.Named("shift", one.id, f"Shift on {times.local(one.starts_at, one.zone).date()}") for one in held]


@places.merging.connect
def _hold_at_the_kept_one(kept_id: int, gone_id: int) -> None:
    values = {"place_id": kept_id, "version": Shift.version + 1}
    db.session().execute(update(Shift).where(Shift.place_id == gone_id).values(**values))
    db.session().execute(update(ShiftNews).where(ShiftNews.place_before_id == gone_id).values(place_before_id=kept_id))
