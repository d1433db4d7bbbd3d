"""Letters: a row says that one is owed, and it is rendered when it is sent (dispatch).

waiting ──claimed──> waiting (leased) ──DATA──> handing ──250──> sent
   ^ │                    │                        └─silence──> uncertain   (a person decides)
   │ └─nothing to say──> dropped                  └─5xx──> parked          (a person decides)
   └── passing failure, later ┘
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from blinker import Signal
from flask import current_app
from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Table,
    case,
    delete,
    exists,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from . import db, jobs, web
from .db import NEVER_REUSED, Base, BigId
from .settings import Language


class LetterState(StrEnum):
    """Where a letter is."""

    WAITING = "waiting"
    HANDING = "handing"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    PARKED = "parked"
    DROPPED = "dropped"


class Letter(Base):
    """One mail owed to one person. It holds ids only; words and address are looked up when it is sent."""

    __tablename__ = "letters"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    about_id: Mapped[int] = mapped_column(BigId)
    supporter_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("supporters.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(12), default=LetterState.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    trouble: Mapped[str] = mapped_column(String(200), default="")
    written_at: Mapped[datetime]
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_letters_due",
            "due_at",
            sqlite_where=text("state IN ('waiting', 'handing')"),
            postgresql_where=text("state IN ('waiting', 'handing')"),
        ),
        Index("ix_letters_written_at", "written_at"),
        NEVER_REUSED,
    )


discretion = Signal("Asks whether letters to this supporter shall come under a neutral name and subject.")

NOBODY = "nobody"
RESTORED = "The records were restored from a backup; it may have gone out since the backup was made."
OWED = insert(cast(Table, Letter.__table__))


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a letter: its name, its type such as text/html, and what it holds."""

    name: str
    kind: str
    content: str


@dataclass(frozen=True)
class Mail:
    """What a letter says: to whom, in which language, the subject, and the template with its values."""

    to: str
    language: Language
    subject: Callable[[], str]
    template: str
    values: dict[str, Any] = field(default_factory=dict)
    supporter_id: int | None = None
    attachments: Sequence[Attachment] = ()


Writer = Callable[[int], Mail | None]
WRITERS: dict[str, Writer] = {}
PRIVATE: set[str] = set()


def letter(kind: str, *, private: bool = False) -> Callable[[Writer], Writer]:
    """Declare a letter: a function from the id of what it is about to what it says, or None when it is moot.

    What a `private` one says is for its reader alone: a link in it opens what staff must not, or it holds it all.
    """

    def declare(write_it: Writer) -> Writer:
        WRITERS[kind] = write_it
        if private:
            PRIVATE.add(kind)
        return write_it

    return declare


def write(kind: str, about_id: int, supporter_id: int | None, now: datetime) -> None:
    """Owe somebody a letter, in the transaction of the act that it follows from."""
    values = {"kind": kind, "about_id": about_id, "supporter_id": supporter_id, "written_at": now, "due_at": now}
    db.execute(OWED, {"state": "waiting", "attempts": 0, "trouble": "", **values})
    jobs.wake("deliver-letters")


def write_to_nobody(now: datetime) -> None:
    """The same work as for a letter: who asks about an address must not learn from the time whether it is known."""
    values = {"kind": NOBODY, "about_id": 0, "supporter_id": None, "written_at": now, "due_at": now}
    if current_app.extensions["switches"].equal_work:
        db.execute(OWED, {"state": LetterState.DROPPED.value, "attempts": 0, "trouble": "", **values})
        jobs.wake("deliver-letters")


def written_since(since: datetime, supporter_id: int, kinds: Sequence[str], about_id: int | None = None) -> int:
    """How many letters of these kinds this person has been owed since then (about one thing, if said)."""
    found = select(func.count()).where(
        Letter.supporter_id == supporter_id, Letter.written_at >= since, Letter.kind.in_(kinds)
    )
    if about_id is not None:
        found = found.where(Letter.about_id == about_id)
    return int(db.session().scalar(found) or 0)


def owed(kind: str, about_id: InstrumentedAttribute[int], since: datetime) -> ColumnElement[bool]:
    """For use in a question about other records: whether such a letter was written about them since then."""
    return exists().where(Letter.kind == kind, Letter.about_id == about_id, Letter.written_at > since)


def as_sent(letter_id: int) -> EmailMessage | None:
    """The letter as it went into the outbox folder; None when it has not, or went out by a mail server."""
    try:
        content = (web.config().data_dir / "outbox" / f"{file_name(letter_id)}.eml").read_bytes()
    except OSError:
        return None
    return message_from_bytes(content, policy=policy.default)


def file_name(letter_id: int) -> str:
    """The letter's name in the outbox folder."""
    return f"letter-{letter_id:08d}"


def counts() -> dict[str, int]:
    """How many letters there are in each state."""
    owed = select(Letter.state, func.count()).where(Letter.kind != NOBODY)
    rows = db.session().execute(owed.group_by(Letter.state)).all()
    return {state.value: 0 for state in LetterState} | {row[0]: row[1] for row in rows}


def oldest_waiting() -> datetime | None:
    """When the oldest letter that waits was written."""
    return db.session().scalar(select(func.min(Letter.written_at)).where(Letter.state == LetterState.WAITING))


def get(letter_id: int) -> Letter:
    """The letter. Raises LookupError."""
    if (row := db.session().get(Letter, letter_id)) is None:
        raise LookupError(letter_id)
    return row


def recent(state: str | None, page: int, size: int) -> list[Letter]:
    """Letters for staff, newest first, those that need a person before all others; one more than `size`, if any."""
    needs_somebody = case((Letter.state.in_((LetterState.PARKED, LetterState.UNCERTAIN)), 0), else_=1)
    found = (
        select(Letter)
        .where(Letter.kind != NOBODY)
        .order_by(needs_somebody, Letter.id.desc())
        .limit(size + 1)
        .offset(page * size)
    )
    return list(db.session().scalars(found.where(Letter.state == state) if state else found))


def send_again(letter_id: int, now: datetime) -> bool:
    """A person decides that a parked or uncertain letter goes out after all; False when it is neither."""
    stuck = Letter.state.in_((LetterState.PARKED, LetterState.UNCERTAIN))
    changes = {"state": LetterState.WAITING, "due_at": now, "attempts": 0, "trouble": "", "leased_until": None}
    done = db.session().execute(update(Letter).where(Letter.id == letter_id, stuck).values(**changes))
    jobs.wake("deliver-letters")
    return bool(cast(Any, done).rowcount)


def hold_waiting() -> int:
    """Put what waits into a person's hands: these records are a copy, and what waited then may have gone out since."""
    waiting = Letter.state.in_((LetterState.WAITING, LetterState.HANDING))
    changes = {"state": LetterState.UNCERTAIN, "trouble": RESTORED, "leased_until": None}
    done = db.session().execute(update(Letter).where(waiting).values(**changes))
    return int(cast(Any, done).rowcount)


def release_held(now: datetime) -> int:
    """A person decides that all letters held by a restore go out after all; how many."""
    held = (Letter.state == LetterState.UNCERTAIN) & (Letter.trouble == RESTORED)
    changes = {"state": LetterState.WAITING, "due_at": now, "attempts": 0, "trouble": ""}
    done = db.session().execute(update(Letter).where(held).values(**changes))
    jobs.wake("deliver-letters")
    return int(cast(Any, done).rowcount)


def held() -> int:
    """How many letters a restore holds."""
    found = select(func.count()).where(Letter.state == LetterState.UNCERTAIN, Letter.trouble == RESTORED)
    return int(db.session().scalar(found) or 0)


def forget_before(moment: datetime, *, dry_run: bool) -> int:
    """Delete letters older than this, and their files; how many."""
    old = Letter.written_at < moment
    number = db.session().scalar(select(func.count(Letter.id)).where(old)) or 0
    if not dry_run:
        db.session().execute(delete(Letter).where(old))
        kept = {f"{file_name(one)}.eml" for one in db.session().scalars(select(Letter.id))}
        folder = web.config().data_dir / "outbox"
        db.after_commit(lambda: _tidy(folder, kept))
    return number


def forget_person(supporter_id: int) -> None:
    """Delete every letter to somebody, sent or not, and its file; a worker that has one in hand finds it gone."""
    ids = list(db.session().scalars(delete(Letter).where(Letter.supporter_id == supporter_id).returning(Letter.id)))
    folder = web.config().data_dir / "outbox"
    db.after_commit(lambda: remove_files(ids, folder))


def forget_about(kinds: Sequence[str], about_ids: Sequence[int]) -> None:
    """Delete every letter of these kinds about these things, sent or not, and its file."""
    which = Letter.kind.in_(kinds) & Letter.about_id.in_(about_ids)
    ids = list(db.session().scalars(delete(Letter).where(which).returning(Letter.id)))
    folder = web.config().data_dir / "outbox"
    db.after_commit(lambda: remove_files(ids, folder))


def remove_files(letter_ids: Sequence[int], folder: Path) -> None:
    """Take the files of these letters out of the outbox folder."""
    for name in map(file_name, letter_ids):
        (folder / f"{name}.eml").unlink(missing_ok=True)


def _tidy(folder: Path, kept: set[str]) -> None:
    """Remove every file whose letter is gone, those too that went with their person or were never finished."""
    for file in [*folder.glob("letter-*.eml"), *folder.glob(".letter-*.part")]:
        if f"{file.stem.lstrip('.')}.eml" not in kept:
            file.unlink(missing_ok=True)
