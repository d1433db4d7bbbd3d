"""What staff are typing: kept for each of them, so that nothing is lost and everybody sees who else writes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, select

from .. import db
from ..staff.models import Account
from .models import Edition, EditionDraft

WRITING = timedelta(minutes=2)  # whoever was last seen before that has gone
PARTS = ("subject", "preheader", "body")
LONGEST = 60_000  # characters that are kept of what somebody types


@dataclass(frozen=True)
class Typed:
    """The words of an edition as they were typed, right or wrong."""

    subject: str
    preheader: str
    body: str


@dataclass(frozen=True)
class Other:
    """Somebody else at the same edition."""

    name: str
    since: datetime
    seen_at: datetime


@dataclass(frozen=True)
class Seen:
    """What somebody saw when they began to type: the version of the edition, and the marks of the English words."""

    version: int
    marks: str = ""


def keep(newsletter_id: int, language: str, account_id: int, typed: Typed, seen: Seen, now: datetime) -> None:
    """Keep what somebody has typed so far, in place of what was kept before."""
    row = be_here(newsletter_id, language, account_id, now)
    row.subject, row.preheader, row.body = (getattr(typed, part)[:LONGEST] for part in PARTS)
    row.version, row.shown, row.typed = seen.version, seen.marks[:LONGEST], True
    db.session().flush()


def be_here(newsletter_id: int, language: str, account_id: int, now: datetime) -> EditionDraft:
    """Note that somebody is at an edition; what they typed before stays as it was kept."""
    row = db.session().get(EditionDraft, (newsletter_id, language, account_id))
    if row is None:
        key = {"newsletter_id": newsletter_id, "language": language, "account_id": account_id}
        db.session().execute(db.adding(EditionDraft), {**key, "begun_at": now, "kept_at": now})  # two tabs may be first
        row = db.session().get_one(EditionDraft, tuple(key.values()))
    elif now - row.kept_at > WRITING:
        row.begun_at = now
    row.kept_at = now
    db.session().flush()
    return row


def throw_away(newsletter_id: int, language: str, account_id: int) -> None:
    """Forget what somebody has typed: it was saved, or is not wanted."""
    db.session().execute(
        delete(EditionDraft).where(*_of(newsletter_id, language), EditionDraft.account_id == account_id)
    )


def own(newsletter_id: int, language: str, account_id: int) -> EditionDraft | None:
    """What somebody has typed and not saved, if there is any."""
    row = db.session().get(EditionDraft, (newsletter_id, language, account_id))
    return row if row and row.typed else None


def others(newsletter_id: int, language: str, account_id: int, now: datetime) -> list[Other]:
    """Who else is writing this edition now, the first one first."""
    here = (EditionDraft.account_id != account_id, EditionDraft.kept_at > now - WRITING)
    return _found(*_of(newsletter_id, language), *here)


def unsaved(newsletter_id: int) -> dict[str, list[Other]]:
    """Who has words that are not saved, by language."""
    found = select(Edition).where(Edition.newsletter_id == newsletter_id)
    saved = {one.language: one for one in db.session().scalars(found)}
    by_language: dict[str, list[Other]] = {}
    for row, name in db.session().execute(_with_names().where(EditionDraft.newsletter_id == newsletter_id)):
        if says_more(row, saved.get(row.language) or saved.get("en")):
            by_language.setdefault(row.language, []).append(Other(name, row.begun_at, row.kept_at))
    return by_language


def says_more(row: EditionDraft, saved: Edition | None) -> bool:
    """Whether somebody has typed other words than are saved: who only looks is noted, too."""
    return row.typed and any(getattr(row, part) != (getattr(saved, part) if saved else "") for part in PARTS)


def forget(newsletter_id: int) -> None:
    """Forget all that was not saved: the newsletter goes out without it."""
    db.session().execute(delete(EditionDraft).where(EditionDraft.newsletter_id == newsletter_id))


def _of(newsletter_id: int, language: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return EditionDraft.newsletter_id == newsletter_id, EditionDraft.language == language


def _with_names() -> Select[*tuple[Any, ...]]:
    return select(EditionDraft, Account.name).join(Account, Account.id == EditionDraft.account_id)


def _found(*which: ColumnElement[bool]) -> list[Other]:
    rows = db.session().execute(_with_names().where(*which).order_by(EditionDraft.begun_at))
    return [Other(name, row.begun_at, row.kept_at) for row, name in rows]
