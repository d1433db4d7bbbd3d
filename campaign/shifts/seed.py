"""Sample shifts for a demonstration, at a sample place, with a coordinator who says what they are; without letters."""

from datetime import datetime, time, timedelta

from sqlalchemy import func, select

from .. import db, i18n
from ..events import zones
from ..places import service as places
from ..volunteers import lists
from . import editing
from .editing import Needed, Said
from .models import Shift

# Days from today, hour, hours, and of each role (its place in the list) how many, with the languages wanted.
SAMPLES: tuple[tuple[int, int, int, dict[int, tuple[int, tuple[str, ...]]]], ...] = (
    (3, 10, 3, {0: (3, ("es", "th")), 1: (1, ("th",))}),
    (5, 16, 4, {4: (2, ())}),
    (6, 9, 4, {0: (4, ("es", "ko")), 2: (6, ())}),
    (6, 13, 4, {0: (4, ("tl",)), 5: (2, ())}),
    (13, 9, 4, {0: (4, ("zh-hans", "vi")), 1: (2, ("zh-hans", "vi"))}),
)


def samples(now: datetime) -> int:
    """Shifts of the days to come; how many. None where there are some, or no role or place to begin with."""
    roles, there = lists.of(lists.ROLES), places.choices()
    if db.session().scalar(select(func.count()).select_from(Shift)) or not roles or not there:
        return 0
    spoken = {one.code for one in i18n.site().languages}
    for days, hour, hours, wanted in SAMPLES:
        needs = {
            roles[place].id: Needed(number, tuple(code for code in codes if code in spoken))
            for place, (number, codes) in wanted.items()
            if place < len(roles)
        }
        editing.add(_said(there[0][0], days, hour, hours, needs, now), now)
    return len(SAMPLES)


def _said(place_id: int, days: int, hour: int, hours: int, needs: dict[int, Needed], now: datetime) -> Said:
    zone = i18n.site().campaign.time_zone
    day = i18n.local(now).date() + timedelta(days=days)
    starts_at = zones.moment(datetime.combine(day, time(hour)), zone)
    ends_at = starts_at + timedelta(hours=hours)
    return Said(place_id, starts_at, ends_at, zone, needs, note="A sample.", coordinator="Sample Coordinator")
