"""What all on a shift are told: it changed, it was cancelled; and what is told by the clock, if something sets it.

One row says that it is to be told, and from when; a sweep tells volunteers in parts, each of them once. Letters name
that one was told, and are rendered when they are sent, so they say how things are then.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select

from .. import clock, db, jobs, mail
from ..volunteers.models import Volunteer
from . import quiet
from .models import LIVE, Placement, PlacementNews, PlacementState, Shift, ShiftNews, ShiftNewsKind, ShiftState

A_PART = 300  # volunteers who are written to in one transaction
JUST_NOW = timedelta(hours=3)  # who took it so lately has a letter that says all that a reminder does
LETTERS: dict[str, str] = {
    ShiftNewsKind.CHANGED: "shifts.changed",
    ShiftNewsKind.CANCELLED: "shifts.cancelled",
    ShiftNewsKind.DAY_BEFORE: "shifts.tomorrow",
    ShiftNewsKind.HOURS_BEFORE: "shifts.soon",
}


@dataclass(frozen=True)
class Before:
    """How a shift was before a change."""

    starts_at: datetime
    ends_at: datetime
    zone: str
    place_id: int

    @classmethod
    def of(cls, shift: Shift) -> "Before":
        """How it is now."""
        return cls(shift.starts_at, shift.ends_at, shift.zone, shift.place_id)


def changed(shift: Shift, before: Before, now: datetime) -> None:
    """Time or place of it changed: those on it, and those who wait, hear of it."""
    was = {"starts_before": before.starts_at, "ends_before": before.ends_at, "zone_before": before.zone}
    _add(shift.id, ShiftNewsKind.CHANGED, now, place_before_id=before.place_id, **was)


def cancelled(shift: Shift, now: datetime) -> None:
    """It is not held: those on it hear that, and nothing else any more."""
    waiting = (ShiftNews.shift_id == shift.id) & ShiftNews.done_at.is_(None)
    db.session().execute(delete(ShiftNews).where(waiting))
    _add(shift.id, ShiftNewsKind.CANCELLED, now)


def _add(shift_id: int, kind: ShiftNewsKind, now: datetime, **more: object) -> None:
    """From now on. It is made when the shift's row is ours: who came in between saw how it was before."""
    made_at = max(now, clock.now())
    db.session().add(ShiftNews(shift_id=shift_id, kind=kind, due_at=now, made_at=made_at, **more))
    db.session().flush()
    jobs.wake("tell-volunteers")


def due(now: datetime) -> list[int]:
    """The news that is to be told now."""
    with db.reading():
        found = select(ShiftNews.id).where(ShiftNews.done_at.is_(None), ShiftNews.due_at <= now)
        return list(db.session().scalars(found.where(ShiftNews.kind.in_(list(LETTERS))).order_by(ShiftNews.id)))


def tell_some(news_id: int) -> int:
    """Write to all whom this is for, in parts; to how many. Two workers at once share the work or wait."""
    told = 0
    while (part := _tell_a_part(news_id, clock.now())) is not None:
        told += part
    return told


def _tell_a_part(news_id: int, now: datetime) -> int | None:
    """Write to the next of them; None when there is nobody left, or another worker is at it."""
    with db.writing() as session:
        found = select(ShiftNews).where(ShiftNews.id == news_id, ShiftNews.done_at.is_(None))
        one = session.scalar(found.with_for_update(skip_locked=True))
        if one is None or one.due_at > now:
            return None
        shift = session.get_one(Shift, one.shift_id)
        if not worth_telling(one, shift, now):
            one.done_at = now
            return None
        if (later := _by_day(one, shift, now)) > now:
            one.due_at = later  # nobody is woken
            return None
        some = select(Placement.id, Volunteer.supporter_id).join(Volunteer, Volunteer.id == Placement.volunteer_id)
        some = some.where(Placement.shift_id == one.shift_id, Placement.id > one.reached, _audience(one))
        people = session.execute(some.order_by(Placement.id).limit(A_PART)).all()
        for person in people:
            if (told := db.add(PlacementNews, {"news_id": news_id, "placement_id": person.id})) is not None:
                mail.write(LETTERS[one.kind], told, person.supporter_id, now)
            one.reached = person.id
        if len(people) < A_PART:
            one.done_at = now
        return len(people)


def _by_day(one: ShiftNews, shift: Shift, now: datetime) -> datetime:
    """When it is told: news at night only where the morning would be too late, a reminder never."""
    if one.kind in quiet.BEFORE:
        return quiet.awake(now, shift.zone)
    return quiet.when_to_tell(now, shift.starts_at, shift.zone)


def worth_telling(one: ShiftNews, shift: Shift, now: datetime) -> bool:
    """Whether it still is: nothing but that it was cancelled once it was.

    Reminders are not once it has begun, and the first one is not when the second is due as well.
    """
    if one.kind == ShiftNewsKind.CANCELLED:
        return True
    if shift.state != ShiftState.OPEN or one.kind not in quiet.BEFORE:
        return shift.state == ShiftState.OPEN
    late = one.kind == ShiftNewsKind.DAY_BEFORE
    late = late and now >= quiet.due(ShiftNewsKind.HOURS_BEFORE, shift.starts_at, shift.zone)
    return not late and now < shift.starts_at


def _audience(one: ShiftNews) -> ColumnElement[bool]:
    """Whom it is for. Who came after a change has seen how things are now."""
    if one.kind == ShiftNewsKind.CHANGED:
        return Placement.state.in_(LIVE) & (Placement.joined_at <= one.made_at)
    if one.kind == ShiftNewsKind.CANCELLED:
        return Placement.state.in_(LIVE)
    return (Placement.state == PlacementState.TAKEN) & (Placement.taken_at <= one.due_at - JUST_NOW)
