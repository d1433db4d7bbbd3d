"""Who of the guests did not come: written down for the record of the event alone; no guest loses anything by it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import CursorResult, exists, select, update

from .. import db
from .models import Arrival, Event, EventState, Rsvp, RsvpState

AFTER = timedelta(minutes=30)  # after the end; the thanks, which go to who came, follow later
LATELY = timedelta(days=8)  # so long lists from paper may be brought in; later nothing changes any more
STAYED_AWAY = (Rsvp.state == RsvpState.SEATED, Rsvp.checked_in_at.is_(None), Rsvp.no_show.is_(False))


def over_lately(now: datetime) -> Sequence[int]:
    """The events that ended lately and have somebody to write down. Where nobody was checked in at the door, nobody
    knows who came.
    """
    counted = exists().where(Arrival.event_id == Event.id, Arrival.undone_at.is_(None))
    over = Event.ends_at.between(now - LATELY, now - AFTER) & (Event.state == EventState.PUBLISHED)
    unnoted = exists().where(Rsvp.event_id == Event.id, *STAYED_AWAY)
    return db.session().scalars(select(Event.id).where(over, counted, unnoted).order_by(Event.id)).all()


def note_no_shows(event_id: int) -> int:
    """Write down who had a seat and was not checked in; of how many that is new."""
    away = update(Rsvp).where(Rsvp.event_id == event_id, *STAYED_AWAY)
    done = db.session().execute(away.values(no_show=True))
    return cast("CursorResult[object]", done).rowcount
