"""The list at Mailchimp: many newcomers in one call, everybody else in a call of their own.

| what the person said             | what Mailchimp is told                                                     |
|----------------------------------|----------------------------------------------------------------------------|
| yes                              | batch of 500 with `status_if_new: subscribed`: who is known keeps their status |
| no                               | PATCH `status: unsubscribed`; 404 means that there is nothing to end         |
| yes again after the list's no    | PATCH `status: pending`: Mailchimp asks them, and they click                 |

Who is erased here is deleted there for good (delete-permanent): nothing of ours can bring them back then.

Whoever an answer names as an error is told once more alone (PUT), whose answer has a status and a title; whoever it
does not name at all is unknown. After a delivery that nobody heard the end of, we read before we write.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from ..errors import Passing
from . import rules
from .audience import Entry, Fate, ListState, Outcome, Person
from .delivery import Delivery
from .mailchimp import STRANGE, Declined, Mailchimp, Unknown, key_of

FIELDS = ("email_address", "status", "language")
PAGES = 10  # thousands of changed members that are looked through before writing again
READINGS = 3  # of the whole list, until one of them is of a list that kept still
SKEW = timedelta(hours=1)  # their clock and ours
# https://mailchimp.com/help/view-and-edit-contact-languages/ has no Tagalog, and one Chinese.
LANGUAGES = {"en": "en", "es": "es", "ko": "ko", "th": "th", "vi": "vi", "zh": "zh"}
WHY_DECLINED = {
    "Invalid Resource": "Mailchimp does not take this address: it looks invalid to it, or joined many lists at once.",
    "Member Exists": "Mailchimp knows this address under another spelling. Look it up there.",
}


class AtMailchimp:
    """One audience of one account."""

    name = "Mailchimp"
    if_new = "status_if_new"  # `status` would bring back who left; a test shows it

    def __init__(self, client: Mailchimp, audience: str) -> None:
        self.client, self.audience = client, audience

    def bring_up_to_date(self, people: Sequence[Person]) -> list[Outcome]:
        """Tell Mailchimp about them; see above."""
        delivery = Delivery(people)
        newcomers = [one for one in people if one.wanted and not one.again]
        unsure = [one for one in newcomers if one.unsure_since]
        if unsure:
            delivery.attempt(unsure, lambda: self._already_there(unsure))
        self._add_many(delivery.unknown(newcomers), delivery)
        for one in delivery.unknown(people):
            self._alone(one, delivery)
        return delivery.outcomes()

    def read(self, address: str) -> Entry | None:
        """What Mailchimp says of this address. Raises Passing, Unknown."""
        try:
            member = self.client.get(self.audience, address, FIELDS)
        except Declined as error:
            self._expect(error, 404)
            return None
        return _entry(member)

    def forget(self, address: str) -> None:
        """Delete everything that Mailchimp has about this address. Raises Passing, Unknown, Declined."""
        try:
            self.client.forget(self.audience, address)
        except Declined as error:
            if error.status != 404:
                raise
            self._no_audience()  # else there is nothing (any more) to delete
        if self.read(address) is not None:  # something else answered in Mailchimp's place
            raise Unknown(STRANGE)

    def ping(self) -> None:
        """Ask for the audience; raises Passing, Unknown, or Declined when there is no such audience."""
        self._no_audience()

    def everybody(self) -> dict[str, ListState]:
        """What Mailchimp says of each address. Read again when it changed on the way; raises Passing, Unknown."""
        return self._complete("")

    def changed_since(self, moment: datetime) -> dict[str, ListState]:
        """What Mailchimp says of each address whose entry changed since then: all of them, or an error as above.

        Its moments are whole seconds and its clock is its own, so ask for somewhat more than you need.
        """
        return self._complete(moment.isoformat(timespec="seconds"))

    def _complete(self, since: str) -> dict[str, ListState]:
        for _ in range(READINGS):
            if (found := self._all_pages(since)) is not None:
                return found
        raise Passing("The list changed while it was read. Try again in a quieter hour.")

    def _all_pages(self, since: str) -> dict[str, ListState] | None:
        found: dict[str, ListState] = {}
        totals: set[int] = set()
        seen = 0
        while True:
            answer = self._page(seen, since)
            found |= {str(one["email_address"]).lower(): _entry(one).state for one in answer["members"]}
            totals.add(answer["total_items"])
            seen += len(answer["members"])
            if not answer["members"] or seen >= answer["total_items"]:
                return found if totals == {len(found)} else None

    def _page(self, offset: int, since: str) -> dict[str, Any]:
        fields = [*(f"members.{field}" for field in FIELDS), "total_items"]
        try:
            if since:
                answer = self.client.changed(self.audience, since, fields, offset)
            else:
                answer = self.client.members(self.audience, fields, offset)
        except Declined as error:
            raise Passing(f"Mailchimp did not let us look ({error.title}).") from error
        if not isinstance(answer.get("members"), list) or not isinstance(answer.get("total_items"), int):
            raise Unknown(STRANGE)
        return answer

    def _add_many(self, people: Sequence[Person], delivery: Delivery) -> None:
        """All in one call. When the whole call is declined, by halves, down to the one it is about."""
        if len(people) < 2:
            return
        try:
            delivery.attempt(people, lambda: self._batch(people))
        except Declined as error:
            if error.status == 404:
                delivery.attempt(people, self._no_audience)
                return
            middle = len(people) // 2
            self._add_many(people[:middle], delivery)
            self._add_many(people[middle:], delivery)

    def _batch(self, people: Sequence[Person]) -> Iterator[Outcome]:
        answer = self.client.add_many(self.audience, [{"email_address": p.email, **self._said(p)} for p in people])
        if not all(isinstance(answer.get(part), list) for part in ("new_members", "updated_members", "errors")):
            raise Unknown(STRANGE)  # such as the audience itself, where a redirect turned our POST into a GET (T11)
        there = _by_key([*answer["new_members"], *answer["updated_members"]])
        wrong = _by_key(answer["errors"])
        for one in people:
            if (member := there.get(key_of(one.email))) is not None:
                yield rules.judge(one, _entry(member).state)
            elif key_of(one.email) not in wrong:
                yield Outcome(one, Fate.UNKNOWN, words="Mailchimp's answer does not say what became of this person.")

    def _said(self, person: Person) -> dict[str, str]:
        language = LANGUAGES.get(person.language.partition("-")[0])
        return {self.if_new: ListState.SUBSCRIBED, **({"language": language} if language else {})}

    def _already_there(self, people: Sequence[Person]) -> Iterator[Outcome]:
        """Those of whom an earlier call, whose answer was lost, did arrive."""
        begun = min(one.unsure_since for one in people if one.unsure_since)
        since = (begun - SKEW).isoformat(timespec="seconds")
        there: dict[str, dict[str, Any]] = {}
        for page in range(PAGES):
            fields = [f"members.{field}" for field in FIELDS]
            answer = self.client.changed(self.audience, since, [*fields, "total_items"], page * 1000)
            if not isinstance(members := answer.get("members"), list):
                raise Unknown(STRANGE)
            there |= _by_key(members)
            if len(members) < 1000:
                break
        for one in people:
            member = there.get(key_of(one.email))
            if member and member.get("language", "") == self._said(one).get("language", member.get("language", "")):
                yield rules.judge(one, _entry(member).state)

    def _alone(self, person: Person, delivery: Delivery) -> None:
        deed = self._end if not person.wanted else self._ask if person.again else self._add
        delivery.attempt([person], lambda: [deed(person)])

    def _add(self, person: Person) -> Outcome:
        try:
            member = self.client.put(self.audience, person.email, self._said(person))
        except Declined as error:
            return self._declined(person, error)
        return rules.judge(person, _entry(member).state)

    def _end(self, person: Person) -> Outcome:
        try:
            member = self.client.patch(self.audience, person.email, {"status": ListState.UNSUBSCRIBED})
        except Declined as error:
            if error.status != 404:
                return self._declined(person, error)
            self._no_audience()
            return rules.judge(person, ListState.ABSENT)
        return rules.judge(person, _entry(member).state)

    def _ask(self, person: Person) -> Outcome:
        """Their yes is newer than their no: Mailchimp asks them by its own letter, once."""
        entry = self.read(person.email)
        if entry is None:
            return self._add(person)
        if entry.state is not ListState.UNSUBSCRIBED:  # asked already, or back by Mailchimp's own form
            return rules.judge(person, entry.state)
        try:
            member = self.client.patch(self.audience, person.email, {"status": ListState.PENDING})
        except Declined as error:
            return self._declined(person, error)
        if (state := _entry(member).state) is ListState.UNSUBSCRIBED:
            return Outcome(person, Fate.STUCK, state, "They left and came back; Mailchimp takes them by its form only.")
        return rules.judge(person, state)

    def _declined(self, person: Person, error: Declined) -> Outcome:
        """What a no to one person means; titles and statuses are kept by Mailchimp, wording is not."""
        if error.status == 404:
            self._no_audience()
            raise Unknown(STRANGE)
        if error.title == "Forgotten Email Not Subscribed":
            return rules.judge(person, ListState.FORGOTTEN)
        if error.title == "Member In Compliance State" and (entry := self.read(person.email)) is not None:
            return rules.judge(person, entry.state)
        words = WHY_DECLINED.get(error.title, f"Mailchimp declines this person ({error.title}).")
        return Outcome(person, Fate.STUCK, words=words)

    def _no_audience(self) -> list[Outcome]:
        """A 404 may mean the person or the audience. Raises Passing when it is the audience."""
        try:
            self.client.audience(self.audience)
        except Declined as error:
            raise Passing("Mailchimp has no such audience. Look at MAILCHIMP_AUDIENCE.") from error
        return []

    def _expect(self, error: Declined, status: int) -> None:
        if error.status != status:
            raise Passing(f"Mailchimp did not let us look ({error.title}).") from error
        self._no_audience()


def _entry(member: dict[str, Any]) -> Entry:
    try:
        return Entry(ListState(member["status"]), str(member.get("language", "")))
    except (KeyError, ValueError):
        raise Unknown(STRANGE) from None


def _by_key(members: list[Any]) -> dict[str, dict[str, Any]]:
    """The members that an answer names. It may spell an address otherwise than we do."""
    named = [one for one in members if isinstance(one, dict) and "@" in str(one.get("email_address", ""))]
    return {key_of(one["email_address"]): one for one in named}
