"""The frame of all letters about an event: the facts, the links, and what a letter says between them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from flask_babel import gettext

from .. import clock, db, i18n
from ..mail import Attachment, Mail
from ..supporters import service as supporters
from ..web import address
from . import board, feeds, seats
from .board import Shown
from .models import TAKES_SEATS, EventState, Rsvp, RsvpState
from .rules import ACCEPT_WITHIN


@dataclass(frozen=True)
class Says:
    """What a letter about an event says, in the language spoken.

    `press` is the word on the button that leads to the guest's page; `facts` are a name and what it is, in lines;
    `joining`: whether to tell how to join. `notice` is what somebody wrote for it, in the `language` of
    the event's words if none is named. Below the facts stand `closing` and, if asked for, the guest's page;
    `waits`: all they have is a place in the line.
    """

    heading: str
    opening: Sequence[str] = ()
    press: str = ""
    facts: Sequence[tuple[str, str]] = ()
    closing: Sequence[str] = ()
    joining: bool = False
    page: bool = True
    notice: str = ""
    language: str = ""
    attached: bool = field(default=False)
    waits: bool = False


def mail_to(rsvp: Rsvp, subject: str, says: Any) -> Mail | None:
    """A letter to a guest in their language. `says` is asked for it in that language; `subject` is an English text."""
    if rsvp.supporter_id is None:
        return None
    language = i18n.find(rsvp.language)
    with i18n.speaking(language):
        event = board.get(rsvp.event_id)
        said: Says = says(rsvp, event)
        said = replace(said, facts=[*said.facts, *facts_of(rsvp, event)], waits=rsvp.state == RsvpState.WAITING)
        known = {"name": rsvp.name, "event": event, "says": said}
        known["joining"] = event.joining if said.joining else ""
        known["joining_text"] = event.words.joining if said.joining and event.words else ""
        links = {
            "rsvp": address("events.own", language, rsvp_id=rsvp.id),
            "event": address("events.show", language, slug=event.slug),
            "help": address("pages.help", language),
        }
        files = [Attachment("event.ics", "text/calendar", feeds.for_guest(event))] if said.attached else []
    to, values = supporters.get(rsvp.supporter_id).email, {**known, "links": links}
    return Mail(to, language, lambda: gettext(subject), "event", values, rsvp.supporter_id, files)


def facts_of(rsvp: Rsvp, event: Shown) -> list[tuple[str, str]]:
    """When, where and with how many."""
    facts = [(gettext("When"), event.when), (gettext("Where"), where_of(rsvp, event))]
    if rsvp.state in TAKES_SEATS:
        facts.append((gettext("Seats"), i18n.show_number(rsvp.party)))
    elif rsvp.state == RsvpState.WAITING:
        facts.append((gettext("Your number on the waitlist"), i18n.show_number(seats.position(rsvp))))
    if rsvp.state == RsvpState.SEATED and rsvp.door_code:
        facts.append((gettext("Your code for the door"), rsvp.door_code))
    return [(name, text) for name, text in facts if text]


def where_of(rsvp: Rsvp, event: Shown) -> str:
    """Where it is; the link for those with a seat only."""
    seated = rsvp.state == RsvpState.SEATED
    return board.where(event.place, event.event.link) if seated else feeds.where(event)


def find(rsvp_id: int, *states: RsvpState) -> Rsvp | None:
    """The RSVP, if it is in one of these states and its event is still to come."""
    rsvp = db.session().get(Rsvp, rsvp_id)
    if rsvp is None or rsvp.state not in states:
        return None
    event = board.get(rsvp.event_id).event
    return rsvp if event.state == EventState.PUBLISHED and clock.now() < event.ends_at else None


def change_it() -> str:
    """What stands above the guest's own page."""
    return str(
        gettext(
            "Do more or fewer people come, or can you not come? Please tell us on this page, so that no seat stays "
            "empty:"
        )
    )


def how_long_it_is_kept() -> str:
    """What somebody in the line can count on once a seat is free: at most so long, less when the event is near."""
    hours = i18n.show_number(ACCEPT_WITHIN // timedelta(hours=1))
    return str(gettext("We keep it for you for up to %(hours)s hours. The letter says until when.", hours=hours))


def N_(text: str) -> str:  # noqa: N802 (gettext's name for "translate later")
    """Marks a text for translation that is translated elsewhere."""
    return text
