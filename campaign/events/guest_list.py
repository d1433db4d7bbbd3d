"""The guests of an event on paper and in a list: who has a seat and who waits, by name. Needs stand in neither."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from .. import db, i18n
from ..errors import Refused
from ..typeset import NoLetters, Press, unbroken
from . import board
from .models import LIVE, TAKES_SEATS, Rsvp, RsvpState

MOST_PRINTED = 1_500  # RSVPs; some forty pages
MOST_UNKNOWN = 40  # letters that no font has, before the list is given up
UNKNOWN = "□"
BLANK_LINES = 12  # on a sign-in sheet, for those without an RSVP
PAPERS = {"letter": "us-letter", "a4": "a4"}


@dataclass(frozen=True)
class Guest:
    """One row of the list."""

    name: str
    party: int
    state: str
    came: int
    at: datetime | None
    walk_in: bool


def page(event_id: int, number: int, size: int) -> list[Guest]:
    """A page of those who are expected or came, by name; one more than `size` when there are more."""
    found = _all(event_id).limit(size + 1).offset(number * size)
    return [_guest(one) for one in db.session().scalars(found)]


def _all(event_id: int) -> Any:
    there = (Rsvp.event_id == event_id) & Rsvp.state.in_(LIVE)
    return select(Rsvp).where(there).order_by(Rsvp.name_key, Rsvp.id)


def _guest(one: Rsvp) -> Guest:
    state = "did not come" if one.no_show else STATES.get(one.state, one.state)
    return Guest(one.name, one.party, "came" if one.checked_in_at else state, one.came, one.checked_in_at, one.walk_in)


STATES: dict[str, str] = {
    RsvpState.HELD: "not confirmed",
    RsvpState.OFFERED: "seat offered",
    RsvpState.SEATED: "seat",
    RsvpState.WAITING: "waits",
}


def to_print(shown: board.Shown, paper: str, *, sign: bool) -> dict[str, Any]:
    """What the sheet holds: everybody with a seat; with `sign` a place to sign, and empty lines. Raises Refused."""
    event = shown.event
    if paper not in PAPERS:
        raise Refused("Choose Letter or A4.")
    there = (Rsvp.event_id == event.id) & Rsvp.state.in_(TAKES_SEATS)
    rows = db.session().execute(
        select(Rsvp.name, Rsvp.party).where(there).order_by(Rsvp.name_key, Rsvp.id).limit(MOST_PRINTED + 1)
    )
    guests = [{"name": row.name, "party": row.party} for row in rows]
    if len(guests) > MOST_PRINTED:
        raise Refused(f"More than {MOST_PRINTED:,} names do not go on paper here. Take the table instead.")
    return {
        "paper": PAPERS[paper],
        "sign": sign,
        "heading": "Sign-in sheet" if sign else "Guest list",
        "title": shown.title,
        "when": shown.when,
        "place": board.where(shown.place, ""),
        "people": sum(one["party"] for one in guests),
        "guests": guests,
        "blank": BLANK_LINES if sign else 0,
    }


def pdf(press: Press, content: dict[str, Any]) -> bytes:
    """The sheet as tagged PDF. A letter that no font has becomes a box, for one name must not keep all from print.

    Slow work: not inside `reading` or `writing`. Raises Refused.
    """
    unknown = ""
    while True:
        try:
            return press.pdf("guest-list", _printable(content, unknown))
        except NoLetters as no:
            if len(unknown) >= MOST_UNKNOWN or not set(no.letters) - set(unknown):
                raise
            unknown += no.letters


def _printable(content: dict[str, Any], unknown: str) -> dict[str, Any]:
    boxes = str.maketrans(dict.fromkeys(unknown, UNKNOWN))
    said = {name: unbroken(value.translate(boxes)) for name, value in content.items() if isinstance(value, str)}
    guests = [{**one, "name": unbroken(one["name"].translate(boxes))} for one in content["guests"]]
    site = i18n.site()
    said |= {"organisation": site.campaign.organisation, "unknown": UNKNOWN if unknown else ""}
    return {**content, **said, "guests": guests, "colours": site.colours.model_dump(exclude={"dark"})}


def waiting(event_id: int) -> int:
    """How many people wait for a seat."""
    waits = (Rsvp.event_id == event_id) & (Rsvp.state == RsvpState.WAITING)
    return db.session().scalar(select(func.coalesce(func.sum(Rsvp.party), 0)).where(waits)) or 0


def stayed_away(event_id: int) -> Sequence[int]:
    """How many parties had a seat and did not come, and of how many people."""
    away = (Rsvp.event_id == event_id) & Rsvp.no_show.is_(True)
    row = db.session().execute(select(func.count(), func.coalesce(func.sum(Rsvp.party), 0)).where(away)).one()
    return (row[0], row[1])
