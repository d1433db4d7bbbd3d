"""The events that shifts belong to: what can be chosen, what a new shift begins with, and what became of the event.

A shift is never moved by its event: staff read that the event moved or was cancelled, and decide.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from .. import db, i18n
from ..events import drafts, times, zones
from ..events.models import Event, EventNews, EventState, NewsKind
from ..places import service as places
from .models import Shift, ShiftState

MOST = 200
CANCELLED = "Its event was cancelled. The shift stands, and those who have it come, until you cancel it."
MOVED = (
    "Its event was moved since this shift was saved last: it is now {when}{where}. The shift stays as it is until you "
    "change it; save it once more if it is right so."
)


def choices(now: datetime, now_of: int | None = None) -> list[tuple[str, str]]:
    """The events to come that are published, by id and title with the time; and the one that is chosen now."""
    rows = [one for one in drafts.rows("upcoming", now, 0, MOST) if one.event.state == EventState.PUBLISHED]
    offered = [(str(one.event.id), f"{one.title or one.event.slug}, {one.when}") for one in rows]
    if now_of is not None and str(now_of) not in dict(offered):
        offered.append((str(now_of), title(now_of)))
    return offered


def title(event_id: int) -> str:
    """What it is called. Raises LookupError."""
    if (event := db.session().get(Event, event_id)) is None:
        raise LookupError(event_id)
    return drafts.title(event)


def begun(event_id: int, now: datetime) -> dict[str, Any]:
    """What a new shift of an event begins with: its place and times, as far as a shift can have them.

    Nothing for an event that is not to come, or not published.
    """
    event = db.session().get(Event, event_id)
    if event is None or event.state != EventState.PUBLISHED or event.starts_at <= now:
        return {}
    ends_at = min(event.ends_at, event.starts_at + timedelta(hours=i18n.site().shifts.hours_a_day))
    known: dict[str, Any] = {"event": str(event.id), "place": str(event.place_id or ""), "zone": event.zone}
    return known | {"starts": zones.wall(event.starts_at, event.zone), "ends": zones.wall(ends_at, event.zone)}


def warnings(shifts: Iterable[Shift], now: datetime) -> dict[int, str]:
    """By shift to come: what became of its event that staff should know; those without news are left out."""
    live = [one for one in shifts if one.event_id and one.state == ShiftState.OPEN and one.ends_at > now]
    ids = {one.event_id for one in live}
    if not ids:
        return {}
    events = {one.id: one for one in db.session().scalars(select(Event).where(Event.id.in_(ids)))}
    changes = select(EventNews).where(EventNews.event_id.in_(ids), EventNews.kind == NewsKind.CHANGED)
    news: dict[int, list[EventNews]] = {}
    for one in db.session().scalars(changes.order_by(EventNews.id)):
        news.setdefault(one.event_id, []).append(one)
    said = {one.id: _warning(one, events[one.event_id or 0], news.get(one.event_id or 0, ())) for one in live}
    return {shift_id: words for shift_id, words in said.items() if words}


def _warning(shift: Shift, event: Event, news: Sequence[EventNews]) -> str:
    if event.state == EventState.CANCELLED:
        return CANCELLED
    since = next((one for one in news if one.made_at > shift.changed_at), None)  # it holds how things were then
    now = (event.starts_at, event.ends_at, event.zone, event.place_id)
    if since is None or now == (since.starts_before, since.ends_before, since.zone_before, since.place_before_id):
        return ""
    where = f", {places.get(event.place_id).name}" if event.place_id else ""
    return MOVED.format(when=times.span(event.starts_at, event.ends_at, event.zone), where=where)
