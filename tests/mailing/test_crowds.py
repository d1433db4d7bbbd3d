"""Many people at once: few calls, no more at a time than Mailchimp bears, each answer read person by person."""

import json
import subprocess
import sys
import threading
from contextlib import suppress

import pytest
from sqlalchemy import delete, func, select

from campaign import db
from campaign.mailing import rules, service, turnstile
from campaign.mailing.fake.account import AUDIENCE, KEY
from campaign.mailing.hosted import AtMailchimp
from campaign.mailing.mailchimp import Mailchimp
from campaign.supporters.models import Supporter
from tests.house.everything import on_sqlite
from tests.mailing.acts import ANNA, BELA, agree, contact, crowd, due, leave, many_agree, row, statuses, sync
from tests.mailing.conftest import PATIENT, hosted
from tests.processes import ROOT, environment

pytestmark = on_sqlite
WHO = select(func.count()).where(Supporter.list_state == "subscribed")


@pytest.mark.gate("P13", quick=1100, full=10_000)
def test_a_crowd_costs_a_call_for_each_five_hundred(listed, chimp, size):
    many_agree(listed, *crowd(size))
    chimp.contract = None  # the contract is held to with fewer people; it takes its time with so many
    assert sync(listed, hosted(chimp)) == size and listed.rows(WHO) == [(size,)]
    assert len(chimp.calls) == -(-size // 500) <= 25 and chimp.most <= rules.CALLS_AT_ONCE
    assert len(chimp.members.known) == size


@pytest.mark.gate("P13", quick=2100, full=100_000)
def test_a_first_sync_asks_eight_at_a_time_and_seldom(make_site, chimp, size):
    site = make_site(seeded=False)
    many_agree(site, *crowd(size))
    chimp.contract, together = None, threading.Barrier(min(rules.CALLS_AT_ONCE, -(-size // rules.A_BATCH)))

    def reached(step, call):
        if step == "asked" and call.method == "POST" and not together.broken:
            with suppress(threading.BrokenBarrierError):
                together.wait(20)  # the first calls that tell come together, or this is broken
        return False

    chimp.reached = reached
    home = AtMailchimp(Mailchimp(KEY, chimp.url, PATIENT, gate=turnstile.Turnstile()), AUDIENCE)
    while sync(site, home):
        pass
    assert site.rows(WHO) == [(size,)] and len(chimp.members.known) == size
    assert len(chimp.calls) == -(-size // rules.A_BATCH) + 1  # the one that looks whether the audience asks itself
    assert chimp.most <= rules.CALLS_AT_ONCE and not any(call.method == "PUT" for call in chimp.calls)
    asked = len(chimp.calls)
    sync(site, home)
    assert len(chimp.calls) - asked <= 2, "nothing was due"


@pytest.mark.gate("P13", quick=0, full=100_000)
def test_a_first_sync_takes_little_longer_than_mailchimp_and_little_memory(make_site, chimp, size, record_property):
    """Of a batch of 500 Mailchimp takes seconds; the fake takes two, and one to look."""
    chimp.contract, answer = None, 2.0
    chimp.takes = lambda call: answer if call.method == "POST" else 0.1
    costs = []
    for number in (1000, size):
        chimp.members.known.clear()
        chimp.calls.clear()
        site = make_site(seeded=False, mailchimp_host=chimp.url, mailchimp_key=KEY, mailchimp_audience=AUDIENCE)
        env = environment(site.config)
        command = [sys.executable, "-m", "tests.mailing.first_sync", str(number)]
        done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=True)
        costs.append({**json.loads(done.stdout), "calls": len(chimp.calls)})
        with site.inside(), db.writing() as session:
            session.execute(delete(Supporter))
    small, big = costs
    theirs = sum(chimp.takes(call) for call in chimp.calls) / rules.CALLS_AT_ONCE
    record_property("first sync", f"{big} against {small}; the fake alone: {theirs:.1f} s")
    print(f"first sync: {big} against {small}; the fake alone: {theirs:.1f} s")
    assert big["calls"] <= 205 and big["told"] == size
    assert big["peak"] - small["peak"] <= 40
    assert big["seconds"] <= 1.3 * theirs


def test_several_workers_share_the_work_and_never_ask_more_than_mailchimp_bears(listed, chimp):
    many_agree(listed, *crowd(60))
    leavers = crowd(60)[:30]
    sync(listed, hosted(chimp))
    leave(listed, *leavers)
    asked = len(chimp.calls)
    workers = [threading.Thread(target=sync, args=(listed, hosted(chimp))) for _ in range(8)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert sync(listed, hosted(chimp)) == 0 and due(listed) == set()
    assert len(chimp.calls) - asked == 30, "somebody was told about twice"
    assert chimp.most <= 8


def test_one_wrong_person_in_a_batch_holds_nobody_up(listed, chimp, later, staff_of):
    names = crowd(5)
    chimp.members.fakes.add(names[2])
    agree(listed, *names)
    assert sync(listed, hosted(chimp)) == 4
    assert set(statuses(chimp.members.known.values())) == set(names) - {names[2]}
    assert row(listed, names[2]).list_stuck_at and "looks invalid" in row(listed, names[2]).list_trouble
    assert contact(listed).trouble == ""
    asked = len(chimp.calls)
    later(days=1)
    sync(listed, hosted(chimp), times=3)
    assert len(chimp.calls) == asked, "who is stuck is asked about again"


def test_when_a_whole_call_is_declined_the_one_it_is_about_is_found(listed, chimp, monkeypatch):
    names = crowd(20)
    agree(listed, *names)
    many = chimp.members.many

    def picky(body, **kwargs):
        from campaign.mailing.fake.members import Problem

        if any(one["email_address"] == names[7] for one in body["members"]):
            raise Problem(400, "Invalid Resource")
        return many(body, **kwargs)

    monkeypatch.setattr(chimp.members, "many", picky)
    chimp.members.fakes.add(names[7])
    assert sync(listed, hosted(chimp)) == 19
    assert row(listed, names[7]).list_stuck_at and len(chimp.calls) < 15


@pytest.mark.parametrize(
    ("what", "state", "words"),
    [
        ("bounce", "cleaned", "came back"),
        ("archive", "archived", "archived this person"),
        ("forget", "forgotten", "deleted this person for good"),
    ],
)
def test_whom_the_list_will_not_take_is_stuck_with_the_reason(listed, chimp, what, state, words):
    agree(listed, ANNA, BELA)
    sync(listed, hosted(chimp))
    from campaign.mailing.fake.members import key_of

    getattr(chimp.members, what)(ANNA if what == "bounce" else key_of(ANNA))
    agree(listed, ANNA, BELA)
    sync(listed, hosted(chimp), times=3)
    assert row(listed).list_state == state and words in row(listed).list_trouble
    assert due(listed) == {ANNA} and row(listed, BELA).list_state == "subscribed"
    leave(listed, ANNA)
    sync(listed, hosted(chimp))
    assert due(listed) == set() and not row(listed).list_stuck_at


def test_somebody_whom_an_answer_does_not_mention_is_not_taken_for_told(listed, chimp, monkeypatch, later):
    agree(listed, ANNA, BELA)
    many = chimp.members.many

    def forgetful(body, **kwargs):
        answer = many(body, **kwargs)
        return {**answer, "new": answer["new"][1:]}

    monkeypatch.setattr(chimp.members, "many", forgetful)
    assert sync(listed, hosted(chimp)) == 1
    assert due(listed) == {ANNA}
    later(hours=1)
    sync(listed, hosted(chimp))
    assert due(listed) == set() and len(chimp.members.known) == 2


def test_nothing_is_asked_when_there_is_nothing_to_say(listed, chimp):
    with listed.inside():
        assert service.sync(hosted(chimp)) == 0
    assert chimp.calls == []
