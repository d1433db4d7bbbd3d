"""The acts of staff on an event: write it, translate it, publish it, change it, copy it, cancel it."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from .. import db
from ..errors import Refused
from ..places import service as places
from . import copying, news, seats, zones
from .models import LIVE, LONGEST, Event, EventHost, EventState, EventTexts, FormerEventSlug, Kind, Rsvp

RESERVED = {"past", "timeline"}  # addresses below /events that are pages of their own
A_WEEK = timedelta(days=7)


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


def add(facts: Facts, now: datetime, proposed_by_id: int | None = None) -> int:
    """A new event, a draft; of somebody of a partner, if said. Raises Refused when its address is taken, or for a fact
    that contradicts another.
    """
    _refuse_wrong(facts)
    _refuse_taken(facts.slug, None)
    event = Event(**asdict(facts), added_at=now, changed_at=now, proposed_by_id=proposed_by_id)
    event.place_id = places.to_name(event.place_id) if event.place_id else None
    db.session().add(event)
    db.session().flush()
    return event.id


def _refuse_wrong(facts: Facts) -> None:
    if facts.ends_at <= facts.starts_at:
        raise Refused("The end must come after the start.")
    if facts.ends_at - facts.starts_at > LONGEST:
        raise Refused("An event lasts 14 days at most. Make several of a longer one.")
    if facts.capacity is not None and facts.capacity < 1:
        raise Refused("There must be at least one seat. Leave the number out where as many can come as want to.")


def change(event_id: int, facts: Facts, version: int, now: datetime) -> None:
    """Say something else of an event. Its guests hear of another time, place or link, and may get seats that are new.

    A former address goes on leading here. Raises LookupError, Stale, Refused.
    """
    event = locked(event_id)
    db.must_be(event.version, version)
    _refuse_wrong(facts)
    _refuse_too_late(event, facts, now)
    if event.state in (EventState.PUBLISHED, EventState.PROPOSED):
        _refuse_nowhere(facts)
    before, moved = news.Before.of(event), bool(moves(event, facts, now))
    if facts.slug != event.slug:
        _refuse_taken(facts.slug, event_id)
        db.session().execute(delete(FormerEventSlug).where(FormerEventSlug.slug == facts.slug))
        db.session().add(FormerEventSlug(slug=event.slug, event_id=event_id))
    named = facts.place_id
    if named is not None and named != event.place_id:
        named = places.to_name(named)
    for one in fields(Facts):
        setattr(event, one.name, getattr(facts, one.name))
    event.place_id = named
    _note_change(event, now)
    if event.state == EventState.PUBLISHED:
        _show_place(event)
        if moved:
            news.changed(event, before, now)
        seats.promote(seats.turn(event_id, now))  # seats that are new go to those who wait


def _refuse_too_late(event: Event, facts: Facts, now: datetime) -> None:
    if event.state == EventState.CANCELLED:
        raise Refused("This event was cancelled, and its guests were told. Duplicate it instead.")
    moved = (event.starts_at, event.ends_at) != (facts.starts_at, facts.ends_at)
    if event.state == EventState.PUBLISHED and moved and facts.ends_at <= now:
        raise Refused("This time is over already. Choose one that is to come.")


def moves(event: Event, facts: Facts, now: datetime) -> list[str]:
    """What of an event these facts change that its guests must hear of: words for staff.

    Nothing of a draft, and of what is over only that it takes place after all.
    """
    if event.state != EventState.PUBLISHED or facts.ends_at <= now:
        return []
    times = any(getattr(event, name) != getattr(facts, name) for name in ("starts_at", "ends_at", "zone"))
    other = {"the time": times, "the place": event.place_id != facts.place_id, "the link": event.link != facts.link}
    return [what for what, changed in other.items() if changed]


def guests(event_id: int) -> int:
    """How many RSVPs would get a letter about a change: who has a seat or waits for one, and gave an address."""
    live = (Rsvp.event_id == event_id) & Rsvp.state.in_(LIVE) & Rsvp.supporter_id.is_not(None)
    return db.session().scalar(select(func.count(Rsvp.id)).where(live)) or 0


def _note_change(event: Event, now: datetime) -> None:
    """Calendars learn of a change by a higher number (RFC 5545, 3.8.7.4)."""
    event.changed_at = now
    if event.published_at is not None:
        event.sequence += 1
    db.session().flush()


def _show_place(event: Event) -> None:
    """Who publishes an event shows where it is."""
    if event.place_id is not None:
        places.show(event.place_id)


def _refuse_taken(slug: str, event_id: int | None) -> None:
    other = db.session().scalar(select(Event.id).where(Event.slug == slug))
    former = db.session().scalar(select(FormerEventSlug.event_id).where(FormerEventSlug.slug == slug))
    if slug in RESERVED:
        raise Refused("This address leads to a page of its own. Choose another one.")
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
    before, renamed = news.Before.of(event), there is not None and there.title != words.title
    db.must_be(there.version if there else 0, version)
    made_from = english.version if english and language != "en" else 0
    if there is None:
        db.session().add(EventTexts(event_id=event_id, language=language, made_from=made_from, **asdict(words)))
    else:
        for name, value in asdict(words).items():
            setattr(there, name, value)
        there.version, there.made_from = there.version + 1, made_from
    _note_change(event, now)
    if renamed and event.state == EventState.PUBLISHED and not event.over(now):
        news.changed(event, before, now)


def stale(event_id: int) -> set[str]:
    """The languages whose words were translated from an older English text."""
    rows = (
        db.session()
        .execute(
            select(EventTexts.language, EventTexts.made_from, EventTexts.version).where(EventTexts.event_id == event_id)
        )
        .all()
    )
    english = next((row.version for row in rows if row.language == "en"), 0)
    return {row.language for row in rows if row.language != "en" and row.made_from != english}


def languages_of(event_id: int) -> list[str]:
    """The languages in which an event has words."""
    return list(db.session().scalars(select(EventTexts.language).where(EventTexts.event_id == event_id)))


def words_in(event_id: int, language: str) -> EventTexts | None:
    """The words of an event in one language."""
    return db.session().get(EventTexts, (event_id, language))


def hosts_beside(event_id: int) -> set[int]:
    """The partners that host it together with its host."""
    return set(db.session().scalars(select(EventHost.partner_id).where(EventHost.event_id == event_id)))


def describe_picture(event_id: int, alt: str) -> None:
    """Say in English what the picture shows. Raises Refused when the event has no English words yet."""
    if (english := words_in(event_id, "en")) is None:
        raise Refused("Write the event in English first; other languages may follow later.")
    english.picture_alt = alt


def host_together(event_id: int, partner_ids: set[int]) -> None:
    """Let these partners be the co-hosts, and no others."""
    db.session().execute(delete(EventHost).where(EventHost.event_id == event_id))
    db.session().add_all([EventHost(event_id=event_id, partner_id=one) for one in sorted(partner_ids)])
    db.session().flush()


def refuse_unready(event: Event, now: datetime) -> None:
    """Raises Refused for what nobody could come to: it has no English words, is over, or is nowhere."""
    if words_in(event.id, "en") is None:
        raise Refused("Write the event in English first; other languages may follow later.")
    if event.over(now):
        raise Refused("This event is over. Give it another time first.")
    _refuse_nowhere(event)


def _refuse_nowhere(said: Event | Facts) -> None:
    if said.place_id is None and not said.link:
        raise Refused("Say where it is first: at a place, online, or both.")


def publish(event_id: int, now: datetime) -> None:
    """Let it be seen and come to. Raises Refused when it is cancelled or not ready: see `refuse_unready`."""
    event = locked(event_id)
    if event.state == EventState.CANCELLED:
        raise Refused("This event was cancelled, and its guests were told. Duplicate it instead.")
    refuse_unready(event, now)
    event.state, event.changed_at = EventState.PUBLISHED, now
    event.published_at = event.published_at or now
    _show_place(event)
    db.session().flush()
    news.published(event, now)


def cancel(event_id: int, notices: Mapping[str, str], now: datetime) -> None:
    """Call it off, and let its guests know, with these words by language. Raises Refused unless it is to come."""
    event = locked(event_id)
    if event.state != EventState.PUBLISHED or event.over(now):
        raise Refused("Only an event that is published and not over yet can be cancelled.")
    for language, notice in notices.items():
        if (words := words_in(event_id, language)) is not None:
            words.notice = notice
    event.state, event.cancelled_at = EventState.CANCELLED, now
    _note_change(event, now)
    news.cancelled(event, now)


def close(event_id: int, now: datetime) -> None:
    """Take no more RSVPs; who waits goes on waiting, and seats that are given back go to them."""
    event = locked(event_id)
    event.closed_at = event.closed_at or now
    db.session().flush()


def reopen(event_id: int) -> None:
    """Take RSVPs again."""
    locked(event_id).closed_at = None
    db.session().flush()


def duplicate(event_id: int, now: datetime) -> int:
    """A draft with the same facts, words, hosts, questions and picture, a week later; its id. Raises LookupError."""
    event = get(event_id)
    known = {one.name: getattr(event, one.name) for one in fields(Facts)}
    known |= {"slug": _free_slug(event.slug), **_a_week_later(event)}
    if known["place_id"] is not None:
        known["place_id"] = _still_named(known["place_id"])
    copy = Event(**known, added_at=now, changed_at=now)
    db.session().add(copy)
    db.session().flush()
    copying.copy_all(event_id, copy.id)
    return copy.id


def _still_named(place_id: int) -> int | None:
    try:
        return places.to_name(place_id)
    except Refused:  # it is retired: the draft says no place, and asks for one before it can be published
        return None


def _a_week_later(event: Event) -> dict[str, datetime | None]:
    """The same time of day, a week later; where the clocks then show it never or twice, as many hours later."""

    def later(at: datetime | None) -> datetime | None:
        if at is None:
            return None
        try:
            return zones.moment(zones.wall(at, event.zone) + A_WEEK, event.zone)
        except zones.NoSuchTime:
            return at + A_WEEK

    return {name: later(getattr(event, name)) for name in ("starts_at", "ends_at", "cancel_until")}


def _free_slug(slug: str) -> str:
    base = re.sub(r"-[0-9]+$", "", slug)[:55].rstrip("-")
    taken = set(db.session().scalars(select(Event.slug).where(Event.slug.startswith(base))))
    taken |= set(db.session().scalars(select(FormerEventSlug.slug).where(FormerEventSlug.slug.startswith(base))))
    return next(one for n in range(2, 10_000) if (one := f"{base}-{n}") not in taken)
