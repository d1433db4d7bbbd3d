"""Why somebody cannot take a shift, and how well one fits, decided from what is known alone.

Rest is asked for between one day's last shift and the next day's first: two shifts of one day may follow each other,
and the hours of that day bound them. A shift belongs to the day on which it begins, on its own clock.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from ..volunteers.models import AgeBand, Part
from ..volunteers.rules import Asked, Missing, Person, missing

NIGHT_ENDS = time(6)  # what begins before this hour is still the night, in which nobody of 16 or 17 is out
ACCEPT_WITHIN = timedelta(hours=24)
PARTS = ((Part.MORNING, time(0), time(12)), (Part.AFTERNOON, time(12), time(17)), (Part.EVENING, time(17), time.max))


class Why(StrEnum):
    """What stands between somebody and a shift, the gravest first."""

    CANCELLED = "cancelled"
    OVER = "over"
    LACKS = "lacks"
    CLASH = "clash"
    REST = "rest"
    HOURS = "hours"
    MINORS_HOURS = "minors' hours"
    MINORS_LATE = "minors late"
    TOO_EARLY = "too early"
    FULL = "full"
    ALONE = "alone"


# Who has no other reason than these may wait: time brings a place, or an adult.
PASSES = frozenset({Why.FULL, Why.ALONE})
# What a shift that was moved can do to those who have it.
BY_TIMES = frozenset({Why.CLASH, Why.REST, Why.HOURS, Why.MINORS_HOURS, Why.MINORS_LATE, Why.ALONE, Why.LACKS})


@dataclass(frozen=True)
class Time:
    """From when to when a shift is, and on which clock it is read."""

    shift_id: int
    starts_at: datetime
    ends_at: datetime
    zone: str

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.ends_at - self.starts_at


@dataclass(frozen=True)
class Limits:
    """What a campaign asks of shifts: hours, and the hour after which nobody of 16 or 17 is out."""

    rest_hours: int = 10
    hours_a_day: int = 8
    minors_hours_a_day: int = 4
    minors_until: int = 20


@dataclass(frozen=True)
class Wanted:
    """A place on a shift: how many are free, and whether an adult other than who asks has taken one there."""

    time: Time
    asked: Asked
    free: int
    adult: bool
    cancelled: bool = False
    opens_at: datetime | None = None


@dataclass(frozen=True)
class No:
    """One reason. `other` is the shift that it clashes with, `missing` what is lacking."""

    why: Why
    other: Time | None = None
    missing: Missing | None = None


def refusals(wanted: Wanted, person: Person, mine: Sequence[Time], limits: Limits, now: datetime) -> list[No]:
    """All that speaks against somebody's taking it, the gravest first; empty when they may.

    `mine` are the shifts that they have taken; that this is one of them is for the caller to know.
    """
    if wanted.cancelled:
        return [No(Why.CANCELLED)]
    if wanted.time.starts_at <= now:
        return [No(Why.OVER)]
    others = [one for one in mine if one.shift_id != wanted.time.shift_id]
    found = [No(Why.LACKS, missing=one) for one in missing(wanted.asked, person, day_of(wanted.time))]
    found += in_time(wanted.time, person, others, limits)
    if wanted.opens_at is not None and now < wanted.opens_at:
        found.append(No(Why.TOO_EARLY))
    if wanted.free <= 0:
        found.append(No(Why.FULL))
    if is_minor(person) and not wanted.adult:
        found.append(No(Why.ALONE))
    return found


def in_time(time: Time, person: Person, others: Iterable[Time], limits: Limits) -> list[No]:
    """What speaks against it by the clock alone, beside the other shifts that somebody has."""
    others = sorted(others, key=lambda one: one.starts_at)
    clashes = [No(Why.CLASH, one) for one in others if overlap(time, one)]
    if clashes:
        return [clashes[0], *(_minors(time, [], limits) if is_minor(person) else [])]
    found = [No(Why.REST, one) for one in others if _without_rest(time, one, limits)][:1]
    if _hours(time, others) > timedelta(hours=limits.hours_a_day):
        found.append(No(Why.HOURS))
    return found + (_minors(time, others, limits) if is_minor(person) else [])


def overlap(one: Time, other: Time) -> bool:
    """Whether both go on at some moment; one may begin when the other ends."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _without_rest(time: Time, other: Time, limits: Limits) -> bool:
    """Whether they are of different days, with less than the rest between them."""
    if day_of(time) == day_of(other, time.zone):
        return False
    between = max(time.starts_at - other.ends_at, other.starts_at - time.ends_at)
    return between < timedelta(hours=limits.rest_hours)


def _hours(time: Time, others: Iterable[Time]) -> timedelta:
    """How long somebody helps on the day of this shift, with it."""
    same = (one.length for one in others if day_of(one, time.zone) == day_of(time))
    return sum(same, time.length)


def _minors(time: Time, others: Iterable[Time], limits: Limits) -> list[No]:
    found = []
    if _hours(time, others) > timedelta(hours=limits.minors_hours_a_day):
        found.append(No(Why.MINORS_HOURS))
    clock = ZoneInfo(time.zone)
    starts, ends = (at.astimezone(clock).replace(tzinfo=None) for at in (time.starts_at, time.ends_at))
    latest = datetime.combine(starts.date(), datetime.min.time()) + timedelta(hours=limits.minors_until)
    if ends > latest or starts.time() < NIGHT_ENDS:
        found.append(No(Why.MINORS_LATE))
    return found


def is_minor(person: Person) -> bool:
    """Whether somebody is 16 or 17."""
    return person.age_band == AgeBand.MINOR


def day_of(time: Time, zone: str = "") -> date:
    """The day that a shift belongs to, on its own clock or on another one."""
    return time.starts_at.astimezone(ZoneInfo(zone or time.zone)).date()


def may_wait(reasons: Collection[No]) -> bool:
    """Whether waiting can help against these reasons."""
    return bool(reasons) and all(one.why in PASSES for one in reasons)


def accept_by(starts_at: datetime, now: datetime) -> datetime:
    """Until when a place is kept for whom it was offered to: a day, or half of the time that is left, so that somebody
    else can still come.
    """
    return now + min(ACCEPT_WITHIN, max(timedelta(0), (starts_at - now) / 2))


def speaks_one(needed: str, spoken: Collection[str]) -> bool:
    """Whether somebody speaks one of the languages that are needed (codes between spaces)."""
    return bool(set(needed.split()) & set(spoken))


def has_time(time: Time, free: Collection[tuple[int, str]]) -> bool:
    """Whether somebody said that they have time on all parts of the day in which a shift is. Who said nothing has not.

    `free` are days (Monday is 0) and parts of them.
    """
    parts = parts_of(time)
    return bool(parts) and parts <= set(free)


def parts_of(time: Time) -> set[tuple[int, str]]:
    """The parts of days in which a shift is, as volunteers say when they have time."""
    clock, found = ZoneInfo(time.zone), set()
    begins, ends = time.starts_at.astimezone(clock), time.ends_at.astimezone(clock)
    day = begins.date()
    while day <= ends.date():
        for part, first, last in PARTS:
            from_, until = (datetime.combine(day, at, clock) for at in (first, last))
            if begins < until and from_ < ends:
                found.add((day.weekday(), part.value))
        day += timedelta(days=1)
    return found
