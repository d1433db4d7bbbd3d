"""When nobody is written to: at night, on the clock of the shift; and when reminders are due, by day."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from .models import ShiftNewsKind

NIGHT_BEGINS, NIGHT_ENDS = time(21), time(8)
EVENING = time(20)
BEFORE = {ShiftNewsKind.DAY_BEFORE: timedelta(days=1), ShiftNewsKind.HOURS_BEFORE: timedelta(hours=2)}
IN_TIME = timedelta(minutes=45)  # so long before the start the last reminder still helps


def is_night(at: datetime, zone: str) -> bool:
    """Whether people sleep there."""
    clock = at.astimezone(ZoneInfo(zone)).time()
    return clock >= NIGHT_BEGINS or clock < NIGHT_ENDS


def awake(at: datetime, zone: str) -> datetime:
    """This moment, or the morning after it when it is at night."""
    if not is_night(at, zone):
        return at
    local = at.astimezone(ZoneInfo(zone))
    day = local.date() + timedelta(days=1) if local.time() >= NIGHT_BEGINS else local.date()
    return datetime.combine(day, NIGHT_ENDS, ZoneInfo(zone)).astimezone(at.tzinfo)


def due(kind: ShiftNewsKind, starts_at: datetime, zone: str) -> datetime:
    """When those on a shift are reminded of it. What would come at night comes in the morning, or the evening before
    when the morning is too late.
    """
    at = awake(starts_at - BEFORE[kind], zone)
    if at <= starts_at - IN_TIME:
        return at
    evening = datetime.combine(starts_at.astimezone(ZoneInfo(zone)).date(), EVENING, ZoneInfo(zone))
    while evening > starts_at - BEFORE[kind]:
        evening = datetime.combine(evening.date() - timedelta(days=1), EVENING, ZoneInfo(zone))
    return evening.astimezone(at.tzinfo)


def when_to_tell(now: datetime, starts_at: datetime, zone: str) -> datetime:
    """When news of a shift is told: now, at night in the morning; at once all the same if it begins before long."""
    morning = awake(now, zone)
    return morning if morning <= starts_at - 2 * IN_TIME else now
