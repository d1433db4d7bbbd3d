"""The ledger: who left, took something back or was erased, kept so that no import, sync or restore undoes it.

    act ──its transaction──> entry ──sweep──> a line of ledger.jsonl, beside the backups ──after a restore──> act again
                               └──a fresh act of the person──> another entry, which lifts it

An entry holds no address: its `mark` is a code of the mailbox that only this site can make, and only compare. An entry
is in force until another one lifts it; both stay, so the file only grows and may say a thing twice.
"""

import hmac
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fcntl import LOCK_EX, flock
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any, BinaryIO

from blinker import Signal
from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import aliased

from .. import clock, db, jobs, web
from .models import LedgerEntry, Supporter

repeat = Signal("Asks whoever holds such records to do again for this supporter what this entry says; true when done.")

FILE = "ledger.jsonl"
AT_ONCE = 1_000


class What(StrEnum):
    """What somebody did. LIFTED names in `about` the entry that it ends, MOVED the mark of the new address."""

    ERASED = "erased"
    LEFT = "left"
    WITHDRAWN = "withdrawn"
    DISOWNED = "disowned"
    UNSHARED = "unshared"
    MOVED = "moved"
    LIFTED = "lifted"


REFUSING = (What.ERASED, What.LEFT)  # whoever did one of these is added again only by an act of their own


@dataclass(frozen=True)
class Entry:
    """One line. `key` is its own random name, by which a line that stands twice is known."""

    key: str
    mark: str
    what: str
    about: str
    noted_at: datetime

    def line(self) -> bytes:
        """As it stands in the file."""
        said = {"key": self.key, "mark": self.mark, "what": self.what, "about": self.about}
        return json.dumps({**said, "at": self.noted_at.isoformat()}).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> "Entry":
        """An entry from its line. Raises ValueError for a line that was cut or altered."""
        said = json.loads(line)
        try:
            texts = [str(said[name]) for name in ("key", "mark", "what", "about")]
            noted_at = datetime.fromisoformat(said["at"])
        except (KeyError, TypeError) as error:
            raise ValueError("not an entry") from error
        if noted_at.tzinfo is None:
            raise ValueError("a moment must say its time zone")
        return cls(texts[0], texts[1], What(texts[2]), texts[3], noted_at)


def mark_of(mailbox: str) -> str:
    """The code of a mailbox. Its key is LEDGER_KEY, or SECRET_KEY where none is set, and must outlive both."""
    return _keyed(f"mailbox\n{mailbox}")


def reference(kind: str, row_id: int) -> str:
    """A code of one record, such as ("signature", 7), for `about`."""
    return _keyed(f"{kind}\n{row_id}")


def _keyed(text: str) -> str:
    config = web.config()
    return hmac.new((config.ledger_key or config.secret_key).encode(), f"ledger\n{text}".encode(), sha256).hexdigest()


def note(mailbox: str, what: What, now: datetime, about: str = "", *, again: bool = False) -> None:
    """Write down an act, in its transaction; nothing when that is in force already, unless its moment matters."""
    mark = mark_of(mailbox)
    if again or not any(True for _ in _in_force([mark], [what], about)):
        _add(mark, what, about, now)


def note_all(mailboxes: Sequence[str], what: What, now: datetime, about: str) -> None:
    """Write down that this happened to many at once, of whom none has it in force."""
    one = {"what": what, "about": about, "noted_at": now}
    rows = [{"key": token_hex(16), "mark": mark_of(mailbox), **one} for mailbox in mailboxes]
    if rows:
        db.session().execute(insert(LedgerEntry), rows)
        jobs.wake("write-ledger")


def lift(mailbox: str, whats: Sequence[What], now: datetime, about: str = "") -> None:
    """A fresh act of the person ends what is in force of these; in its transaction."""
    mark = mark_of(mailbox)
    for entry in list(_in_force([mark], whats, about)):
        _add(mark, What.LIFTED, entry.key, now)


def refuses(mailbox: str) -> bool:
    """Whether this mailbox left or was erased and has not come back by itself: do not add it, do not write to it."""
    return bool(refused([mailbox]))


def refused(mailboxes: Sequence[str], whats: Sequence[What] = REFUSING) -> set[str]:
    """Those of these mailboxes that must not be added, for one of these acts; at most a thousand in one question."""
    marks = {mark_of(mailbox): mailbox for mailbox in mailboxes}
    return {marks[entry.mark] for entry in _in_force(list(marks), whats, "")}


def _in_force(marks: Sequence[str], whats: Sequence[What], about: str) -> Iterator[LedgerEntry]:
    other = aliased(LedgerEntry)
    lifted = exists().where(other.mark == LedgerEntry.mark, other.what == What.LIFTED, other.about == LedgerEntry.key)
    found = select(LedgerEntry).where(LedgerEntry.mark.in_(marks), LedgerEntry.what.in_(whats), ~lifted)
    return iter(db.session().scalars(found.where(LedgerEntry.about == about)).all())


def _add(mark: str, what: What, about: str, now: datetime) -> None:
    values = {"key": token_hex(16), "mark": mark, "what": what, "about": about, "noted_at": now}
    db.session().execute(insert(LedgerEntry).values(values))
    jobs.wake("write-ledger")


def path() -> Path:
    """Where the file lies: beside the backups, so that what destroys the records leaves it."""
    return web.config().backup_folder / FILE


@jobs.sweep("write-ledger")
def write_out() -> int:
    """Append to the file what it does not hold yet; how many lines. Killed halfway, it writes a line twice."""
    written = 0
    while number := _write_some():
        written += number
    return written


def _write_some() -> int:
    with db.reading() as session:
        waiting = select(LedgerEntry).where(LedgerEntry.written_at.is_(None)).order_by(LedgerEntry.id).limit(AT_ONCE)
        rows = [(row.id, _entry(row)) for row in session.scalars(waiting)]
    if not rows:
        return 0
    with _opened(path()) as file:
        file.write(b"".join(entry.line() for _, entry in rows))
        file.flush()
        os.fsync(file.fileno())
    with db.writing() as session:
        done = update(LedgerEntry).where(LedgerEntry.id.in_([row_id for row_id, _ in rows]))
        session.execute(done.values(written_at=clock.now()))
    return len(rows)


def _opened(file: Path) -> BinaryIO:
    """The file, for appending whole lines: a line that a crash cut short is ended first."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    opened = open(os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600), "r+b")  # noqa: PTH123, SIM115
    flock(opened, LOCK_EX)
    if opened.seek(0, os.SEEK_END):
        opened.seek(-1, os.SEEK_END)
        if opened.read(1) != b"\n":
            opened.write(b"\n")
    else:
        _sync_folder(file.parent)
    return opened


def _sync_folder(folder: Path) -> None:
    """A new file is safe only once its folder says that it is there."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _entry(row: LedgerEntry) -> Entry:
    return Entry(row.key, row.mark, row.what, row.about, row.noted_at)


def replay(file: Path) -> dict[str, int]:
    """After a restore: do again what people did since that backup, and know again what the file knows.

    How often each act was repeated, how many entries were new to the records, and how many lines could not be read.
    May be repeated at will. An act that its person has lifted since is left alone, but what was erased stays erased:
    a record from before an erasure goes again, also when its owner came back later and is a new record by then.
    """
    entries, unreadable = _read(file)
    with db.writing():
        new = sum(_learn(entry) for entry in entries)
        known = [_entry(row) for row in db.session().scalars(select(LedgerEntry).order_by(LedgerEntry.id))]
    numbers = {what.value: 0 for what in What if what is not What.LIFTED}
    to_do = _to_repeat(known)
    after = 0
    while batch := _some_people(after):
        after = batch[-1][0]
        for supporter_id, mailbox in batch:
            for entry in _of_all_addresses(mark_of(mailbox), to_do):
                numbers[entry.what] += _repeat(entry, supporter_id)
    return {**numbers, "new": new, "unreadable": unreadable}


def _read(file: Path) -> tuple[list[Entry], int]:
    """The entries of the file, each once, and the number of lines that are none."""
    entries: dict[str, Entry] = {}
    unreadable = 0
    with file.open("rb") as lines:
        for line in lines:
            try:
                entry = Entry.read(line)
            except ValueError:
                unreadable += bool(line.strip())
            else:
                entries[entry.key] = entry
    return list(entries.values()), unreadable


def _learn(entry: Entry) -> int:
    values: dict[str, Any] = {"key": entry.key, "mark": entry.mark, "what": entry.what, "about": entry.about}
    return int(db.add(LedgerEntry, {**values, "noted_at": entry.noted_at, "written_at": clock.now()}) is not None)


def _to_repeat(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """By mark, what is to be done again: everything in force, and every erasure."""
    lifted = {entry.about for entry in entries if entry.what == What.LIFTED}
    wanted: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda one: one.noted_at):
        if entry.what != What.LIFTED and (entry.what == What.ERASED or entry.key not in lifted):
            wanted.setdefault(entry.mark, []).append(entry)
    return wanted


def _of_all_addresses(mark: str, to_do: Mapping[str, list[Entry]]) -> list[Entry]:
    """What is to be done again for this mailbox, and for those to which its owner has moved since."""
    marks, found = [mark], list[Entry]()
    for one in marks:
        found += to_do.get(one, [])
        marks += [entry.about for entry in found if entry.what == What.MOVED and entry.about not in marks]
    return found


def _some_people(after: int) -> list[tuple[int, str]]:
    found = select(Supporter.id, Supporter.mailbox).where(Supporter.id > after).order_by(Supporter.id).limit(AT_ONCE)
    with db.reading() as session:
        return [(row.id, row.mailbox) for row in session.execute(found)]


def _repeat(entry: Entry, supporter_id: int) -> int:
    with db.writing():
        return sum(int(bool(done)) for _, done in repeat.send(entry, supporter_id=supporter_id))
