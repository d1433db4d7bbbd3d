"""The chain of the audit trail: each row's seal holds the one before it, so nothing can be changed unseen.

    anchor ──> row 241 ──> row 242 ──> … ──> row 903 <── head

The anchor is the last row that was forgotten, the head the last that was written. Both are sealed themselves: without
them the first or the last rows could be taken away. What the chain cannot see is the whole database put back to an
earlier state; for that each act leaves its number and the beginning of its seal in the log, outside.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from ..seals import keyed

NO_SEAL = "0" * 64


class Entry(Protocol):
    """A row of the trail: who did what to which record, when, in which request."""

    @property
    def number(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def who(self) -> str: ...
    @property
    def act(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def record(self) -> str: ...
    @property
    def request(self) -> str: ...
    @property
    def seal(self) -> str: ...


class End(Protocol):
    """The anchor or the head: the number and the seal of a row, and the seal on both."""

    @property
    def number(self) -> int: ...
    @property
    def seal(self) -> str: ...
    @property
    def mark(self) -> str: ...


@dataclass(frozen=True)
class Broken:
    """Where the trail does not fit: the number of the first such row (0: an end of the trail itself), and why."""

    number: int
    why: str

    def __str__(self) -> str:
        return f"row {self.number}: {self.why}" if self.number else self.why


def seal(before: str, row: Entry, secret: str = "") -> str:
    """The seal of a row: keyed, so that only this site can make it, over the seal before it and all of the row."""
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    # A list in JSON has one spelling, and no two different rows share it.
    said = json.dumps([before, row.number, at, row.who, row.act, row.kind, row.record, row.request])
    return keyed("audit row", said, secret)


def mark(name: str, number: int, seal_there: str, secret: str = "") -> str:
    """The seal on an end of the trail, so that nobody else can move it."""
    return keyed(f"audit {name}", f"{number} {seal_there}", secret)


def first_broken(
    anchor: End | None,
    rows: Iterable[Entry],
    head: End | None,
    seal_of: Callable[[str, Entry], str] = seal,
    secret: str = "",
) -> Broken | None:
    """The first row, in the order of their numbers, that is not as it was written; None when all are."""
    if anchor is None or head is None:
        first = next(iter(rows), None)
        return None if first is None else Broken(first.number, "the ends of the trail are gone")
    return _broken_end(anchor, head, secret) or _broken_link(anchor, rows, head, seal_of)


def _broken_end(anchor: End, head: End, secret: str) -> Broken | None:
    if anchor.mark != mark("anchor", anchor.number, anchor.seal, secret):
        return Broken(0, "the beginning of the trail was moved")
    if head.mark != mark("head", head.number, head.seal, secret):
        return Broken(0, "the end of the trail was moved")
    return None


def _broken_link(anchor: End, rows: Iterable[Entry], head: End, seal_of: Callable[[str, Entry], str]) -> Broken | None:
    number, before = anchor.number, anchor.seal
    for row in rows:
        if row.number != number + 1:
            return Broken(number + 1, "it is gone") if row.number > number else Broken(row.number, "it was put in")
        if row.seal != seal_of(before, row):
            return Broken(row.number, "it was changed")
        number, before = row.number, row.seal
    if number < head.number:
        return Broken(number + 1, "it is gone, and all after it")
    return None if (number, before) == (head.number, head.seal) else Broken(head.number + 1, "it was put in")
