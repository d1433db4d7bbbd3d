"""What happens at events by time alone: seats lapse and go to the next, guests are told, records are forgotten."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update

from .. import clock, db, jobs
from ..supporters import retention
from ..supporters import service as supporters
from . import attendance, messages, news, seats
from .models import LIVE, TAKES_SEATS, DoorHelper, Event, EventAnswer, Rsvp, RsvpState


@jobs.sweep("settle-seats")
def settle_all() -> int:
    """Let what nobody confirmed or accepted lapse, and offer it to the next; at how many events."""
    now = clock.now()
    with db.reading():
        event_ids = seats.lapsing(now)
    for event_id in event_ids:
        with db.writing():  # one event at a time: nobody who RSVPs waits for more than that
            seats.turn(event_id, now)
    return len(event_ids)


@jobs.sweep("repair-seats", minute="50", hour="10")
def repair() -> dict[int, int]:
    """Find events whose seats are off, put them right, and say by how much they were."""
    with db.reading():
        suspects = seats.drift()
    found = {}
    for event_id in suspects:
        with db.writing():
            mine = seats.turn(event_id, clock.now())
            if off := seats.drift(event_id).get(event_id, 0):
                mine.take(-off)
                seats.promote(mine)
                found[event_id] = off
    return found


@jobs.sweep("tell-guests")
def tell() -> int:
    """Write to the guests of events what is due; to how many."""
    return sum(news.tell_some(news_id) for news_id in news.due(clock.now()))


@jobs.sweep("note-no-shows")
def note_no_shows() -> int:
    """Write down who had a seat at an event that is over and did not come; of how many. Nothing follows from it."""
    now, number = clock.now(), 0
    with db.reading():
        event_ids = attendance.over_lately(now)
    for event_id in event_ids:
        with db.writing():
            number += attendance.note_no_shows(event_id)
    return number


@retention.obeys("event_messages")
def forget_messages(until: datetime, dry_run: bool) -> int:
    """Forget what hosts wrote to the guests of events that ended before this moment; how many messages."""
    return messages.forget(until, dry_run=dry_run)


@retention.obeys("event_answers")
def forget_answers(until: datetime, dry_run: bool) -> int:
    """Forget what partners were told before this moment of what they proposed; the event keeps the last answer."""
    return _forget_rows(EventAnswer, EventAnswer.made_at < until, dry_run)


@retention.obeys("door_helpers")
def forget_helpers(until: datetime, dry_run: bool) -> int:
    """Forget the links for the door whose day was over before this moment."""
    return _forget_rows(DoorHelper, DoorHelper.until < until, dry_run)


def _forget_rows(table: type[EventAnswer] | type[DoorHelper], which: ColumnElement[bool], dry_run: bool) -> int:
    number = db.session().scalar(select(func.count()).select_from(table).where(which)) or 0
    if number and not dry_run:
        db.session().execute(delete(table).where(which))
    return number


@retention.obeys("rsvps")
def forget_guests(until: datetime, dry_run: bool) -> int:
    """Forget who came to events that ended before this moment; their number stays."""
    over = select(Event.id).where(Event.ends_at < until)
    return _forget(Rsvp.event_id.in_(over), dry_run)


@retention.obeys("rsvps_ended")
def forget_ended(until: datetime, dry_run: bool) -> int:
    """Forget RSVPs that were cancelled or lapsed before this moment; how many."""
    return _forget(Rsvp.state.not_in(LIVE) & (Rsvp.ended_at < until), dry_run)


@retention.obeys("rsvp_needs")
def forget_needs(until: datetime, dry_run: bool) -> int:
    """Blank what guests needed and answered at events that ended before this moment; of how many."""
    over = select(Event.id).where(Event.ends_at < until)
    said = (Rsvp.access_needs != "") | (Rsvp.interpretation != "") | (Rsvp.answers != "")
    old = said & Rsvp.event_id.in_(over)
    number = db.session().scalar(select(func.count()).select_from(Rsvp).where(old)) or 0
    if number and not dry_run:
        db.session().execute(update(Rsvp).where(old).values(access_needs="", interpretation="", answers=""))
    return number


def _forget(which: ColumnElement[bool], dry_run: bool) -> int:
    if dry_run:
        return db.session().scalar(select(func.count()).select_from(Rsvp).where(which)) or 0
    parts = (Rsvp.event_id, Rsvp.supporter_id, Rsvp.code_id, Rsvp.state, Rsvp.party, Rsvp.came)
    gone = db.session().execute(delete(Rsvp).where(which).returning(*parts)).all()
    for one in gone:
        if one.state in TAKES_SEATS:
            seats.forget(one.event_id, one.party)
        if one.state == RsvpState.SEATED:
            seats.count_nameless(one.event_id, one.code_id, one.party, one.came)
    for supporter_id in {one.supporter_id for one in gone if one.supporter_id}:
        supporters.forget_unless_needed(supporter_id)
    return len(gone)
