"""What each kind of condition is called, what can be chosen for it, and what it asks of the records."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, false, or_

from .. import clock, i18n
from ..events import audience as guests
from ..events import drafts
from ..links import audience as codes
from ..links import service as links
from ..pledges import audience as signers
from ..pledges import board
from ..staff import organisations
from ..supporters import audience as supporters
from ..supporters import groups
from ..text import fold
from ..volunteers import audience as volunteers
from ..volunteers import lists
from .segment_rules import Condition, Kind

Choices = Callable[[], list[tuple[str, str]]]
ANY_ROLE = "any"
MOST_EVENTS = 300


@dataclass(frozen=True)
class About:
    """A kind of condition: its name in a list, the words around its value, whether so or not so, and its choices.

    Without choices the value is typed. `hint` is what staff must know of it.
    """

    label: str
    yes: str
    no: str
    sql: Callable[[str], ColumnElement[bool]]
    choices: Choices | None = None
    hint: str = ""


def sql(one: Condition) -> ColumnElement[bool]:
    """The condition as a question to the records; it is never NULL."""
    found = KINDS[one.kind].sql(one.value)
    return ~found if one.negated else found


def choices(kind: Kind) -> list[tuple[str, str]] | None:
    """What can be chosen, as values and labels; None where the value is typed."""
    offer = KINDS[kind].choices
    return offer() if offer else None


def offered(kinds: Collection[Kind]) -> dict[Kind, list[tuple[str, str]] | None]:
    """The same for several kinds; what two of them offer alike is looked up once."""
    known = {offer: offer() for offer in {KINDS[kind].choices for kind in kinds} if offer}
    return {kind: known[offer] if (offer := KINDS[kind].choices) else None for kind in Kind if kind in kinds}


def mistake(one: Condition, offered: list[tuple[str, str]] | None) -> str:
    """Why this value cannot be kept, in a sentence; empty when it can."""
    if offered is not None:
        return "" if one.value in dict(offered) else f"{KINDS[one.kind].label}: choose one of the list."
    return "" if fold(one.value) else f"{KINDS[one.kind].label}: write which."


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _member(name: str) -> ColumnElement[bool]:
    found = groups.members(name)
    return false() if found is None else found


def _lives_in(area: str) -> ColumnElement[bool]:
    return or_(signers.lives_in(area), volunteers.lives_in(area))


def _helps(role: str) -> ColumnElement[bool]:
    return volunteers.helps() if role == ANY_ROLE else volunteers.wishes_for(_number(role))


def _by_code(code: str) -> ColumnElement[bool]:
    meant = codes.one(_number(code))
    return or_(signers.came_by(meant), guests.came_by(meant), volunteers.came_by(meant))


def _by_partner(partner: str) -> ColumnElement[bool]:
    meant = codes.of_partner(_number(partner))
    return or_(signers.came_by(meant), guests.came_by(meant), volunteers.came_by(meant))


def _languages() -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in i18n.site().languages]


def _pledges() -> list[tuple[str, str]]:
    return [(str(one.id), one.title or one.slug) for one in board.all_cards()]


def _events() -> list[tuple[str, str]]:
    rows = drafts.rows("all", clock.now(), 0, MOST_EVENTS)
    return [(str(one.event.id), f"{one.title}, {one.when}") for one in rows[:MOST_EVENTS]]


def _roles() -> list[tuple[str, str]]:
    return [(ANY_ROLE, "any role"), *((str(id), name) for id, name in lists.names(lists.ROLES).items())]


def _codes() -> list[tuple[str, str]]:
    return [(str(one.id), f"{one.code} {one.note}".strip()) for one in links.newest()]


def _partners() -> list[tuple[str, str]]:
    return [(str(one.id), one.name) for one in organisations.everyone()]


def _groups() -> list[tuple[str, str]]:
    return [(name, name) for name in groups.names()]


FORGOTTEN = "RSVPs are forgotten 90 days after their event: after that nobody is found by them."
KINDS: dict[Kind, About] = {
    Kind.LANGUAGE: About("Language", "read {}", "do not read {}", supporters.speaks, _languages),
    Kind.PLACE: About(
        "Town or ZIP code",
        "gave “{}” as their town or ZIP code",
        "did not give “{}” as their town or ZIP code",
        _lives_in,
        hint="As signers and volunteers typed it. Capitals and spaces do not matter; “LA” does not find Los Angeles.",
    ),
    Kind.GROUP: About("Group", "belong to the group “{}”", "do not belong to the group “{}”", _member, _groups),
    Kind.SIGNED: About(
        "Pledge signed", "signed “{}”", "have not signed “{}”", lambda id: signers.signed(_number(id)), _pledges
    ),
    Kind.RESERVED: About(
        "RSVP",
        "have an RSVP for “{}”",
        "have no RSVP for “{}”",
        lambda id: guests.reserved(_number(id)),
        _events,
        FORGOTTEN,
    ),
    Kind.ATTENDED: About(
        "Event attended",
        "were at “{}”",
        "were not at “{}”",
        lambda id: guests.attended(_number(id)),
        _events,
        f"Those who were checked in at the door. {FORGOTTEN}",
    ),
    Kind.HELPS: About("Volunteer role", "volunteer for “{}”", "do not volunteer for “{}”", _helps, _roles),
    Kind.CODE: About("Source code", "came by the code {}", "did not come by the code {}", _by_code, _codes),
    Kind.PARTNER: About(
        "Partner’s codes", "came by a code of {}", "did not come by a code of {}", _by_partner, _partners
    ),
    Kind.SHARED: About(
        "Given to a partner",
        "gave their address to {}",
        "did not give their address to {}",
        lambda id: supporters.gave_to(_number(id)),
        _partners,
    ),
}
