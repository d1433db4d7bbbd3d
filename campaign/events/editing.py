"""The acts of staff on an event: write it, translate it, publish it."""

from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import delete, select

from .. import db
from ..errors import Refused
from .models import Event, EventHost, EventState, EventTexts, FormerEventSlug, Kind


@dataclass(frozen=True)
class Facts:
    """What is true of an event in every language."""

    slug: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    kind: str = Kind.GATHERING
    place_id: int | None = None
    link: str = ""
    partner_id: int | None = None
    capacity: int | None = None
    languages: str = ""
    interpreted: str = ""
    members_only: bool = False
    takes_rsvps: bool = True
    cancel_until: datetime | None = None


@dataclass(frozen=True)
class Words:
    """What an event says in one language."""

    title: str
    summary: str = ""
    body: str = ""
    joining: str = ""
    agenda: str = ""
    picture_alt: str = ""
    notice: str = ""
    thanks: str = ""
    reviewed: bool = field(default=False)


def add(facts: Facts, now: datetime) -> int:
    """A new event, a draft. Raises Refused when the address is taken or a fact contradicts another."""
    _refuse_wrong(facts)
    _refuse_taken(facts.slug, None)
    event = Event(**asdict(facts), added_at=now, changed_at=now)
    db.session().add(event)
    db.session().flush()
    return event.id


def _refuse_wrong(facts: Facts) -> None:
    if facts.ends_at <= facts.starts_at:
        raise Refused("The end must come after the start.")
    if facts.capacity is not None and facts.capacity < 1:
        raise Refused("There must be at least one seat. Leave the number out where as many can come as want to.")


def _refuse_taken(slug: str, event_id: int | None) -> None:
    other = db.session().scalar(select(Event.id).where(Event.slug == slug))
    former = db.session().scalar(select(FormerEventSlug.event_id).where(FormerEventSlug.slug == slug))
    if (other or former or event_id) != event_id:
        raise Refused("Another event has or had this address. Printed codes may lead there; take another one.")


def get(event_id: int) -> Event:
    """The event. Raises LookupError."""
    if (event := db.session().get(Event, event_id)) is None:
        raise LookupError(event_id)
    return event


def locked(event_id: int) -> Event:
    """The event as it is now, and nobody else changes it, or who comes, before we are done. Raises LookupError."""
    found = select(Event).where(Event.id == event_id).with_for_update()
    if (event := db.session().scalar(found.execution_options(populate_existing=True))) is None:
        raise LookupError(event_id)
    return event


def write(event_id: int, language: str, words: Words, now: datetime, version: int | None = None) -> None:
    """Set the words of an event in one language. Raises Stale when they are not those of `version` any more."""
    event = locked(event_id)
    there, english = words_in(event_id, language), words_in(event_id, "en")
    db.must_be(there.version if there else 0, version)
    made_from = english.version if english and language != "en" else 0
    if there is None:
        db.session().add(EventTexts(event_id=event_id, language=language, made_from=made_from, **asdict(words)))
    else:
        for name, value in asdict(words).items():
            setattr(there, name, value)
        there.version, there.made_from = there.version + 1, made_from
    event.changed_at = now
    db.session().flush()


def words_in(event_id: int, language: str) -> EventTexts | None:
    """The words of an event in one language."""
    return db.session().get(EventTexts, (event_id, language))


def host_together(event_id: int, partner_ids: set[int]) -> None:
    """Let these partners be the co-hosts, and no others."""
    db.session().execute(delete(EventHost).where(EventHost.event_id == event_id))
    db.session().add_all([EventHost(event_id=event_id, partner_id=one) for one in sorted(partner_ids)])
    db.session().flush()


def publish(event_id: int, now: datetime) -> None:
    """Let it be seen and come to. Raises Refused when it has no English words, or is cancelled or over."""
    event = locked(event_id)
    if words_in(event_id, "en") is None:
        raise Refused("Write the event in English first; other languages may follow later.")
    if event.state == EventState.CANCELLED:
        raise Refused("This event was cancelled, and its guests were told. Duplicate it instead.")
    if event.over(now):
        raise Refused("This event is over. Give it another time first.")
    event.state, event.changed_at = EventState.PUBLISHED, now
    event.published_at = event.published_at or now
    db.session().flush()
