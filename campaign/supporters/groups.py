"""What the mailing list may know of supporters beside address and language: a first name, and groups they belong to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from blinker import Signal

belonging = Signal("Asks the features above what they know of these supporters; each answers with a mapping of Known.")


@dataclass(frozen=True)
class Known:
    """One feature's part: the first names that somebody gave there, and the groups that they belong to now."""

    names: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The one name that they go by; empty when a mailbox goes by several, for nobody is called by another's."""
        return next(iter(self.names)) if len(self.names) == 1 else ""


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
