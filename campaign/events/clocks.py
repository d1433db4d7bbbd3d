"""When the clocks of a zone change, as other calendars want to be told (RFC 5545, 3.6.5)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from zoneinfo import ZoneInfo

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


@dataclass(frozen=True)
class Observance:
    """From `begins` on (as clocks showed it before) the clocks of a zone go so; `rule`: every year again."""

    begins: datetime
    before: str
    after: str
    name: str
    summer: bool
    rule: str = ""


@lru_cache(maxsize=64)
def observances(zone: str, first: int, last: int) -> tuple[Observance, ...]:
    """How the clocks of a zone go from the beginning of one year to the end of another, the first as they go then."""
    changes = list(_changes(zone, first, last))
    beginning = _observance(datetime(first, 1, 1, tzinfo=UTC), zone, at_rest=True)
    if not changes:
        return (beginning,)
    kinds = sorted(changes, key=lambda one: (one.summer, one.name, one.after, one.before, one.begins))
    found: list[Observance] = []
    for _, same in groupby(kinds, key=lambda one: (one.summer, one.name, one.after, one.before)):
        found += _every_year(list(same), last - first + 1)
    return (beginning, *sorted(found, key=lambda one: one.begins))


def _changes(zone: str, first: int, last: int) -> Iterator[Observance]:
    clock, day, hour = ZoneInfo(zone), datetime(first, 1, 1, tzinfo=UTC), timedelta(hours=1)
    while day.year <= last:
        following = day + timedelta(days=1)
        if day.astimezone(clock).utcoffset() != following.astimezone(clock).utcoffset():
            minutes = (day + n * hour / 4 for n in range(1, 97))  # zones change at a quarter of an hour
            offset = day.astimezone(clock).utcoffset()
            yield _observance(next(at for at in minutes if at.astimezone(clock).utcoffset() != offset), zone)
        day = following


def _observance(at: datetime, zone: str, *, at_rest: bool = False) -> Observance:
    now, earlier = at.astimezone(ZoneInfo(zone)), (at - timedelta(minutes=1)).astimezone(ZoneInfo(zone))
    before, after = (earlier.utcoffset() or timedelta(0)), (now.utcoffset() or timedelta(0))
    before = after if at_rest else before
    shown = (at + before).replace(tzinfo=None)
    return Observance(shown, _offset(before), _offset(after), str(now.tzname()), bool(now.dst()))


def _every_year(same: list[Observance], years: int) -> list[Observance]:
    """The first with a rule, where the clocks change so each year; else each of them."""
    if len(same) == years and (rule := _rule([one.begins for one in same])):
        return [replace(same[0], rule=rule)]
    return same


def _rule(changes: list[datetime]) -> str:
    """The first, second … or last of one day of the week in one month, where that says them all; else nothing."""
    if len({(at.month, at.weekday(), at.time()) for at in changes}) > 1:
        return ""
    places = {(at.day - 1) // 7 + 1 for at in changes}
    if len(places) > 1 and any((at + timedelta(days=7)).month == at.month for at in changes):
        return ""
    place = places.pop() if len(places) == 1 else -1
    return f"FREQ=YEARLY;BYMONTH={changes[0].month};BYDAY={place}{DAYS[changes[0].weekday()]}"


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
