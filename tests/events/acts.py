"""What guests and staff do around an event, for tests that need it done."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

import time_machine
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from campaign import clock, db, seals
from campaign.events import editing, seats
from campaign.events.editing import Facts, Words
from campaign.events.models import TAKES_SEATS, Event, Rsvp, RsvpState
from tests.conftest import Site
from tests.pledges.acts import text_of as text_of
from tests.visitor import Page, Visitor

ANNA = {"name": "Anna Sample", "email": "anna@example.org", "party": "1"}
ZONE = "America/Los_Angeles"
IN_TEN_DAYS = timedelta(days=10)


def hold(site: Site, *, publish: bool = True, starts_in: timedelta = IN_TEN_DAYS, **more: Any) -> int:
    """An event with English words at `/events/evening`; its id."""
    with site.inside(), db.writing():
        starts_at = clock.now() + starts_in
        known: dict[str, Any] = {"slug": "evening", "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
        known |= {"zone": ZONE, "link": "https://sample.example/room", **more}
        event_id = editing.add(Facts(**known), clock.now())
        words = Words("A sample evening", "Sample words.", "More *sample* words.", joining="Ring twice.")
        editing.write(event_id, "en", words, clock.now())
        if publish:
            editing.publish(event_id, clock.now())
    return event_id


def come(visitor: Visitor, later: Callable[..., None], path: str = "/events/evening", **fields: object) -> Page:
    """Read the event, take three seconds, ask for a seat."""
    page = visitor.get(path)
    later(seconds=3)
    button = " ".join(page.one(".event-come form button").to_text().split())
    return visitor.press(page, button, **{**ANNA, **fields})


def send(site: Site, number: int, party: int = 1, slug: str = "evening", **more: str) -> TestResponse:
    """Ask for a seat from a mailbox of this number, having read the page for a minute; the bare answer."""
    with site.inside(), time_machine.travel(clock.now() - timedelta(minutes=1), tick=False):
        rendered = seals.render_time()
    known = {"name": f"Sample Person {'ABCDEFGHIJ'[number % 10]}", "email": f"guest{number}@example.org"}
    fields = {**known, "party": str(party), "rendered": rendered, **more}
    return site.app.test_client().post(f"/events/{slug}", data=fields)


def link_in(letter: EmailMessage) -> str:
    """The path of the guest's own page in a letter."""
    found = re.search(r"http://localhost((?:/[a-z-]+)?/rsvp/[\w.-]+)", text_of(letter))
    assert found, text_of(letter)
    return found[1]


def link_of(site: Site, rsvp_id: int) -> str:
    """The path of the guest's own page."""
    with site.inside():
        return f"/rsvp/{seals.sign('rsvp', rsvp_id)}"


def rsvp_of(site: Site, number: int) -> int:
    """The RSVP of the mailbox of this number."""
    from campaign.supporters.models import Supporter

    found = select(Rsvp.id).join(Supporter).where(Supporter.mailbox == f"guest{number}@example.org")
    return int(site.rows(found)[0][0])


def states(site: Site) -> list[tuple[str, int]]:
    """State and party of every RSVP, in the order in which they were added."""
    return [(row.state, row.party) for row in site.rows(select(Rsvp.state, Rsvp.party).order_by(Rsvp.id))]


def confirm_all(site: Site, visitor: Visitor, rsvp_ids: Sequence[int] | None = None) -> None:
    """Everybody who has not answered presses the button."""
    waits = select(Rsvp.id).where(Rsvp.confirmed_at.is_(None), Rsvp.ended_at.is_(None)).order_by(Rsvp.id)
    for rsvp_id in rsvp_ids if rsvp_ids is not None else [row[0] for row in site.rows(waits)]:
        visitor.post(f"{link_of(site, rsvp_id)}/confirm")


def at_rest(site: Site) -> None:
    """What holds whenever nobody acts: seats are counted right, and none is free for somebody who waits."""
    with site.inside(), db.reading():
        assert seats.drift() == {}
    for event in site.rows(select(Event.id, Event.capacity, Event.taken)):
        if event.capacity is not None:
            waits = select(func.min(Rsvp.party)).where(Rsvp.event_id == event.id, Rsvp.state == RsvpState.WAITING)
            smallest = site.rows(waits)[0][0]
            assert smallest is None or smallest > event.capacity - event.taken


def taken(site: Site, event_id: int) -> int:
    """How many seats are taken, counted from the RSVPs themselves."""
    seats_of = select(func.coalesce(func.sum(Rsvp.party), 0))
    return int(site.rows(seats_of.where(Rsvp.event_id == event_id, Rsvp.state.in_(TAKES_SEATS)))[0][0])


def now() -> datetime:
    """The moment at which the clock of the test stands."""
    return clock.now()
