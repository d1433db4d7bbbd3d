"""What the mailing list may know of supporters beside address and language: a first name, and groups they belong to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from blinker import Signal
from sqlalchemy import ColumnElement

belonging = Signal("Asks the features above what they know of these supporters; each answers with a mapping of Known.")


naming = Signal("Asks the features above for the names of all their groups; each answers with a list.")
choosing = Signal("Asks the features above for the supporters of a group, as a condition; None where it is not theirs.")


@dataclass(frozen=True)
class Known:
    """One feature's part: the first names that somebody gave there, and the groups that they belong to now."""

    names: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The one name that they go by; empty when a mailbox goes by several, for nobody is called by another's."""
        return next(iter(self.names)) if len(self.names) == 1 else ""


def names() -> list[str]:
    """The names of all groups."""
    return sorted(name for _, answer in naming.send() for name in answer)


def members(name: str) -> ColumnElement[bool] | None:
    """That a supporter belongs to this group, for a question to the records; None when no feature knows the group."""
    return next((answer for _, answer in choosing.send(name) if answer is not None), None)


def of(ids: Sequence[int]) -> dict[int, Known]:
    """What every feature knows of these supporters, put together."""
    together: dict[int, Known] = dict.fromkeys(ids, Known())
    for _, answer in belonging.send(ids):
        _add(together, answer)
    return together


def _add(together: dict[int, Known], answer: Mapping[int, Known]) -> None:
    for id, known in answer.items():
        before = together[id]
        together[id] = Known(before.names | known.names, before.groups | known.groups)
