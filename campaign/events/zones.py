"""Times as staff type them: on the clock of a named zone, with a sentence for those that no clock there shows once."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import get_timezone_location

from .. import i18n

# Where coalitions of the United States and their neighbors are; the campaign's own zone comes first in the form.
OFFERED = """
    America/Los_Angeles America/Phoenix America/Denver America/Chicago America/New_York America/Anchorage
    Pacific/Honolulu Pacific/Guam America/Puerto_Rico America/Tijuana America/Mexico_City UTC
""".split()  # noqa: SIM905 (one word a line would be a page)
NEVER = (
    "On {day} the clocks in {city} go forward, and {time} does not exist there. Choose a time before or after the hour "
    "that is left out."
)
TWICE = (
    "On {day} the clocks in {city} go back, and {time} comes twice there. Choose a time before or after the hour that "
    "is repeated."
)


class NoSuchTime(ValueError):
    """The clocks of this zone never show this time, or show it twice; the message is a sentence for staff."""


def choices(now_in: str = "") -> list[tuple[str, str]]:
    """The zones of a form, by name, with their cities: the campaign's first, and the one that is chosen already."""
    names = dict.fromkeys([i18n.site().campaign.time_zone, *OFFERED, *([now_in] if is_zone(now_in) else [])])
    return [(name, _city(name)) for name in names]


@cache
def _city(zone: str) -> str:
    return str(get_timezone_location(ZoneInfo(zone), locale="en", return_city=True)) if "/" in zone else zone


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())


def is_zone(name: str) -> bool:
    """Whether this is the name of a time zone (IANA)."""
    return name in _known()


def moment(written: datetime, zone: str) -> datetime:
    """The moment, in UTC, at which the clocks of a zone show this. Raises NoSuchTime when they do so never or twice."""
    first, second = (written.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
    before, after = first.utcoffset(), second.utcoffset()
    assert before is not None and after is not None
    if before != after:
        sentence = NEVER if before < after else TWICE
        said = {"day": f"{written:%B} {written.day}, {written.year}", "time": f"{written:%H:%M}"}
        raise NoSuchTime(sentence.format(city=_city(zone), **said))
    return first.astimezone(UTC)


def wall(at: datetime, zone: str) -> datetime:
    """What the clocks of a zone show at a moment, for the fields of a form."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
