"""Letters: a row says that one is owed, and it is rendered when it is sent.

    waiting ──claimed──> waiting (leased) ──DATA──> handing ──250──> sent
       ^ │                    │                        └─silence──> uncertain   (a person decides)
       │ └─nothing to say──> dropped                  └─5xx──> parked          (a person decides)
       └── passing failure, later ┘

A worker that dies before DATA leaves a lease that runs out; one that dies after it leaves `handing`, which
becomes `uncertain`: between the server's 250 and our commit nobody can know, so it is never sent again unasked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from enum import StrEnum
from pathlib import Path
from random import uniform
from typing import Any, cast

from blinker import Signal
from flask import current_app, render_template
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

from . import clock, db, i18n, jobs, post, security, web
from .db import NEVER_REUSED, Base, BigId
from .errors import Away, Passing, Permanent
from .settings import Language

LEASE = timedelta(seconds=90)  # a worker that needs longer before DATA finds that it has lost the letter
MOST_ATTEMPTS = 12
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 6 * 3600.0  # seconds
A_ROUND = 200  # letters in one run of the sweep


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


class Superseded(Exception):
    """Another worker has taken this letter over."""


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
    db.session().execute(OWED, {"state": "waiting", "attempts": 0, "trouble": "", **values})
    jobs.wake("deliver-letters")


def write_to_nobody(now: datetime) -> None:
    """The same work as for a letter: who asks about an address must not learn from the time whether it is known."""
    values = {"kind": NOBODY, "about_id": 0, "supporter_id": None, "written_at": now, "due_at": now}
    if current_app.extensions["switches"].equal_work:
        db.session().execute(OWED, {"state": LetterState.DROPPED.value, "attempts": 0, "trouble": "", **values})
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


@jobs.sweep("deliver-letters")
def deliver() -> int:
    """Send what is due, one letter after another; how many went out."""
    sent = 0
    with post.carrier(web.config()) as carrier:
        for _ in range(A_ROUND):
            if (claim := _claim(clock.now())) is None:
                return sent
            try:
                sent += _send(*claim, carrier)
            except Superseded:
                continue
            except Away as error:  # about the carrier, not the letter: no try is counted, and the others need not try
                _try_later(claim[0], str(error), counted=False)
                return sent
    with db.writing():
        jobs.wake("deliver-letters")  # more may be due; other sweeps get their turn first
    return sent


def _claim(now: datetime) -> tuple[int, datetime] | None:
    """The next letter that is due and until when it is ours; on the way, those that a dead worker was handing over."""
    with db.writing() as session:
        lapsed = Letter.leased_until < now
        session.execute(
            update(Letter)
            .where(Letter.state == LetterState.HANDING, lapsed)
            .values(state=LetterState.UNCERTAIN, trouble="the worker stopped while the mail server had the letter")
        )
        due = select(Letter.id).where(
            Letter.state == LetterState.WAITING, Letter.due_at <= now, Letter.leased_until.is_(None) | lapsed
        )
        letter_id: int | None = session.scalar(due.order_by(Letter.due_at).limit(1).with_for_update(skip_locked=True))
        if letter_id is not None:
            changes = {"leased_until": now + LEASE, "attempts": Letter.attempts + 1}
            session.execute(update(Letter).where(Letter.id == letter_id).values(**changes))
        return None if letter_id is None else (letter_id, now + LEASE)


def _send(letter_id: int, until: datetime, carrier: post.Carrier) -> int:
    """Render and hand over one letter, and write down what became of it. Raises Away."""
    try:
        if (message := render(letter_id)) is None:
            _became(letter_id, LetterState.DROPPED)
            return 0
        carrier.deliver(file_name(letter_id), message, lambda: _hand_over(letter_id, until))
        if not _became(letter_id, LetterState.SENT):
            _remove_files([letter_id], web.config().data_dir / "outbox")  # its person was erased meanwhile
        return 1
    except (Away, Superseded):
        raise
    except Exception as error:  # noqa: BLE001 (sorted out below)
        _failed(letter_id, error)
        return 0


def _failed(letter_id: int, error: Exception) -> None:
    """Put the letter where its failure says that it belongs."""
    if isinstance(error, Permanent):
        _became(letter_id, LetterState.PARKED, str(error))
    elif isinstance(error, post.Uncertain):
        _became(letter_id, LetterState.UNCERTAIN, str(error))
    elif isinstance(error, Passing):
        _try_later(letter_id, str(error))
    elif current_app.testing:
        raise error
    else:  # our own fault; one bad letter must not hold up the others
        _try_later(letter_id, f"the letter could not be written ({type(error).__name__})")


def _hand_over(letter_id: int, until: datetime) -> None:
    """Written down before the mail server gets the letter: whoever finds it so must not send it again.

    Raises Superseded when our lease has run out on the way and the letter is another worker's by now.
    """
    if not current_app.extensions["switches"].claim_letters:
        return
    ours = (Letter.id == letter_id) & (Letter.state == LetterState.WAITING) & (Letter.leased_until == until)
    handing = update(Letter).where(ours).values(state=LetterState.HANDING, leased_until=clock.now() + LEASE)
    with db.writing() as session:
        if not cast(Any, session.execute(handing)).rowcount:
            raise Superseded


def _became(letter_id: int, state: LetterState, trouble: str = "") -> bool:
    """Write down what became of it; False when the letter is gone, with the person it was for."""
    values: dict[str, Any] = {"state": state, "trouble": trouble}
    if state is not LetterState.HANDING:
        values["leased_until"] = None
    if state is LetterState.SENT:
        values["sent_at"] = clock.now()
    with db.writing() as session:
        return bool(cast(Any, session.execute(update(Letter).where(Letter.id == letter_id).values(**values))).rowcount)


def _try_later(letter_id: int, trouble: str, *, counted: bool = True) -> None:
    """Back off with full jitter, so that letters that failed together do not come back together."""
    with db.writing() as session:
        if (row := session.get(Letter, letter_id, with_for_update=True)) is None:
            return  # gone with the person it was for
        row.leased_until, row.trouble = None, trouble
        row.due_at = clock.now() + timedelta(seconds=uniform(1, min(LONGEST_PAUSE, FIRST_PAUSE * 2**row.attempts)))  # noqa: S311
        if counted:
            row.state = LetterState.PARKED if row.attempts >= MOST_ATTEMPTS else LetterState.WAITING
        else:
            row.attempts -= 1


def render(letter_id: int) -> EmailMessage | None:
    """The letter as it would go out now; None when there is nothing left to say to anybody."""
    with db.reading() as session:
        row = session.get(Letter, letter_id)
        mail = WRITERS[row.kind](row.about_id) if row else None
        if row is None or mail is None:
            return None
        with i18n.speaking(mail.language):
            return _message(mail, row)


def _message(mail: Mail, row: Letter) -> EmailMessage:
    site = i18n.site()
    address, domain = site.mail.sender_address, site.mail.sender_address.rpartition("@")[2]
    discreet = row.supporter_id is not None and any(wanted for _, wanted in discretion.send(row.supporter_id))
    sender = i18n.tr(site.discretion.sender_name if discreet else site.mail.sender_name)
    subject = i18n.tr(site.discretion.subject) if discreet else mail.subject()
    message = EmailMessage()
    message["From"] = Address(sender, addr_spec=address)
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = subject
    message["Date"] = format_datetime(row.written_at)
    message["Message-ID"] = f"<{row.id}.{security.keyed('message', str(row.id))[:20]}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    leave = own_page = ""
    if mail.supporter_id is not None:
        leave = web.address("supporters.unsubscribe", mail.language, supporter_id=mail.supporter_id)
        own_page = web.address(
            "supporters.me", mail.language
        )  # without a token: a letter that is passed on opens nothing
        message["List-Unsubscribe"] = f"<{leave}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    values = {**mail.values, "unsubscribe": leave, "own_page": own_page, "subject": subject}
    values |= {"sender": sender, "discreet": discreet}
    message.set_content(render_template(f"letters/{mail.template}.txt", **values))
    message.add_alternative(render_template(f"letters/{mail.template}.html", **values), subtype="html")
    for one in mail.attachments:
        message.add_attachment(one.content, subtype=one.kind.rpartition("/")[2], filename=one.name)
    message["Content-Language"] = mail.language.tag  # set_content takes away what begins with Content-
    return message


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
    db.after_commit(lambda: _remove_files(ids, folder))


def forget_about(kinds: Sequence[str], about_ids: Sequence[int]) -> None:
    """Delete every letter of these kinds about these things, sent or not, and its file."""
    which = Letter.kind.in_(kinds) & Letter.about_id.in_(about_ids)
    ids = list(db.session().scalars(delete(Letter).where(which).returning(Letter.id)))
    folder = web.config().data_dir / "outbox"
    db.after_commit(lambda: _remove_files(ids, folder))


def _remove_files(letter_ids: Sequence[int], folder: Path) -> None:
    for name in map(file_name, letter_ids):
        (folder / f"{name}.eml").unlink(missing_ok=True)


def _tidy(folder: Path, kept: set[str]) -> None:
    """Remove every file whose letter is gone, those too that went with their person or were never finished."""
    for file in [*folder.glob("letter-*.eml"), *folder.glob(".letter-*.part")]:
        if f"{file.stem.lstrip('.')}.eml" not in kept:
            file.unlink(missing_ok=True)
