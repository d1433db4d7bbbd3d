"""People on the list whom no record here knows any more, and who left or erased themselves here: they must go.

So it may be after a restore from a backup that is older than they were. Only the ledger knows them, by a code.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from .. import clock, db
from ..supporters import ledger
from ..supporters.ledger import What
from . import deletions
from .audience import Audience, ListState, Person
from .rules import is_on

A_STEP = 500


@dataclass
class Leftovers:
    """Mailboxes that are to be deleted there for good, and those that are only to leave."""

    erased: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.erased) + len(self.left)


def among(strangers: Mapping[str, ListState]) -> Leftovers:
    """Those of these, whom the list knows and no record, whose last word here was to go."""
    found = Leftovers()
    for some in _steps(iter(strangers.items())):
        with db.reading():
            erased = ledger.refused([mailbox for mailbox, _ in some], [What.ERASED])
            left = ledger.refused([mailbox for mailbox, state in some if is_on(state)], [What.LEFT]) - erased
        found.erased += sorted(erased)
        found.left += sorted(left)
    return found


def _steps(rest: Iterator[tuple[str, ListState]]) -> Iterator[list[tuple[str, ListState]]]:
    while some := list(islice(rest, A_STEP)):
        yield some


def remove(home: Audience, found: Leftovers) -> None:
    """Owe the list the deletion of the one kind, and unsubscribe the other; what fails is found by the next look."""
    for mailbox in found.erased:
        with db.writing():
            deletions.owe(mailbox, clock.now(), clock.now())
    for mailbox in found.left:
        home.bring_up_to_date([Person(id=0, email=mailbox, language="", wanted=False)])
