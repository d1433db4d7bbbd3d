"""The events of the site with one of everything: what each stands for, and what forms about them would send."""

from datetime import UTC, datetime
from typing import Any

from campaign import clock, db
from campaign.events import editing, pictures, proposals, questions, service
from campaign.events.editing import Facts, Words
from campaign.events.models import Event
from campaign.events.questions import Asked
from campaign.events.service import Coming
from tests.conftest import Site

STARTS, ENDS = datetime(2027, 1, 21, 2, 0, tzinfo=UTC), datetime(2027, 1, 21, 4, 0, tzinfo=UTC)
ZONE = "America/Los_Angeles"
FACTS = {"kind": "talk", "starts": "2027-01-20T18:00", "ends": "2027-01-20T20:00", "zone": ZONE, "capacity": "60"}
FACTS |= {"link": "https://meet.example/evening", "place": "1", "takes_rsvps": "y"}
# Which event a route is tried with, where it is not the first.
TRIED = {
    "events_staff.publish": 2,
    "events_staff.approve": 3,
    "events_staff.decline": 3,
    "events_partner.take_back": 3,
    "events_partner.edit": 4,
    "events_partner.words": 4,
    "events_partner.propose": 4,
}
FIELDS: dict[str, dict[str, str]] = {
    "events.come": {"name": "Carla Sample", "email": "carla@example.org", "party": "2", "answer_1": "yes"},
    "events.resend": {"email": "bela@example.org"},
    "events.change_party": {"party": "2"},
    "events_staff.new": {**FACTS, "slug": "new-evening", "partner": ""},
    "events_staff.edit": {**FACTS, "slug": "evening", "partner": "1", "capacity": "70"},
    "events_staff.words": {"title": "Cambiado", "body": "Changed.", "version": "1"},
    "events_staff.questions": {"words1": "¿Trae algo?"},
    "events_staff.cancel": {"notice-en": "The hall is closed."},
    "events_staff.picture": {"alt": "A hall"},
    "events_staff.approve": {"message": "Thank you."},
    "events_staff.decline": {"message": "Please say where."},
    "events_partner.new": {**FACTS, "slug": "our-evening"},
    "events_partner.edit": {**FACTS, "slug": "our-draft", "capacity": "70"},
    "events_partner.words": {"title": "Cambiado", "body": "Changed.", "version": "0"},
}
VERSIONED = {"events_staff.edit", "events_staff.questions", "events_partner.edit"}


def fill_events(site: Site, picture: bytes) -> None:
    """One that is published, with the first partner as its host; a draft of staff; one that this partner proposed, and
    a draft of its own; and one of the second partner.
    """
    with site.inside(), db.writing():
        now = clock.now()
        for number, (slug, host, account) in enumerate(
            (("evening", 1, None), ("draft", None, None), ("proposed", 1, 4), ("our-draft", 1, 4), ("theirs", 2, None)),
            1,
        ):
            at: dict[str, Any] = {"place_id": 1, "link": "https://meet.example/evening", "capacity": 60}
            facts = Facts(slug, STARTS, ENDS, ZONE, kind="talk", partner_id=host, languages=" en ", **at)
            assert editing.add(facts, now, account) == number
            title = "Their evening" if slug == "theirs" else f"A sample evening {number}"
            editing.write(number, "en", Words(title, "A sample.", "Come.", joining="Side door.", agenda="- One"), now)
        editing.write(1, "es", Words("Una noche", "Una muestra.", "Venga."), now)
        drawn = pictures.draw(picture)
        pictures.put(1, drawn, "A sample picture", now)
        questions.ask(1, "en", [Asked("Do you bring a dish?", "yes/no")], editing.get(1).version, now)
        for number in (1, 5):
            editing.publish(number, now)
        proposals.propose(3, now)
        _guests(now)


def _guests(now: datetime) -> None:
    """Somebody with a seat, and somebody who has not answered: of ids 1 and 2."""
    for name in ("Anna", "Bela"):
        address = f"{name.lower()}@example.org"
        said: dict[str, Any] = {"access_needs": "A ramp", "interpretation": "es", "answers": '{"1": "yes"}'}
        service.come("evening", Coming(f"{name} Sample", address, address, party=2, **said), "en", now)
    service.confirm(1, now)


def version_of(site: Site, endpoint: str) -> dict[str, str]:
    """The version that a form at this route would have been made from."""
    if endpoint not in VERSIONED:
        return {}
    with site.inside(), db.reading() as session:
        return {"version": str(session.get_one(Event, TRIED.get(endpoint, 1)).version)}
