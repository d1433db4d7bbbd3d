"""Events as entries of other calendars: what everybody may know of them, and the one that goes with a seat."""

from collections.abc import Iterable

from flask_babel import gettext

from .. import i18n, web
from . import calendar
from .board import Shown
from .calendar import Entry
from .models import EventState

A_GUEST = "guest"


def feed(events: Iterable[Shown], name: str = "") -> str:
    """These events as one calendar, in the language spoken. Without a name it has the campaign's."""
    site = i18n.site().campaign
    return calendar.ics(map(entry, events), name or i18n.tr(site.name), site.organisation)


def for_guest(event: Shown) -> str:
    """An event as somebody with a seat puts it into their calendar: with the link and how to join."""
    site = i18n.site().campaign
    return calendar.ics([entry(event, seated=True)], event.title, site.organisation)


def entry(event: Shown, *, seated: bool = False) -> Entry:
    """An event in the language spoken; what only those with a seat may know is in it if they are `seated`."""
    one, address = event.event, web.address("events.show", slug=event.slug)
    about = [event.summary, *_private(event, seated), address]
    return Entry(
        uid=f"event-{one.id}@{web.config().host_name}",
        sequence=one.sequence,
        changed_at=one.changed_at,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        zone=one.zone,
        title=event.title,
        about="\n\n".join(part for part in about if part),
        where=where(event),
        address=address,
        tag=i18n.find(event.language).tag,
        cancelled=one.state == EventState.CANCELLED,
    )


def where(event: Shown) -> str:
    """Where it is in one line: the place with its address, or that it is online."""
    if event.place is None:
        return str(gettext("Online")) if event.event.link else ""
    return ", ".join(part for part in (event.place.name, event.place.where) if part)


def _private(event: Shown, seated: bool) -> list[str]:
    if not seated:
        return []
    return [event.words.joining if event.words else "", event.event.link]
