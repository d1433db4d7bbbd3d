"""What machines read about an event on its page: schema.org, as JSON-LD."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from .. import i18n, web
from ..places.models import Place
from .board import Shown
from .models import EventState

COUNTRY = "US"
SCHEDULED, CANCELLED = "https://schema.org/EventScheduled", "https://schema.org/EventCancelled"


def of(event: Shown, picture: str) -> dict[str, Any]:
    """An event as search engines want it: all that they require, and what they recommend. `picture` is an address.

    Nothing is in it that only guests may know: an event online is told to be at its page, where one gets a seat.
    """
    one = event.event
    known: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": event.title,
        "startDate": _moment(one.starts_at, one.zone),
        "endDate": _moment(one.ends_at, one.zone),
        "eventStatus": CANCELLED if one.state == EventState.CANCELLED else SCHEDULED,
        "eventAttendanceMode": f"https://schema.org/{_attendance(event)}",
        "location": _location(event),
        "image": [picture],
        "description": event.summary or event.title,
        "inLanguage": [i18n.find(code).tag for code in one.spoken],
        "isAccessibleForFree": True,
        "organizer": _organizers(event),
        "url": web.address("events.show", slug=event.slug),
    }
    if one.capacity is not None:
        known["maximumAttendeeCapacity"] = one.capacity
    return {name: value for name, value in known.items() if value not in ([], "")}


def _moment(at: datetime, zone: str) -> str:
    """With the offset of the zone, as is asked for."""
    return at.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")


def _attendance(event: Shown) -> str:
    if event.place and event.event.link:
        return "MixedEventAttendanceMode"
    return "OfflineEventAttendanceMode" if event.place else "OnlineEventAttendanceMode"


def _location(event: Shown) -> list[dict[str, Any]]:
    found = [_place(event.place)] if event.place else []
    if event.event.link or not found:
        found.append({"@type": "VirtualLocation", "url": web.address("events.show", slug=event.slug)})
    return found


def _place(place: Place) -> dict[str, Any]:
    address = {
        "@type": "PostalAddress",
        "streetAddress": ", ".join(place.address.split("\n")),
        "addressLocality": place.city or place.area,
        "postalCode": place.zip,
        "addressCountry": COUNTRY,
    }
    return {"@type": "Place", "name": place.name, "address": {name: text for name, text in address.items() if text}}


def _organizers(event: Shown) -> list[dict[str, str]]:
    """The partners that hold it and may be named; else the campaign's own organisation."""
    ours = {"@type": "Organization", "name": i18n.site().campaign.organisation, "url": web.address("pages.front")}
    theirs = [
        {"@type": "Organization", "name": one.name, "url": web.address("partners.show", slug=one.slug)}
        for one in event.hosts
    ]
    return theirs or [ours]
