"""Events as those see them who write them: rows of a list, and what is said of one in a few words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from blinker import Signal
from sqlalchemy import Select, and_, func, select

from .. import db
from . import times
from .models import Event, EventState, EventTexts

PARTS = ("title", "summary", "body", "joining", "agenda", "picture_alt", "thanks")
beside = Signal("Asks the features above for what they show staff beside this event (an id): HTML, or nothing.")
DRAFT, PROPOSED = EventState.DRAFT, EventState.PROPOSED


@dataclass(frozen=True)
class Row:
    """An event in a list: its English title, or its address where none is written."""

    event: Event
    title: str
    when: str


def rows(which: str, now: datetime, page: int, size: int) -> list[Row]:
    """Events to look at; one more than `size` when there are more."""
    out = (EventState.PUBLISHED, EventState.CANCELLED)
    filters = {
        "upcoming": and_(Event.state.in_(out), Event.ends_at > now),
        "past": and_(Event.state.in_(out), Event.ends_at <= now),
        "drafts": Event.state == DRAFT,
        "proposed": Event.state == PROPOSED,
    }
    found = _titled()
    found = found.where(filters[which]) if which in filters else found
    order = Event.starts_at if which in ("upcoming", "proposed") else Event.starts_at.desc()
    return _rows(found.order_by(order, Event.id).limit(size + 1).offset(page * size))


def of_partner(partner_id: int, page: int, size: int) -> list[Row]:
    """The events of which this partner is the host, the newest first; of drafts only those that it began itself."""
    own = Event.proposed_by_id.is_not(None) | Event.state.in_((EventState.PUBLISHED, EventState.CANCELLED))
    found = _titled().where(Event.partner_id == partner_id, own)
    return _rows(found.order_by(Event.starts_at.desc(), Event.id.desc()).limit(size + 1).offset(page * size))


def at_place(place_id: int, most: int) -> list[tuple[int, str]]:
    """The events at a place, the newest first: the id, and what each is called."""
    found = _titled().where(Event.place_id == place_id).order_by(Event.id.desc()).limit(most)
    return [(event.id, title or event.slug) for event, title in db.session().execute(found)]


def _titled() -> Select[*tuple[Any, ...]]:
    english = (EventTexts.event_id == Event.id) & (EventTexts.language == "en")
    return select(Event, func.coalesce(EventTexts.title, "")).outerjoin(EventTexts, english)


def _rows(found: Select[*tuple[Any, ...]]) -> list[Row]:
    return [_row(event, title) for event, title in db.session().execute(found)]


def _row(event: Event, title: str) -> Row:
    return Row(event, title or event.slug, times.span(event.starts_at, event.ends_at, event.zone))


def waiting() -> int:
    """How many proposals wait for staff."""
    return db.session().scalar(select(func.count(Event.id)).where(Event.state == PROPOSED)) or 0


def title(event: Event) -> str:
    """What an event is called in English, else its address."""
    english = db.session().get(EventTexts, (event.id, "en"))
    return english.title if english else event.slug


def in_words(event: Event) -> list[tuple[str, str]]:
    """What is true of an event, in pairs of label and text: what somebody else saved meanwhile."""
    seats = "no limit" if event.capacity is None else str(event.capacity)
    when = times.span(event.starts_at, event.ends_at, event.zone)
    return [("Address", event.slug), ("When", when), ("Link", event.link or "–"), ("Seats", seats)]
