"""Telling Mailchimp about many at once: up to 500 in a call, each answer read person by person.

newcomers ──with their names, nobody updated──> created | known there already
known, also those ──language and tags, no names──> updated ──the name is blank there, and we know one──> named

Whom an answer names as an error, and whose tags are to be taken off, is left for a call of their own; whom it does not
name at all is unknown. A call that is declined as a whole is made by halves, down to the one it is about.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from . import ours, rules
from .audience import Fate, Outcome, Person
from .delivery import Delivery
from .mailchimp import STRANGE, Declined, Mailchimp, Unknown, key_of
from .saying import Saying, by_key, entry_of, tag_changes

PARTS = ("new_members", "updated_members", "errors")
NOT_NAMED = "Mailchimp's answer does not say what became of this person."
Telling = Callable[[Sequence[Person]], Iterator[Outcome]]


class Crowd:
    """One delivery's batches. `there` finds out whether a 404 was about the audience, and raises Passing if so."""

    def __init__(
        self, client: Mailchimp, audience: str, saying: Saying, there: Callable[[], list[Outcome]], delivery: Delivery
    ) -> None:
        self.client, self.audience, self.saying, self.there = client, audience, saying, there
        self.delivery, self.nameless = delivery, list[Person]()
        self.wrong: dict[str, dict[str, Any]] = {}  # whom the last answer named as an error, by their keys

    def tell(self, people: Sequence[Person]) -> None:
        """Tell about them all; who has no outcome then needs a call of their own."""
        if len(people) < 2:
            return
        fresh = [one for one in people if not one.known]
        if any(one.name for one in fresh):
            self._by_halves(fresh, self._create)
        self._by_halves(self.delivery.unknown(people), self._update)
        if plain := self._refused_fields(people):
            self._by_halves(plain, self._update)
        self._by_halves(self.nameless, self._name)

    def _by_halves(self, people: Sequence[Person], telling: Telling) -> None:
        if not people:
            return
        try:
            self.delivery.attempt(people, lambda: telling(people))
        except Declined as error:
            if error.status == 404:
                self.delivery.attempt(people, self.there)
            elif set(error.fields) & set(ours.FIELDS) and not self.saying.plain:
                self.saying.plain = True
                self._by_halves(people, telling)
            elif len(people) > 1:
                middle = len(people) // 2
                self._by_halves(people[:middle], telling)
                self._by_halves(people[middle:], telling)

    def _create(self, people: Sequence[Person]) -> Iterator[Outcome]:
        return self._batch(people, named=True, update=False)

    def _update(self, people: Sequence[Person]) -> Iterator[Outcome]:
        return self._batch(people, named=False, update=True)

    def _name(self, people: Sequence[Person]) -> Iterator[Outcome]:
        return self._batch(people, named=True, update=True)

    def _batch(self, people: Sequence[Person], *, named: bool, update: bool) -> Iterator[Outcome]:
        members = [{"email_address": one.email, **self.saying.of(one, named=named)} for one in people]
        answer = self.client.add_many(self.audience, members, update=update)
        if not all(isinstance(answer.get(part), list) for part in PARTS):
            raise Unknown(STRANGE)  # such as the audience itself, where a redirect turned our POST into a GET (T11)
        there = by_key([*answer["new_members"], *answer["updated_members"]])
        self.wrong = by_key(answer["errors"])
        for one in people:
            if (member := there.get(key_of(one.email))) is not None:
                yield from self._read(one, member, named=named)
            elif key_of(one.email) not in self.wrong:
                yield Outcome(one, Fate.UNKNOWN, words=NOT_NAMED)

    def _read(self, person: Person, member: dict[str, Any], *, named: bool) -> Iterator[Outcome]:
        outcome = rules.judge(person, entry_of(member).state)
        if not rules.is_on(outcome.state):
            yield outcome
        elif False in tag_changes(person, member).values():
            return  # a batch puts tags on, and takes none off
        elif not named and self.saying.wants_name(person, member):
            self.nameless.append(person)
        else:
            yield outcome

    def _refused_fields(self, people: Sequence[Person]) -> list[Person]:
        """Those who were refused because the audience has lost a field of ours: they are told without."""
        about = {key for key, error in self.wrong.items() if error.get("field") in ours.FIELDS}
        if not about or self.saying.plain:
            return []
        self.saying.plain = True
        return [one for one in self.delivery.unknown(people) if key_of(one.email) in about]
