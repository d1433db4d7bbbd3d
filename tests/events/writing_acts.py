"""What staff and partners do with events in tests, through the doors."""

from datetime import datetime
from typing import Any

from campaign import clock, db
from campaign.events import editing
from campaign.events.editing import Facts, Words
from campaign.places import service as places
from campaign.places.rules import Facts as PlaceFacts
from tests.conftest import Site
from tests.visitor import Page, Visitor

FACTS = {"slug": "opening", "kind": "talk", "starts": "2027-01-20T18:00", "ends": "2027-01-20T20:00"}
FACTS |= {"zone": "America/Los_Angeles", "capacity": "60", "link": "https://meet.example/opening"}


def place(site: Site, name: str = "Sample Hall") -> int:
    """A place; its id."""
    with site.inside(), db.writing():
        facts = PlaceFacts(name, "church", "1 Sample Street", "Los Angeles", "Thai Town", "90027", ("th",))
        return places.add(facts, (), clock.now())


def begin(staff: Visitor, **facts: object) -> Page:
    """Fill in the form for a new event, and press; its words come next."""
    return staff.press(staff.get("/staff/events/new"), "Go on", **{**FACTS, **facts})


def write(staff: Visitor, id: int = 1, code: str = "en", **words: object) -> Page:
    """Write the words of an event."""
    said = {"title": "A sample talk", "summary": "A sample.", "body": "Come all.", "joining": "Use the side door."}
    return staff.press(staff.get(f"/staff/events/{id}/words/{code}"), "Save", **{**said, **words})


def published(staff: Visitor, **facts: object) -> int:
    """An event that was written and published through the door; its id."""
    path = begin(staff, **facts).path
    id = int(path.split("/")[3])
    write(staff, id)
    staff.press(staff.get(f"/staff/events/{id}"), "Publish it")
    return id


def made(site: Site, slug: str, starts_at: datetime, ends_at: datetime, title: str = "", **facts: Any) -> int:
    """An event that is published already; its id."""
    zone, link = facts.pop("zone", "America/Los_Angeles"), facts.pop("link", "https://meet.example/")
    words = facts.pop("words", {})
    with site.inside(), db.writing():
        event_id = editing.add(Facts(slug, starts_at, ends_at, zone, link=link, **facts), clock.now())
        editing.write(event_id, "en", Words(title or f"Sample {slug}", **words), clock.now())
        editing.publish(event_id, clock.now())
        return event_id
