"""The list says what people last said, in both of its homes; who left, by whichever door, stays gone."""

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.mailing import claims, rules, service
from campaign.mailing.audience import Entry, ListState
from campaign.supporters.models import Consent
from tests.house.everything import on_sqlite
from tests.mailing.acts import ANNA, BELA, agree, contact, crowd, due, leave, many_agree, row, sync


def test_a_yes_comes_onto_the_list_once_however_often_it_is_told(listed, home):
    agree(listed, ANNA)
    assert sync(listed, home.audience) == 1
    assert sync(listed, home.audience, times=3) == 0
    assert home.entry(listed, ANNA) == Entry(ListState.SUBSCRIBED, "en")
    assert row(listed).list_state == "subscribed" and due(listed) == set()


@on_sqlite
def test_the_list_learns_the_language(listed, home):
    agree(listed, ANNA, language="es")
    sync(listed, home.audience)
    assert home.entry(listed, ANNA).language == "es"
    agree(listed, ANNA, language="en")
    sync(listed, home.audience)
    assert home.entry(listed, ANNA).language == "en"


@on_sqlite
def test_a_no_takes_them_off(listed, home):
    agree(listed, ANNA, BELA)
    sync(listed, home.audience)
    leave(listed, ANNA)
    assert sync(listed, home.audience) == 1
    assert home.entry(listed, ANNA).state is ListState.UNSUBSCRIBED
    assert home.entry(listed, BELA).state is ListState.SUBSCRIBED
    assert row(listed).list_state == "unsubscribed" and due(listed) == set()


@on_sqlite
def test_a_yes_and_a_no_before_anybody_told_the_list_leave_no_trace_there(listed, home):
    agree(listed, ANNA)
    leave(listed, ANNA)
    assert sync(listed, home.audience) == 1
    assert home.entry(listed, ANNA) is None and due(listed) == set()


@on_sqlite
def test_who_left_at_the_list_stays_gone_however_often_it_is_told(listed, home, later):
    agree(listed, ANNA)
    sync(listed, home.audience)
    home.leave_there(ANNA)
    agree(listed, ANNA)  # a second signature, say: nobody here has heard yet that they left there
    for _ in range(5):
        sync(listed, home.audience)
        later(hours=1)
    assert home.entry(listed, ANNA).state is ListState.UNSUBSCRIBED


@on_sqlite
def test_when_somebody_left_at_the_list_our_own_record_follows(listed, home):
    agree(listed, ANNA)
    sync(listed, home.audience)
    home.leave_there(ANNA)
    agree(listed, ANNA)
    sync(listed, home.audience)
    assert row(listed).subscribed is False and row(listed).list_state == "unsubscribed" and due(listed) == set()
    said = listed.rows(select(Consent.given, Consent.source).order_by(Consent.id))
    assert said[-1] == (False, "mailing list")


@on_sqlite
def test_a_fresh_yes_after_a_no_that_both_sides_know_counts(listed, home):
    agree(listed, ANNA)
    sync(listed, home.audience)
    leave(listed, ANNA)
    sync(listed, home.audience)
    agree(listed, ANNA)
    sync(listed, home.audience, times=3)
    assert home.entry(listed, ANNA).state is home.again
    assert row(listed).list_state == home.again and row(listed).subscribed and due(listed) == set()


@on_sqlite
def test_a_no_after_that_counts_again(listed, home):
    for _ in range(2):
        agree(listed, ANNA)
        sync(listed, home.audience)
        leave(listed, ANNA)
        sync(listed, home.audience)
    assert home.entry(listed, ANNA).state is ListState.UNSUBSCRIBED and due(listed) == set()


def test_what_is_said_while_the_list_is_being_told_is_told_next(listed, home):
    agree(listed, ANNA)
    with listed.inside():
        claim = service._begin(home.audience.name, clock.now())
        outcomes = home.audience.bring_up_to_date(claim.people)
    leave(listed, ANNA)
    with listed.inside(), db.writing():
        assert claims.settle(claim, outcomes, clock.now())[0] == []
    assert due(listed) == {ANNA} and row(listed).list_state == "subscribed"
    sync(listed, home.audience)
    assert home.entry(listed, ANNA).state is ListState.UNSUBSCRIBED and due(listed) == set()


def test_nobody_is_in_two_hands_at_once(listed, home):
    many_agree(listed, *crowd(rules.A_BATCH + 7))
    with listed.inside():
        first, second, third = (service._begin(home.audience.name, clock.now()).people for _ in range(3))
    assert (len(first), len(second), len(third)) == (rules.A_BATCH, 7, 0)
    assert not {one.id for one in first} & {one.id for one in second}


def test_a_worker_that_lost_its_lease_writes_nothing(listed, home, later):
    agree(listed, ANNA)
    with listed.inside():
        slow = service._begin(home.audience.name, clock.now())
        later(seconds=rules.LEASE.total_seconds() + 1)
        quick = service._begin(home.audience.name, clock.now())
        assert [one.id for one in quick.people] == [one.id for one in slow.people]
        outcomes = home.audience.bring_up_to_date(slow.people)
        with db.writing():
            assert claims.settle(slow, outcomes, clock.now())[0] == []
    assert due(listed) == {ANNA} and row(listed).list_leased_until == quick.leased_until


def test_a_worker_that_died_holds_nobody_for_longer_than_its_lease(listed, home, later):
    agree(listed, ANNA)
    with listed.inside():
        service._begin(home.audience.name, clock.now())
    assert sync(listed, home.audience) == 0
    later(seconds=rules.LEASE.total_seconds() + 1)
    assert sync(listed, home.audience) == 1
    assert home.entry(listed, ANNA).state is ListState.SUBSCRIBED


def test_no_more_deliveries_than_the_list_bears(listed, home, later):
    many_agree(listed, *crowd(rules.MOST_AT_ONCE * rules.A_BATCH + 1))
    with listed.inside():
        for _ in range(rules.MOST_AT_ONCE):
            assert service._begin(home.audience.name, clock.now()).people
            later(seconds=1)
        assert service._begin(home.audience.name, clock.now()).people == []


@on_sqlite
def test_a_new_home_is_told_of_everybody(listed, home):
    agree(listed, ANNA, BELA)
    leave(listed, BELA)
    sync(listed, home.audience)

    with listed.inside():
        people = [one for _ in range(2) for one in service._begin("another home", clock.now(), moving=True).people]
    assert {one.email for one in people} == {ANNA, BELA}


@on_sqlite
def test_the_contact_says_when_the_list_last_answered(listed, home):
    agree(listed, ANNA)
    sync(listed, home.audience)
    assert contact(listed) == (0, "", None, clock.now())


@pytest.mark.parametrize("failures", [1, 5, 500])
def test_pauses_are_spread_and_bounded(failures):
    pauses = [rules.pause(failures).total_seconds() for _ in range(100)]
    assert max(pauses) <= rules.LONGEST_PAUSE and min(pauses) >= 1
    assert len({round(one, 1) for one in pauses}) > 40
