"""When an event is, as its own clock shows it and as each language writes it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import format_date

from .. import i18n


def local(moment: datetime, zone: str) -> datetime:
    """A moment as a clock in this zone shows it."""
    return moment.astimezone(ZoneInfo(zone))


def day(moment: datetime, zone: str) -> str:
    """The day, with the day of the week."""
    return i18n.plain_year(format_date(local(moment, zone), "full", rebase=False))


def hour(moment: datetime, zone: str) -> str:
    """The time of day."""
    return i18n.show_hour(local(moment, zone))


def clock_of(moment: datetime, zone: str) -> str:
    """The name of the clock, such as Pacific Standard Time."""
    return i18n.name_of_clock(local(moment, zone))


def at(moment: datetime, zone: str) -> str:
    """Day and time of one moment."""
    return f"{day(moment, zone)}{i18n.sign(',')}{hour(moment, zone)}"


def hours(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """From when to when, below its day; with the day of the end where that is another one."""
    same = local(starts_at, zone).date() == local(ends_at, zone).date()
    return f"{hour(starts_at, zone)} – {hour(ends_at, zone) if same else at(ends_at, zone)}"


def span(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """From when to when: the day once, where it is one day."""
    same = local(starts_at, zone).date() == local(ends_at, zone).date()
    end = hour(ends_at, zone) if same else at(ends_at, zone)
    return f"{at(starts_at, zone)} – {end}{i18n.aside(clock_of(starts_at, zone))}"
