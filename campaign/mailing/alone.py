"""Telling Mailchimp about one person, for what batches cannot do: end, ask, take a tag off, follow to a new address."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from . import ours, rules
from .audience import Fate, ListState, Outcome, Person
from .mailchimp import STRANGE, Declined, Mailchimp, Unknown
from .saying import SHOWN, Saying, entry_of, tag_changes

WHY_DECLINED = {
    "Invalid Resource": "Mailchimp does not take this address: it looks invalid to it, or joined many lists at once.",
    "Member Exists": "Mailchimp knows this address under another spelling. Look it up there.",
}
FORM_ONLY = "They left and came back; Mailchimp takes them by its form only."
NO_TAGS = "Mailchimp says that it took our tags, and has not."


class Alone:
    """One audience. `there` finds out whether a 404 was about the audience, and raises Passing if so."""

    def __init__(self, client: Mailchimp, audience: str, saying: Saying, there: Callable[[], list[Outcome]]) -> None:
        self.client, self.audience, self.saying, self.there = client, audience, saying, there

    def tell(self, person: Person) -> Outcome:
        """Tell about them, whatever they said. Raises Passing, Unknown."""
        try:
            old = [one for one in person.before if one.lower() != person.email.lower()]
            return self._follow(person, old) if old else self._say(person)
        except Declined as error:  # of a step that is never declined for a person's sake
            return self._declined(person, error)

    def _say(self, person: Person) -> Outcome:
        return (self._end if not person.wanted else self._ask if person.again else self._add)(person)

    def _add(self, person: Person) -> Outcome:
        try:
            member = self.client.put(self.audience, person.email, self.saying.of(person))
        except Declined as error:
            if set(error.fields) & set(ours.FIELDS) and not self.saying.plain:
                self.saying.plain = True
                return self._add(person)
            return self._declined(person, error)
        return self._finish(person, member)

    def _finish(self, person: Person, member: dict[str, Any]) -> Outcome:
        """What the list should hold of somebody who is on it, beyond that they are."""
        outcome = rules.judge(person, entry_of(member).state)
        if not rules.is_on(outcome.state):
            return outcome
        if self.saying.wants_name(person, member):
            self._name(person)
        if changes := tag_changes(person, member):
            self.client.tag(self.audience, person.email, changes)
            member = self._look(person.email) or {}
            if tag_changes(person, member):  # it says 204 also to what it did not understand
                return Outcome(person, Fate.LATER, outcome.state, NO_TAGS)
        return outcome

    def _name(self, person: Person) -> None:
        try:
            self.client.patch(self.audience, person.email, self.saying.fields(person, named=True))
        except Declined as error:
            if error.status == 404:
                raise Unknown(STRANGE) from error  # they were there a moment ago; a name holds nobody up otherwise

    def _end(self, person: Person) -> Outcome:
        """They said no. After a call that nobody heard the end of, it is looked at first."""
        member = self._look(person.email) if person.unsure_since else None
        if member and not rules.is_on(state := entry_of(member).state):
            return rules.judge(person, state)
        try:
            member = self.client.patch(self.audience, person.email, {"status": ListState.UNSUBSCRIBED})
        except Declined as error:
            if error.status != 404:
                return self._declined(person, error)
            self.there()
            return rules.judge(person, ListState.ABSENT)
        return rules.judge(person, entry_of(member).state)

    def _ask(self, person: Person) -> Outcome:
        """Their yes is newer than their no: Mailchimp asks them by its own letter, once."""
        member = self._look(person.email)
        if member is None:
            return self._add(person)
        if entry_of(member).state is not ListState.UNSUBSCRIBED:  # asked already, or back by Mailchimp's own form
            return self._finish(person, member)
        said = {"status": ListState.PENDING, **self.saying.fields(person)}
        try:
            member = self.client.patch(self.audience, person.email, said)
        except Declined as error:
            return self._declined(person, error)
        if (state := entry_of(member).state) is ListState.UNSUBSCRIBED:
            return Outcome(person, Fate.STUCK, state, FORM_ONLY)
        return self._finish(person, member)

    def _follow(self, person: Person, old: Sequence[str]) -> Outcome:
        """They have another address now: the entry gets it, under its old name, and never a second one is made.

        Where the new address has an entry of its own, that one counts, and the old one goes.
        """
        there = [one for one in old if self._look(one) is not None]
        if not there:  # done already, by a call whose answer was lost, or never there
            return self._say(person)
        if self._look(person.email, sure=True) is not None:
            return self._give_up(there, self._say(person))
        try:
            member = self.client.patch(self.audience, there[0], {"email_address": person.email})
        except Declined as error:
            if error.status == 404:
                raise Unknown(STRANGE) from error
            return self._give_up(there, self._declined(person, error))
        if str(member.get("email_address", "")).lower() != person.email.lower():
            raise Unknown(STRANGE)  # to go on would make a second entry
        return self._give_up(there[1:], self._say(person))

    def _give_up(self, there: Sequence[str], outcome: Outcome) -> Outcome:
        """Nobody is written to at an address that they have left."""
        for address in there:
            member = self.client.patch(self.audience, address, {"status": ListState.UNSUBSCRIBED})
            if rules.is_on(entry_of(member).state):
                return Outcome(outcome.person, Fate.LATER, words=rules.NOT_TAKEN)
        return replace(outcome, left_over=tuple(there))

    def _declined(self, person: Person, error: Declined) -> Outcome:
        """What a no to one person means; titles and statuses are kept by Mailchimp, wording is not."""
        if error.status == 404:
            self.there()
            raise Unknown(STRANGE)
        if error.title == "Forgotten Email Not Subscribed":
            return rules.judge(person, ListState.FORGOTTEN)
        if error.title == "Member In Compliance State" and (member := self._look(person.email)) is not None:
            return rules.judge(person, entry_of(member).state)
        words = WHY_DECLINED.get(error.title, f"Mailchimp declines this person ({error.title}).")
        return Outcome(person, Fate.STUCK, words=words)

    def _look(self, address: str, *, sure: bool = False) -> dict[str, Any] | None:
        """What is there; None when nothing is. `sure`: that there is an audience was seen a moment ago."""
        try:
            return self.client.get(self.audience, address, SHOWN)
        except Declined as error:
            if error.status != 404:
                raise
            if not sure:
                self.there()
            return None
