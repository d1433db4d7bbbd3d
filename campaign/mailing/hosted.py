"""The list at Mailchimp: many newcomers in one call, everybody else in a call of their own.

| what the person said             | what Mailchimp is told                                                     |
|----------------------------------|----------------------------------------------------------------------------|
| yes                              | batch of 500 with `status_if_new`: who is known there keeps their status   |
| no                               | PATCH `status: unsubscribed`; 404 means that there is nothing to end         |
| yes again after the list's no    | PATCH `status: pending`: Mailchimp asks them, and they click                 |
| "write to this address"          | PATCH `email_address`, under the old one                                     |
| left a group of ours             | its tag goes; nothing else                                                   |

Who is erased here is deleted there for good (delete-permanent): nothing of ours can bring them back then. A newcomer
is `subscribed`, because our own letter has asked them, or `pending` where the audience asks everybody itself.

Whoever an answer names as an error is told once more alone (PUT), whose answer has a status and a title; whoever it
does not name at all is unknown. After a delivery that nobody heard the end of, we read before we write.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from ..errors import Passing, Permanent
from . import rules
from .alone import Alone
from .audience import Entry, ListState, Outcome, Person
from .crowd import Crowd
from .delivery import Delivery
from .mailchimp import STRANGE, Declined, Mailchimp, Unknown, key_of
from .saying import SHOWN, Saying, by_key, entry_of

FIELDS = ("email_address", "status", "language")
PAGES = 10  # thousands of changed members that are looked through before writing again
READINGS = 3  # of the whole list, until one of them is of a list that kept still
NO_AUDIENCE = "Mailchimp has no such audience. Look at MAILCHIMP_AUDIENCE."
SKEW = timedelta(hours=1)  # their clock and ours


class AtMailchimp:
    """One audience of one account. `asks`: whether it asks newcomers itself; it is looked up when nobody says."""

    name = "Mailchimp"
    if_new = "status_if_new"  # `status` would bring back who left; a test shows it

    def __init__(self, client: Mailchimp, audience: str, *, asks: bool | None = None) -> None:
        self.client, self.audience, self.asks = client, audience, asks
        self.saying = Saying(self.if_new)
        if asks is not None:
            self._say_how(asks=asks)

    def bring_up_to_date(self, people: Sequence[Person]) -> list[Outcome]:
        """Tell Mailchimp about them; see above."""
        delivery = Delivery(people)
        newcomers = [one for one in people if one.wanted and not one.again and not one.before]
        if newcomers and self.asks is None:
            delivery.attempt([], self._look_around)
        unsure = [one for one in newcomers if one.unsure_since]
        if unsure:
            delivery.attempt(unsure, lambda: self._already_there(unsure))
        Crowd(self.client, self.audience, self.saying, self._no_audience, delivery).tell(delivery.unknown(newcomers))
        alone = Alone(self.client, self.audience, self.saying, self._no_audience)
        for one in delivery.unknown(people):
            delivery.attempt([one], partial(_singly, alone, one))
        return delivery.outcomes()

    def _look_around(self) -> list[Outcome]:
        try:
            about = self.client.audience(self.audience)
        except Declined as error:
            raise Passing(NO_AUDIENCE) from error
        self._say_how(asks=bool(about.get("double_optin")))
        return []

    def _say_how(self, *, asks: bool) -> None:
        self.asks, self.saying.newcomers = asks, ListState.PENDING if asks else ListState.SUBSCRIBED

    def read(self, address: str) -> Entry | None:
        """What Mailchimp says of this address. Raises Passing, Unknown."""
        try:
            member = self.client.get(self.audience, address, FIELDS)
        except Declined as error:
            self._expect(error, 404)
            return None
        return entry_of(member)

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

    def answers(self, *, lately: bool) -> bool:
        """Look how this audience takes newcomers, once; whether it said so. What goes wrong is met again, and told."""
        if self.asks is not None:
            return lately
        try:
            self._look_around()
        except (Passing, Permanent, Unknown):
            return False
        return True

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
            found |= {str(one["email_address"]).lower(): entry_of(one).state for one in answer["members"]}
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

    def _already_there(self, people: Sequence[Person]) -> Iterator[Outcome]:
        """Those of whom an earlier call, whose answer was lost, did arrive."""
        begun = min(one.unsure_since for one in people if one.unsure_since)
        since = (begun - SKEW).isoformat(timespec="seconds")
        there: dict[str, dict[str, Any]] = {}
        for page in range(PAGES):
            fields = [f"members.{field}" for field in SHOWN]
            answer = self.client.changed(self.audience, since, [*fields, "total_items"], page * 1000)
            if not isinstance(members := answer.get("members"), list):
                raise Unknown(STRANGE)
            there |= by_key(members)
            if len(members) < 1000:
                break
        for one in people:
            member = there.get(key_of(one.email))
            if member and self.saying.is_right(one, member):
                yield rules.judge(one, entry_of(member).state)

    def _no_audience(self) -> list[Outcome]:
        """A 404 may mean the person or the audience. Raises Passing when it is the audience."""
        try:
            self.client.audience(self.audience)
        except Declined as error:
            raise Passing(NO_AUDIENCE) from error
        return []

    def _expect(self, error: Declined, status: int) -> None:
        if error.status != status:
            raise Passing(f"Mailchimp did not let us look ({error.title}).") from error
        self._no_audience()


def _singly(alone: Alone, person: Person) -> list[Outcome]:
    return [alone.tell(person)]
