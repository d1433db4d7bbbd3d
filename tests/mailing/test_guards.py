"""Negative controls: with a guard taken away, what the other tests promise would not hold, and they would notice."""

import pytest

from campaign import clock, db
from campaign.mailing import claims, deadline, rules, service
from campaign.mailing.audience import Entry, Fate, ListState, Outcome
from campaign.mailing.fake.account import AUDIENCE, KEY
from campaign.mailing.hosted import AtMailchimp
from campaign.mailing.mailchimp import Mailchimp
from campaign.supporters.models import Supporter
from tests.house.everything import on_sqlite
from tests.mailing.acts import ANNA, BELA, agree, due, leave, statuses, sync
from tests.mailing.conftest import PATIENT, hosted

pytestmark = on_sqlite


class WithStatus(AtMailchimp):
    """Says what the person's status is, instead of what a newcomer's should be."""

    if_new = "status"


def test_with_status_instead_of_status_if_new_who_left_would_be_subscribed_again(listed, chimp):
    chimp.members.lenient = True  # as some report of the real one: who left by the API may be subscribed again
    agree(listed, ANNA, BELA)
    sync(listed, hosted(chimp))
    chimp.members.unsubscribe(ANNA)
    chimp.members.get(
        next(key for key, one in chimp.members.known.items() if one.email == ANNA)
    ).unsubscribed_by = "api"
    agree(listed, ANNA, BELA)
    sync(listed, hosted(chimp, WithStatus))
    assert statuses(chimp.members.known.values())[ANNA] == "subscribed"


def test_with_status_if_new_they_stay_gone_even_there(listed, chimp):
    chimp.members.lenient = True
    agree(listed, ANNA, BELA)
    sync(listed, hosted(chimp))
    chimp.members.unsubscribe(ANNA)
    agree(listed, ANNA, BELA)
    sync(listed, hosted(chimp), times=5)
    assert statuses(chimp.members.known.values())[ANNA] == "unsubscribed"


def test_no_call_ever_says_subscribed_about_somebody_who_is_known(listed, chimp):
    for _ in range(2):
        agree(listed, ANNA, BELA)
        sync(listed, hosted(chimp))
        leave(listed, ANNA)
        sync(listed, hosted(chimp))
    said = [one for call in chimp.calls if call.body for one in call.body.get("members", [call.body])]
    assert {one.get("status") for one in said} == {None, "unsubscribed", "pending"}


def test_written_down_before_it_is_said_a_death_in_between_loses_somebody(listed, chimp, later):
    agree(listed, ANNA)
    with listed.inside():
        claim = service._begin("Mailchimp", clock.now())
        with db.writing():
            claims.settle(claim, [Outcome(one, Fate.SETTLED) for one in claim.people], clock.now())
    later(hours=1)  # and here the worker died
    sync(listed, hosted(chimp), times=3)
    assert due(listed) == set() and not chimp.members.known, "the control did not lose anybody"


def test_without_a_lease_a_no_could_be_overtaken_by_the_yes_before_it(listed, chimp, later):
    agree(listed, ANNA)
    with listed.inside():
        yes = service._begin("Mailchimp", clock.now())
        with db.writing() as session:
            session.get_one(Supporter, 1).list_leased_until = None  # the guard is gone
    leave(listed, ANNA)
    sync(listed, hosted(chimp))
    assert due(listed) == set()
    hosted(chimp).bring_up_to_date(yes.people)  # the slow worker's call arrives at last
    later(hours=1)
    sync(listed, hosted(chimp))
    assert statuses(chimp.members.known.values()) == {ANNA: "subscribed"}, "the control was not overtaken"


def test_with_the_lease_it_is_not(listed, chimp, later):
    agree(listed, ANNA)
    with listed.inside():
        yes = service._begin("Mailchimp", clock.now())
    leave(listed, ANNA)
    sync(listed, hosted(chimp))
    assert due(listed) == {ANNA}
    hosted(chimp).bring_up_to_date(yes.people)
    later(seconds=rules.LEASE.total_seconds() + 1)
    sync(listed, hosted(chimp))
    assert statuses(chimp.members.known.values()) == {ANNA: "unsubscribed"}
    assert hosted(chimp).read(ANNA) == Entry(ListState.UNSUBSCRIBED, "en")


class Queue:
    """A gate before which one waits so long that meanwhile somebody else speaks for the same people."""

    def __init__(self, meanwhile):
        self.meanwhile = meanwhile

    def enter(self):
        """After a while."""
        self.meanwhile()

    def leave(self, slot):
        """Nothing to give back."""


A_LONG_TIME = 10_000.0


@pytest.mark.parametrize(
    ("limit", "there"),
    [(0.0, {}), pytest.param(A_LONG_TIME, {ANNA: "subscribed"}, id="without the limit: overtaken")],
)
def test_a_call_whose_slot_came_after_its_lease_is_not_made(listed, chimp, later, limit, there):
    agree(listed, ANNA)

    def meanwhile():
        later(seconds=rules.LEASE.total_seconds() + 1)
        leave(listed, ANNA)
        sync(listed, hosted(chimp))  # the list does not know her, so there is nothing to end
        assert due(listed) == set()

    slow = AtMailchimp(Mailchimp(KEY, chimp.url, PATIENT, gate=Queue(meanwhile)), AUDIENCE, asks=False)
    with listed.inside():
        yes = service._begin(slow.name, clock.now())
    with deadline.beginning_within(limit):
        outcomes = slow.bring_up_to_date(yes.people)
    with listed.inside(), db.writing():
        assert claims.settle(yes, outcomes, clock.now())[0] == []
    assert statuses(chimp.members.known.values()) == there and due(listed) == set()


def test_a_delivery_limits_its_calls_itself(listed, chimp):
    limits = []

    class Looking(AtMailchimp):
        """Says until when its calls may begin."""

        def bring_up_to_date(self, people):
            limits.append(deadline.left())
            return super().bring_up_to_date(people)

    agree(listed, ANNA)
    sync(listed, hosted(chimp, Looking))
    assert limits[0] is not None and 0 < limits[0] <= rules.GO_ON_WITHIN and deadline.left() is None
    assert rules.LEASE.total_seconds() >= rules.GO_ON_WITHIN + rules.A_CALL + rules.THEIR_PATIENCE
