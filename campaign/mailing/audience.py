"""What a mailing list can be asked, and what it can answer: the one interface of both its homes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class ListState(StrEnum):
    """What the list says of an address; the words are Mailchimp's, so that nobody has to translate them."""

    ABSENT = ""
    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    PENDING = "pending"  # the list has asked them by letter, and waits for their click
    CLEANED = "cleaned"  # mail to them came back
    ARCHIVED = "archived"  # an organiser took them off
    TRANSACTIONAL = "transactional"  # known for receipts, never asked about news
    FORGOTTEN = "forgotten"  # deleted for good


class Fate(StrEnum):
    """What became of one person in a delivery."""

    SETTLED = "settled"  # the list says what it should
    STUCK = "stuck"  # it says no, and will go on saying no: somebody has to look
    LATER = "later"  # nothing was done
    UNKNOWN = "unknown"  # it may have been done, and may still be under way


@dataclass(frozen=True)
class Person:
    """Somebody whom the list should know about, and as what.

    `again`: they said yes anew after the list had recorded that they left. `unsure_since`: an earlier delivery
    began then, and nobody heard how it ended. `name`: their first name, where the list has none. `tags`: of ours, that
    they should have; `told`: that the list was last told of. `known`: the list has said something of them before;
    `before`: or may have, under these addresses, while they have another now.
    """

    id: int
    email: str
    language: str
    wanted: bool
    version: int = 0
    again: bool = False
    unsure_since: datetime | None = None
    name: str = ""
    tags: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    known: bool = False
    before: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """What the list holds about an address."""

    state: ListState
    language: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of one person; `state` None says that nothing new was learnt. `words` are for staff.

    `left_over`: entries under their former addresses, which the list must still delete for good.
    """

    person: Person
    fate: Fate
    state: ListState | None = None
    words: str = ""
    left_over: tuple[str, ...] = ()


class Audience(Protocol):
    """A home of the list."""

    @property
    def name(self) -> str:
        """What staff call it."""

    def bring_up_to_date(self, people: Sequence[Person]) -> list[Outcome]:
        """Tell the list about these people, at most a batch; one outcome for each. May be repeated at will."""

    def forget(self, address: str) -> None:
        """Delete everything about this address for good; may be repeated. Raises Passing, Unknown, Permanent."""

    def read(self, address: str) -> Entry | None:
        """What the list says of this address, None when it has never heard of it."""

    def ping(self) -> None:
        """Return when the list answers and knows us; raises Passing, Unknown or Permanent."""

    def answers(self, *, lately: bool) -> bool:
        """Whether it answers what must be asked anyway before telling it of many; `lately`, where there is nothing."""

    def everybody(self) -> dict[str, ListState]:
        """What the list says of each address that it knows, in small letters: all of them, or an error."""
