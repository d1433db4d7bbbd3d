"""What all guests of an event are told."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from .. import db
from .models import Event, EventTexts


@dataclass(frozen=True)
class Before:
    """How an event was before a change; `titles` by language."""

    starts_at: datetime
    ends_at: datetime
    zone: str
    place_id: int | None
    link: str
    titles: dict[str, str]

    @classmethod
    def of(cls, event: Event) -> "Before":
        """How it is now."""
        said = select(EventTexts.language, EventTexts.title).where(EventTexts.event_id == event.id)
        titles = {row.language: row.title for row in db.session().execute(said)}
        return cls(event.starts_at, event.ends_at, event.zone, event.place_id, event.link, titles)


def changed(event: Event, before: Before, now: datetime) -> None:
    """Time, place or title of a published event changed."""


def cancelled(event: Event, now: datetime) -> None:
    """It was called off."""
