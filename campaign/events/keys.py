"""Links for the door, each for one day of one event: staff lend one to a helper and take it back when they like.

The link is signed and names the row here, which says for which event and until when; so it opens nothing else.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext
from sqlalchemy import select

from .. import db
from ..errors import Refused
from . import times
from .models import DoorHelper, Event, EventState

A_DAY = timedelta(hours=24)
NIGHT = timedelta(hours=6)  # of the day after: what goes on past midnight belongs to its evening
EARLY = timedelta(hours=3)  # before the start: what starts past midnight has its first guests the evening before
MOST = 30  # links of one event that stand at once


def days(event: Event) -> list[date]:
    """The days on which the event is, by its own clock; a fortnight at most."""
    first, last = (times.local(at, event.zone).date() for at in (event.starts_at, event.ends_at))
    return [first + timedelta(days=n) for n in range(min((last - first).days, 13) + 1)]


def lend(event_id: int, name: str, day: date, account_id: int | None, now: datetime) -> int:
    """A new link, for this day; its id. Raises LookupError, and Refused when it would open nothing."""
    if (event := db.session().get(Event, event_id)) is None:
        raise LookupError(event_id)
    if event.state != EventState.PUBLISHED:
        raise Refused("Only an event that is published has a door.")
    until = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(event.zone)) + A_DAY + NIGHT
    if day not in days(event) or until <= now:
        raise Refused("The event is not on this day, or the day is over. Choose another one.")
    if sum(one.ended_at is None for one in lent(event_id)) >= MOST:
        raise Refused(f"There are {MOST} links for this event. End some of them first.")
    helper = DoorHelper(event_id=event_id, name=name, account_id=account_id, made_at=now, until=until)
    db.session().add(helper)
    db.session().flush()
    return helper.id


def lent(event_id: int) -> Sequence[DoorHelper]:
    """The links of an event, newest first."""
    found = select(DoorHelper).where(DoorHelper.event_id == event_id).order_by(DoorHelper.id.desc())
    return db.session().scalars(found.limit(200)).all()


def get(helper_id: int) -> DoorHelper:
    """The link. Raises LookupError."""
    if (helper := db.session().get(DoorHelper, helper_id, populate_existing=True)) is None:
        raise LookupError(helper_id)
    return helper


def opens_at(helper: DoorHelper, event: Event) -> datetime:
    """From when it opens the door: midnight, or earlier when the event starts soon after."""
    midnight = helper.until - A_DAY - NIGHT
    starts_here = midnight <= event.starts_at < midnight + A_DAY
    return min(midnight, event.starts_at - EARLY) if starts_here else midnight


def end(event_id: int, helper_id: int, now: datetime) -> None:
    """It opens nothing any more. Twice is harmless. Raises LookupError."""
    helper = get(helper_id)
    if helper.event_id != event_id:
        raise LookupError(helper_id)
    helper.ended_at = helper.ended_at or now
    db.session().flush()


def use(helper_id: int, now: datetime) -> DoorHelper:
    """The link, if it opens the door now. Raises LookupError, and Refused with a sentence for whoever holds it."""
    helper = get(helper_id)
    event = db.session().get_one(Event, helper.event_id, populate_existing=True)
    if helper.ended_at is not None:
        raise Refused(gettext("This link was ended. Ask whoever gave it to you for a new one."))
    if event.state != EventState.PUBLISHED:
        raise Refused(gettext("This event was cancelled."))
    if now >= helper.until:
        raise Refused(gettext("This link was for one day, and that day is over."))
    if now < (opens := opens_at(helper, event)):
        raise Refused(gettext("This link opens on %(day)s.", day=times.at(opens, event.zone)))
    return helper
