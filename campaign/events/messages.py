"""What the host of an event writes to its guests: a draft, a letter to oneself to look at, and sending it, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import CursorResult, delete, func, select, update

from .. import db, jobs, mail
from ..errors import Refused
from . import news
from .models import Audience, Event, EventNews, EventState, GuestNews, NewsKind, Rsvp

TEST = "events.message_test"
A_DAY = timedelta(days=1)
MOST_A_DAY = 3  # to the guests of one event, whoever writes
MOST_TESTS = 10
MOST_DRAFTS = 20


@dataclass(frozen=True)
class Words:
    """What is written, in which language, and to whom."""

    subject: str
    words: str
    language: str
    audience: Audience


def draft(event_id: int, words: Words, account_id: int, now: datetime) -> int:
    """Keep a message as a draft, which no sweep sends; its id. Raises LookupError, Refused."""
    if (event := db.session().get(Event, event_id)) is None:
        raise LookupError(event_id)
    if event.state not in (EventState.PUBLISHED, EventState.CANCELLED):
        raise Refused("An event that is not published has no guests to write to.")
    waiting = (EventNews.sent_at.is_(None)) & (EventNews.kind == NewsKind.MESSAGE) & (EventNews.event_id == event_id)
    if (db.session().scalar(select(func.count()).select_from(EventNews).where(waiting)) or 0) >= MOST_DRAFTS:
        raise Refused(f"There are {MOST_DRAFTS} drafts already. Send one, or throw some away.")
    one = EventNews(event_id=event_id, kind=NewsKind.MESSAGE, account_id=account_id, made_at=now, due_at=now)
    one.done_at = now  # until it is sent there is nothing to tell
    _put(one, words)
    db.session().add(one)
    db.session().flush()
    return one.id


def _put(one: EventNews, words: Words) -> None:
    one.subject, one.words, one.language, one.audience = words.subject, words.words, words.language, words.audience


def change(event_id: int, message_id: int, words: Words, account_id: int, now: datetime) -> None:
    """Write a draft anew; only its writer can, so nobody overwrites another. Raises LookupError, Refused."""
    one = _locked(event_id, message_id)
    if one.sent_at is not None:
        raise Refused("This message was sent meanwhile, so it cannot be changed any more.")
    if one.account_id != account_id:
        raise Refused("This draft is a colleague’s. Write one of your own.")
    _put(one, words)
    one.made_at = now
    db.session().flush()


def throw_away(event_id: int, message_id: int) -> None:
    """Delete a draft. Raises LookupError, and Refused when it was sent."""
    if _locked(event_id, message_id).sent_at is not None:
        raise Refused("This message was sent, so it cannot be thrown away.")
    db.session().execute(delete(EventNews).where(EventNews.id == message_id))


def of(event_id: int) -> Sequence[EventNews]:
    """The messages of an event, drafts too, newest first."""
    theirs = (EventNews.event_id == event_id) & (EventNews.kind == NewsKind.MESSAGE)
    return db.session().scalars(select(EventNews).where(theirs).order_by(EventNews.id.desc()).limit(100)).all()


def get(event_id: int, message_id: int) -> EventNews:
    """One message of this event. Raises LookupError."""
    one = db.session().get(EventNews, message_id)
    if one is None or one.event_id != event_id or one.kind != NewsKind.MESSAGE:
        raise LookupError(message_id)
    return one


def _locked(event_id: int, message_id: int) -> EventNews:
    db.session().execute(select(EventNews.id).where(EventNews.id == message_id).with_for_update())
    db.session().expire_all()
    return get(event_id, message_id)


def readers(event_id: int, audience: str) -> int:
    """How many guests a message to this audience would go to now, each in a letter of their own."""
    confirmed = Rsvp.supporter_id.is_not(None) & Rsvp.confirmed_at.is_not(None) & news.among(Audience(audience))
    found = select(func.count()).select_from(Rsvp).where(Rsvp.event_id == event_id, confirmed)
    return db.session().scalar(found) or 0


def test(event_id: int, message_id: int, account_id: int, now: datetime) -> None:
    """Send it to its writer alone, as a guest would get it. Raises LookupError, Refused."""
    one = get(event_id, message_id)
    if one.account_id != account_id or one.sent_at is not None:
        raise Refused("Only a draft of your own can be sent to yourself.")
    since = select(func.count()).select_from(mail.Letter).where(mail.Letter.kind == TEST)
    today = since.where(mail.Letter.about_id == message_id, mail.Letter.written_at > now - A_DAY)
    if (db.session().scalar(today) or 0) >= MOST_TESTS:
        raise Refused(f"{MOST_TESTS} test letters of this message were sent today. Look at the last one.")
    mail.write(TEST, message_id, None, now)


def send(event_id: int, message_id: int, now: datetime) -> bool:
    """Let it go out, a letter for each guest; False when it had gone out before: pressing twice sends once.

    Raises LookupError, and Refused when there is nobody to write to or guests had letters enough today.
    """
    one = _locked(event_id, message_id)
    if one.sent_at is not None:
        return False
    if not readers(event_id, one.audience):
        raise Refused("There is nobody to write to: nobody in this group has confirmed.")
    sent = (EventNews.event_id == event_id) & (EventNews.kind == NewsKind.MESSAGE) & (EventNews.sent_at > now - A_DAY)
    if (db.session().scalar(select(func.count()).select_from(EventNews).where(sent)) or 0) >= MOST_A_DAY:
        raise Refused(f"Guests of this event had {MOST_A_DAY} messages within a day. Wait until tomorrow.")
    # Once, in SQL: of two who press at the same moment the second finds it sent.
    mine = (EventNews.id == message_id) & EventNews.sent_at.is_(None)
    gone = db.session().execute(
        update(EventNews).where(mine).values(sent_at=now, due_at=now, made_at=now, done_at=None)
    )
    jobs.wake("tell-guests")
    return bool(cast("CursorResult[object]", gone).rowcount)


def told(message_id: int) -> int:
    """How many guests it has gone out to so far."""
    found = select(func.count()).select_from(GuestNews).where(GuestNews.news_id == message_id)
    return db.session().scalar(found) or 0


def forget(until: datetime, *, dry_run: bool) -> int:
    """Delete the messages of events that ended before this moment; how many there are."""
    over = select(Event.id).where(Event.ends_at < until)
    old = (EventNews.kind == NewsKind.MESSAGE) & EventNews.event_id.in_(over)
    number = db.session().scalar(select(func.count()).select_from(EventNews).where(old)) or 0
    if number and not dry_run:
        db.session().execute(delete(EventNews).where(old))
    return number
