"""What all guests of an event are told: it changed, it was cancelled, it begins soon, thank you, a message of the host.

One row says that it is to be told, and from when; a sweep tells guests in parts, each of them once. Letters name the
guest's row and are rendered when they are sent, so they say how things are then.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select

from .. import clock, db, jobs, mail
from .models import LIVE, Audience, Event, EventNews, EventState, EventTexts, GuestNews, NewsKind, Rsvp, RsvpState

A_PART = 300  # guests who are written to in one transaction
A_DAY = timedelta(days=1)
BEFORE = {NewsKind.DAY_BEFORE: timedelta(days=1), NewsKind.HOURS_BEFORE: timedelta(hours=2)}
AFTER = timedelta(hours=2)  # after the end, for the thanks
LETTERS = {
    NewsKind.CHANGED: "events.it_changed",
    NewsKind.CANCELLED: "events.it_was_cancelled",
    NewsKind.MESSAGE: "events.message",
    NewsKind.DAY_BEFORE: "events.it_begins_soon",
    NewsKind.HOURS_BEFORE: "events.it_begins_soon",
    NewsKind.THANKS: "events.thank_you",
}


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


def add(event_id: int, kind: NewsKind, now: datetime, **more: Any) -> int:
    """Let the guests of an event be told this from now on; the id of the news.

    It is made when the event's row is ours, not when a button was pressed: who came in between saw how it was before.
    """
    one = EventNews(event_id=event_id, kind=kind, due_at=now, made_at=max(now, clock.now()), **more)
    db.session().add(one)
    db.session().flush()
    jobs.wake("tell-guests")
    return one.id


def schedule(event: Event, now: datetime) -> None:
    """Set, or move with the start, what guests are told by the clock.

    What was told is told again only when it moved so far that it was of another day, or when nobody was there to hear.
    """
    times = {kind: event.starts_at - before for kind, before in BEFORE.items()}
    times[NewsKind.THANKS] = event.ends_at + AFTER
    found = select(EventNews).where(EventNews.event_id == event.id, EventNews.kind.in_(list(times)))
    there = {one.kind: one for one in db.session().scalars(found)}
    for kind, due_at in times.items():
        one = there.get(kind)
        if one is not None and one.done_at is not None and due_at > now and _of_another_day(one, due_at):
            db.session().delete(one)  # and with it, who was told
            db.session().flush()
            one = None
        if one is None and due_at > now:
            db.session().add(EventNews(event_id=event.id, kind=kind, due_at=due_at, made_at=now))
        elif one is not None and one.done_at is None:
            if due_at > now or one.reached:
                one.due_at = due_at
            else:  # moved so near that the letter about the change says it all
                db.session().delete(one)
    db.session().flush()


def _of_another_day(one: EventNews, due_at: datetime) -> bool:
    return not one.reached or due_at - one.due_at >= A_DAY


def published(event: Event, now: datetime) -> None:
    """It can be come to: its reminders and the thanks are set."""
    schedule(event, now)


def changed(event: Event, before: Before, now: datetime) -> None:
    """Time, place or title of a published event changed: its guests hear of it, and reminders move with the start."""
    was = {"starts_before": before.starts_at, "ends_before": before.ends_at, "zone_before": before.zone}
    was |= {"place_before_id": before.place_id, "link_before": before.link, "titles_before": json.dumps(before.titles)}
    add(event.id, NewsKind.CHANGED, now, **was)
    schedule(event, now)


def cancelled(event: Event, now: datetime) -> None:
    """It was called off: its guests hear that, and nothing else any more."""
    waiting = (EventNews.event_id == event.id) & EventNews.done_at.is_(None)
    db.session().execute(delete(EventNews).where(waiting, EventNews.kind.in_([*BEFORE, NewsKind.THANKS])))
    add(event.id, NewsKind.CANCELLED, now)


def due(now: datetime) -> list[int]:
    """The news that is to be told now."""
    with db.reading():
        found = select(EventNews.id).where(EventNews.done_at.is_(None), EventNews.due_at <= now)
        return list(db.session().scalars(found.order_by(EventNews.id)))


def tell_some(news_id: int) -> int:
    """Write to all guests whom this is for, in parts; to how many. Two workers at once share the work or wait."""
    told = 0
    while (part := _tell_a_part(news_id, clock.now())) is not None:
        told += part
    return told


def _tell_a_part(news_id: int, now: datetime) -> int | None:
    """Write to the next guests; None when there is nobody left, or another worker is at it."""
    with db.writing() as session:
        found = select(EventNews).where(EventNews.id == news_id, EventNews.done_at.is_(None))
        one = session.scalar(found.with_for_update(skip_locked=True))
        if one is None or one.due_at > now:
            return None
        event = session.get_one(Event, one.event_id)
        if not _worth_telling(one, event, now):
            one.done_at = now
            return None
        some = select(Rsvp.id, Rsvp.supporter_id).where(Rsvp.event_id == one.event_id, Rsvp.id > one.reached)
        guests = session.execute(some.where(_audience(one)).order_by(Rsvp.id).limit(A_PART)).all()
        for guest in guests:
            if (told := db.add(GuestNews, {"news_id": news_id, "rsvp_id": guest.id})) is not None:
                mail.write(LETTERS[NewsKind(one.kind)], told, guest.supporter_id, now)
            one.reached = guest.id
        if len(guests) < A_PART:
            one.done_at = now
        return len(guests)


def _worth_telling(one: EventNews, event: Event, now: datetime) -> bool:
    """Whether it still is: reminders not once it has begun, the first one not when the second is due as well."""
    if one.kind in BEFORE:
        late = one.kind == NewsKind.DAY_BEFORE and now >= event.starts_at - BEFORE[NewsKind.HOURS_BEFORE]
        return event.state == EventState.PUBLISHED and now < event.starts_at and not late
    return one.kind != NewsKind.THANKS or event.state == EventState.PUBLISHED


def _audience(one: EventNews) -> ColumnElement[bool]:
    """Whom it is for. Who joined after a change has seen how things are now."""
    there = Rsvp.supporter_id.is_not(None)
    if one.kind == NewsKind.CANCELLED:
        return there & Rsvp.state.in_(LIVE)
    if one.kind == NewsKind.CHANGED:
        return there & Rsvp.state.in_(LIVE) & (Rsvp.joined_at <= one.made_at)
    # Who was let in at the door without ever answering a letter gets no more of them.
    answered = there & Rsvp.confirmed_at.is_not(None)
    if one.kind == NewsKind.MESSAGE:
        return answered & among(Audience(one.audience))
    seated = answered & (Rsvp.state == RsvpState.SEATED)
    return seated & Rsvp.no_show.is_(False) if one.kind == NewsKind.THANKS else seated


def among(audience: Audience) -> ColumnElement[bool]:
    """Whom the host writes to: those with a seat, those who wait, or both."""
    states = {
        Audience.FIRM: [RsvpState.SEATED],
        Audience.WAITING: [RsvpState.WAITING, RsvpState.OFFERED],
        Audience.ALL: [RsvpState.SEATED, RsvpState.WAITING, RsvpState.OFFERED],
    }
    return Rsvp.state.in_(states[audience])
