"""Events as other calendars read them: iCalendar (RFC 5545), written so that every change finds its entry again.

What an entry says is decided in `feeds`: to everybody nothing that is for guests alone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ..text import clean
from .clocks import Observance, observances

OCTETS = 75  # of a line, without its end (3.1)
ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})  # 3.3.11
REFRESHED = "PT1H"  # how often a program should look again (RFC 7986, 5.7)
TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True)
class Entry:
    """One event. `uid` never changes, `sequence` grows with each change; `tag` is the language of the words."""

    uid: str
    sequence: int
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    zone: str
    title: str
    about: str
    where: str
    address: str
    tag: str
    cancelled: bool = False


def ics(entries: Iterable[Entry], name: str, maker: str) -> str:
    """A calendar of this name with these events, made by the site `maker`, in lines that end as the standard says."""
    entries = list(entries)
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{_text(maker)}//events//EN", "CALSCALE:GREGORIAN"]
    head += [f"NAME:{_text(name)}", f"X-WR-CALNAME:{_text(name)}"]
    head += [f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESHED}", f"X-PUBLISHED-TTL:{REFRESHED}"]
    lines = [*head, *_zones(entries)]
    for one in entries:
        lines += _event(one)
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _event(one: Entry) -> list[str]:
    known = {
        "UID": one.uid,
        "DTSTAMP": _utc(one.changed_at),
        "LAST-MODIFIED": _utc(one.changed_at),
        "SEQUENCE": str(one.sequence),
        "STATUS": "CANCELLED" if one.cancelled else "CONFIRMED",
        f"DTSTART{_in_zone(one.zone)}": _wall(one.starts_at, one.zone),
        f"DTEND{_in_zone(one.zone)}": _wall(one.ends_at, one.zone),
        f"SUMMARY;LANGUAGE={one.tag}": _text(one.title),
        f"DESCRIPTION;LANGUAGE={one.tag}": _text(one.about),
        "LOCATION": _text(one.where),
        "URL": one.address,
    }
    return ["BEGIN:VEVENT", *(f"{name}:{value}" for name, value in known.items() if value), "END:VEVENT"]


def _zones(entries: list[Entry]) -> Iterator[str]:
    """The clocks that the times are read on, each for the years it is needed for (3.6.5)."""
    for zone in sorted({one.zone for one in entries} - {"UTC"}):
        years = [at.year for one in entries if one.zone == zone for at in (one.starts_at, one.ends_at)]
        yield from ("BEGIN:VTIMEZONE", f"TZID:{zone}")
        for one in observances(zone, min(years) - 1, max(years) + 1):
            yield from _observance(one)
        yield "END:VTIMEZONE"


def _observance(one: Observance) -> list[str]:
    kind = "DAYLIGHT" if one.summer else "STANDARD"
    begins = [f"BEGIN:{kind}", f"DTSTART:{one.begins:%Y%m%dT%H%M%S}", *([f"RRULE:{one.rule}"] if one.rule else [])]
    return [*begins, f"TZOFFSETFROM:{one.before}", f"TZOFFSETTO:{one.after}", f"TZNAME:{one.name}", f"END:{kind}"]


def _in_zone(zone: str) -> str:
    return "" if zone == "UTC" else f";TZID={zone}"


def _wall(at: datetime, zone: str) -> str:
    return _utc(at) if zone == "UTC" else f"{at.astimezone(ZoneInfo(zone)):%Y%m%dT%H%M%S}"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    """Words as a value: nothing in them ends a line or a value (3.3.11)."""
    return clean(text, lines=True).translate(ESCAPES)


def _folded(line: str) -> str:
    """The line in pieces of at most 75 octets, none of which ends within a character."""
    if len(line) <= OCTETS and line.isascii():
        return line
    pieces, room = [""], OCTETS
    for character in line:
        size = len(character.encode())
        if size > room:
            pieces.append("")
            room = OCTETS - 1  # the space that begins the next line
        pieces[-1] += character
        room -= size
    return "\r\n ".join(pieces)
