"""What pages show of pledges: the cards, one pledge in the reader's language, the voices staff have passed."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import RowMapping, Select, and_, bindparam, select
from sqlalchemy.orm import aliased

from .. import db, i18n
from ..links import targets
from ..text import markdown
from .models import SHOWN_FROM, Pledge, PledgeState, PledgeWords, Signature

MOST_VOICES = 60


@dataclass(frozen=True)
class Card:
    """A pledge as a page shows it, in one language (English where it is not translated)."""

    id: int
    slug: str
    state: str
    goal: int
    count: int
    title: str
    promise: str
    body: str = ""
    language: str = "en"

    @property
    def shown(self) -> bool:
        """Whether the count is large enough to be shown."""
        return self.count >= SHOWN_FROM

    @property
    def share(self) -> int:
        """How much of the goal is reached, 0 to 100."""
        return min(100, self.count * 100 // max(1, self.goal))

    @property
    def html(self) -> Markup:
        """The longer words, as HTML."""
        return markdown(self.body)


class Voice(NamedTuple):
    """What a signer said, after staff passed it."""

    first_name: str
    message: str
    place: str


@targets.offering.connect
def _to_print(_sender: object) -> list[tuple[str, str]]:
    return [*((f"/pledges/{one.slug}", one.title) for one in cards()), ("/pledges", "All pledges")]


def cards() -> list[Card]:
    """The open pledges, newest first, then the closed ones."""
    shown = _select().where(Pledge.state != PledgeState.DRAFT).order_by(Pledge.state.desc(), Pledge.opened_at.desc())
    return [_card(row) for row in _rows(shown)]


def all_cards() -> list[Card]:
    """Every pledge, drafts too, newest first: for staff."""
    return [_card(row) for row in _rows(_select().order_by(Pledge.id.desc()))]


def changes() -> list[tuple[str, datetime | None]]:
    """The addresses of the pledges that everybody may see, each with the moment it was last opened or closed."""
    shown = select(Pledge.slug, Pledge.opened_at, Pledge.closed_at).where(Pledge.state != PledgeState.DRAFT)
    rows = db.session().execute(shown.order_by(Pledge.id))
    return [(row.slug, max(filter(None, (row.opened_at, row.closed_at)), default=None)) for row in rows]


def find(slug: str) -> Card | None:
    """One pledge by its address, drafts too: the door decides who may see them."""
    row = _rows(_by_slug(), slug=slug).one_or_none()
    return _card(row) if row else None


def get(pledge_id: int) -> Card:
    """One pledge by its id. Raises LookupError."""
    row = _rows(_select().where(Pledge.id == pledge_id)).one_or_none()
    if row is None:
        raise LookupError(pledge_id)
    return _card(row)


def voices(pledge_id: int) -> list[Voice]:
    """The newest names and messages that their signers want shown and staff have passed."""
    found = db.session().execute(_voices(), {"pledge_id": pledge_id})
    return [Voice(first_name(one.name), one.message, _area(one.area)) for one in found]


def first_name(name: str) -> str:
    """The part before the first space. Names written without one would be shown whole, so nothing of them is."""
    first, space, _ = name.partition(" ")
    return first if space or first.isascii() else ""


def _area(area: str) -> str:
    # A ZIP code with a first name can point at a household; a town does not.
    return "" if any(c.isdigit() for c in area) else area


@cache
def _select() -> Select[*tuple[Any, ...]]:
    """Pledges with their words in the `language` spoken, else in English, in one statement, built once."""
    theirs, english = aliased(PledgeWords), aliased(PledgeWords)
    words = [column for one in (theirs, english) for column in (one.title, one.promise, one.body)]
    names = [f"{prefix}_{name}" for prefix in ("their", "english") for name in ("title", "promise", "body")]
    labelled = [column.label(name) for column, name in zip(words, names, strict=True)]
    return (
        select(Pledge.id, Pledge.slug, Pledge.state, Pledge.goal, Pledge.count, *labelled)
        .outerjoin(theirs, and_(theirs.pledge_id == Pledge.id, theirs.language == bindparam("language")))
        .outerjoin(english, and_(english.pledge_id == Pledge.id, english.language == "en"))
    )


@cache
def _by_slug() -> Select[*tuple[Any, ...]]:
    return _select().where(Pledge.slug == bindparam("slug"))


@cache
def _voices() -> Select[*tuple[Any, ...]]:
    row = Signature
    shown = select(row.name, row.message, row.area).where(
        row.pledge_id == bindparam("pledge_id"), row.passed_at.is_not(None), row.set_aside_at.is_(None), row.show_name
    )
    return shown.order_by(row.passed_at.desc()).limit(MOST_VOICES)


def _rows(statement: Select[*tuple[Any, ...]], **values: object) -> Any:
    return db.session().execute(statement, {"language": i18n.language().code, **values}).mappings()


def _card(row: RowMapping) -> Card:
    whose, spoken = ("their", i18n.language().code) if row["their_title"] else ("english", "en")
    words = {name: row[f"{whose}_{name}"] or "" for name in ("title", "promise", "body")}
    return Card(row["id"], row["slug"], row["state"], row["goal"], row["count"], language=spoken, **words)
