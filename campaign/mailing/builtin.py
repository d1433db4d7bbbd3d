"""The list at home: a table of our own, for campaigns without a Mailchimp account."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from .. import clock, db
from ..supporters import service as supporters
from ..supporters.models import Supporter
from . import rules
from .audience import Entry, ListState, Outcome, Person
from .models import ListEntry


def _one_of(people: Sequence[Person]) -> ColumnElement[bool]:
    return Supporter.id.in_([one.id for one in people])


class BuiltIn:
    """The same promises as Mailchimp's: newcomers are added, and who left is not brought back by a routine yes."""

    name = "the built-in list"

    def bring_up_to_date(self, people: Sequence[Person]) -> list[Outcome]:
        """Write down each of them, in one transaction."""
        with db.writing() as session:
            there = set(session.scalars(select(Supporter.id).where(_one_of(people)).with_for_update()))
            found = {one.id: session.get(ListEntry, one.id) for one in people if one.id in there}
            known = [one for one in people if one.id in there]  # the others were erased since this delivery began
            return [rules.judge(one, self._tell(one, found[one.id])) for one in known]

    def _tell(self, person: Person, entry: ListEntry | None) -> ListState:
        if entry is None:
            return self._add(person) if person.wanted else ListState.ABSENT
        state = ListState(entry.status)
        if not person.wanted:
            state = ListState.UNSUBSCRIBED
        elif person.again and state is ListState.UNSUBSCRIBED:
            state = ListState.SUBSCRIBED  # our own letter has asked them already
        entry.status, entry.language, entry.changed_at = state, person.language, clock.now()
        return state

    def _add(self, person: Person) -> ListState:
        values = {"supporter_id": person.id, "status": ListState.SUBSCRIBED, "language": person.language}
        db.session().add(ListEntry(**values, changed_at=clock.now()))
        return ListState.SUBSCRIBED

    def forget(self, address: str) -> None:
        """Nothing: an entry goes with its supporter."""

    def read(self, address: str) -> Entry | None:
        """The entry of this mailbox."""
        with db.reading() as session:
            supporter_id = supporters.find_by_mailbox(address.lower())
            entry = session.get(ListEntry, supporter_id) if supporter_id else None
            return Entry(ListState(entry.status), entry.language) if entry else None

    def ping(self) -> None:
        """It is at home."""

    def answers(self, *, lately: bool) -> bool:
        """Always."""
        return True

    def everybody(self) -> dict[str, ListState]:
        """Every entry."""
        known = select(Supporter.email, ListEntry.status).join(ListEntry, ListEntry.supporter_id == Supporter.id)
        with db.reading() as session:
            return {email.lower(): ListState(status) for email, status in session.execute(known)}
