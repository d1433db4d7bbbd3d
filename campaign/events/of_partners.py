"""What partners have of events: what their page shows, what is said before a partnership ends, what they take out."""

from datetime import datetime

from sqlalchemy import func, select, update

from .. import clock, db
from ..partners import board as partner_pages
from ..partners import service as partners
from . import drafts, listing
from .models import Event, EventState

SHOWN = 6
MOST = 1_000  # taken out, the newest first


@partner_pages.showing.connect
def _beside(slug: str) -> dict[str, object]:
    """The next events that it holds."""
    return {"events": listing.upcoming(listing.Wanted(partner=slug), clock.now(), size=SHOWN)[:SHOWN]}


@partners.open_work.connect
def _open_work(partner_id: int) -> list[str]:
    """What is published stays, without its name; what waits becomes a draft of the staff's."""
    to_come = (Event.state == EventState.PUBLISHED) & (Event.ends_at > clock.now())
    number = db.session().scalar(select(func.count(Event.id)).where(Event.partner_id == partner_id, to_come)) or 0
    lines = []
    if number:
        lines.append(f"{number} {'event' if number == 1 else 'events'} to come: they stay, without its name.")
    if waiting := _waiting(partner_id):
        lines.append(f"{waiting} proposed, not answered yet: what it proposed becomes a draft of the staff’s.")
    return lines


def _waiting(partner_id: int) -> int:
    theirs = (Event.partner_id == partner_id) & (Event.state == EventState.PROPOSED)
    return db.session().scalar(select(func.count(Event.id)).where(theirs)) or 0


@partners.ended.connect
def _end(partner_id: int, now: datetime) -> None:
    """Nobody is left to be answered: what it proposed is for staff to go on with or to leave."""
    theirs = (Event.partner_id == partner_id) & (Event.state == EventState.PROPOSED)
    values = {"state": EventState.DRAFT, "changed_at": now, "version": Event.version + 1}
    db.session().execute(update(Event).where(theirs).values(**values))


@partners.taking_out.connect
def _take_out(partner_id: int) -> dict[str, object]:
    rows = drafts.of_partner(partner_id, 0, MOST)
    return {"events": [_as_data(row) for row in rows]}


def _as_data(row: drafts.Row) -> dict[str, object]:
    one = row.event
    when = {"starts_at": one.starts_at.isoformat(), "ends_at": one.ends_at.isoformat(), "time_zone": one.zone}
    return {"address": one.slug, "title": row.title, "state": one.state, **when, "seats_taken": one.taken}
