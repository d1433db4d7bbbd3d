"""One delivery's bookkeeping: who has an outcome, and that nothing more is begun after a failure or too late."""

from collections.abc import Callable, Iterable, Sequence
from time import monotonic

from ..errors import Passing
from . import rules
from .audience import Fate, Outcome, Person
from .mailchimp import Unknown
from .turnstile import Crowded


class Delivery:
    """Gathers an outcome for each of these people."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = people
        self.known: dict[int, Outcome] = {}
        self.trouble, self.crowded = "", False
        self._until = monotonic() + rules.BEGIN_WITHIN

    @property
    def over(self) -> bool:
        """Whether no further call may begin."""
        return bool(self.trouble) or self.crowded or monotonic() > self._until

    def attempt(self, people: Sequence[Person], act: Callable[[], Iterable[Outcome]]) -> None:
        """Do this for these people. What fails, fails for them alone; Permanent is for the caller to understand."""
        if self.over:
            return
        try:
            outcomes = list(act())
        except Crowded:  # nothing is wrong with these people or with the list: they are told when there is room
            self.crowded = True
        except Passing as error:
            self._fail(people, Fate.LATER, str(error))
        except Unknown as error:
            self._fail(people, Fate.UNKNOWN, str(error))
        else:
            self.known |= {one.person.id: one for one in outcomes}

    def _fail(self, people: Sequence[Person], fate: Fate, words: str) -> None:
        self.trouble = words
        self.known |= {one.id: Outcome(one, fate, words=words) for one in people}

    def unknown(self, people: Iterable[Person]) -> list[Person]:
        """Those who have no outcome yet."""
        return [one for one in people if one.id not in self.known]

    def outcomes(self) -> list[Outcome]:
        """One for each: whoever was not reached is told later."""
        return [self.known.get(one.id) or Outcome(one, Fate.LATER, words=self.trouble) for one in self.people]
