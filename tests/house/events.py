"""The events of the site with one of everything: what each stands for, and what forms about them would send."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from campaign import clock, db
from campaign.events import arrivals, coming, editing, messages, pictures, proposals, questions, seats, service
from campaign.events.coming import Coming
from campaign.events.editing import Facts, Words
from campaign.events.models import Audience, DoorHelper, Event, EventNews, Rsvp
from campaign.events.questions import Asked
from campaign.links import service as links
from campaign.links.models import Code
from campaign.printables import flyer
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
    **{f"door_staff.{act}": 5 for act in ("show", "count", "find", "check_in", "walk_in", "undo")},
    **{
        f"guests_staff.{act}": 5
        for act in ("index", "table", "print_list", "print_sign_in", "lend", "link", "end_link")
    },
    **{f"flyers_staff.{act}": 5 for act in ("index", "pdf", "png")},
}
DOORS, DESKS = ("events_door", "door_staff"), ("messages_staff", "messages_partner")
MESSAGE = {"audience": "firm", "language": "en", "subject": "Bring a cup", "words": "There is tea."}
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
    **{f"{area}.find": {"typed": "Ines"} for area in DOORS},
    **{f"{area}.walk_in": {"name": "Hanna Sample", "came": "2", "press": "a-mark"} for area in DOORS},
    **{f"{area}.{act}": MESSAGE for area in DESKS for act in ("new", "change")},
    "guests_staff.lend": {"name": "Left entrance", "day": "2027-01-20"},
    "flyers_staff.index": {"language": "en"},
}
WAITED_FOR, HERE = "GGGGGGG", "HHHHHHH"  # what guests show at the door
GUEST = {"events_door.check_in", "door_staff.check_in", "events_door.undo", "door_staff.undo"}
VERSIONED = {
    "events_staff.approve",
    "events_staff.decline",
    "events_staff.edit",
    "events_staff.questions",
    "events_partner.edit",
}


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
    """Somebody with a seat, and two who have not answered: of ids 1, 2 and 3."""
    for name in ("Anna", "Bela", "Gina"):
        address = f"{name.lower()}@example.org"
        said: dict[str, Any] = {"access_needs": "A ramp", "interpretation": "es", "answers": '{"1": "yes"}'}
        coming.come(1, Coming(f"{name} Sample", address, address, party=2, **said), "en", now)
    service.confirm(1, now)


def fill_doors(site: Site) -> None:
    """Of the second partner's event, for nothing here calls it off: a link for its door that is open now, guests, a
    flyer. Of the first one's: a message by each who may write.
    """
    with site.inside(), db.writing() as session:
        now = clock.now()
        session.add(DoorHelper(event_id=5, name="Entrance", account_id=1, made_at=now, until=now + timedelta(hours=12)))
        known = {"language": "en", "state": "seated", "joined_at": now, "confirmed_at": now, "seated_at": now}
        for name, code in (("Ines", WAITED_FOR), ("Jana", HERE)):
            session.add(
                Rsvp(event_id=5, name=f"{name} Sample", name_key=name.lower(), party=2, door_code=code, **known)
            )
        seats.turn(5, now).take(4)
        here = select(Rsvp.id).where(Rsvp.door_code == HERE)
        arrivals.check_in(5, session.scalars(here).one(), 2, arrivals.By(account_id=1), now)
        for event_id, account_id in ((1, 1), (1, 4), (5, 4)):
            messages.draft(
                event_id, messages.Words("Bring a cup", "There is tea.", "en", Audience.FIRM), account_id, now
            )
        links.make("/events/theirs", "en", "Event flyer", now, design=flyer.DESIGN.slug)


def ids(site: Site, endpoint: str) -> dict[str, int]:
    """What else stands in the addresses of doors to events."""
    writer = 4 if endpoint.startswith("messages_partner") else 1
    drafts = (
        select(EventNews.id).where(EventNews.kind == "message", EventNews.account_id == writer).order_by(EventNews.id)
    )
    flyers = select(Code.id).where(Code.design == flyer.DESIGN.slug)
    with site.inside(), db.reading() as session:
        found = {"message_id": drafts, "code_id": flyers}
        return {"helper_id": 1, **{name: session.scalar(which) or 0 for name, which in found.items()}}


def guest(site: Site, endpoint: str) -> dict[str, str]:
    """The guest whom a form at the door is about."""
    if endpoint not in GUEST:
        return {}
    code = HERE if endpoint.endswith("undo") else WAITED_FOR
    with site.inside(), db.reading() as session:
        found = session.scalar(select(Rsvp.id).where(Rsvp.door_code == code))
    return {"id": str(found), "came": "2"}


def version_of(site: Site, endpoint: str) -> dict[str, str]:
    """The version that a form at this route would have been made from."""
    if endpoint not in VERSIONED:
        return {}
    with site.inside(), db.reading() as session:
        return {"version": str(session.get_one(Event, TRIED.get(endpoint, 1)).version)}
