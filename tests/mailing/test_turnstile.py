"""Never more than eight calls at once over all processes; a slot of a dead worker is free again in time."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from campaign import clock, db
from campaign.app import Switches
from campaign.mailing import rules, turnstile
from campaign.mailing.fake.account import AUDIENCE, KEY
from campaign.mailing.hosted import AtMailchimp
from campaign.mailing.mailchimp import Mailchimp
from campaign.mailing.models import ListCall
from tests.house.everything import on_sqlite
from tests.mailing.acts import agree, crowd, due, leases_run_out, leave, statuses, sync
from tests.mailing.conftest import HASTY, PATIENT
from tests.mailing.dying import workers

CALLERS = 12


def _held(site):
    with site.inside():
        return _held_inside()


def _gated(chimp, patience=PATIENT):
    return Mailchimp(KEY, chimp.url, patience, gate=turnstile.Turnstile())


def _all_at_once(site, chimp, together):
    """Twelve ask at the same moment; every call stays until so many are there."""
    full = threading.Event()

    def reached(step, _call):
        if step == "asked":
            if chimp.now >= together:
                full.set()
            full.wait(60)
        return False

    def ask():
        with site.inside():
            _gated(chimp).audience(AUDIENCE)

    chimp.reached = reached
    threads = [threading.Thread(target=ask) for _ in range(CALLERS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()


def test_twelve_who_ask_at_once_are_eight_at_a_time(make_site, chimp):
    site = make_site(seeded=False)
    _all_at_once(site, chimp, rules.CALLS_AT_ONCE)
    assert chimp.most == rules.CALLS_AT_ONCE and len(chimp.calls) == CALLERS
    assert _held(site) == 0


@on_sqlite
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_without_slots_they_would_be_more_than_mailchimp_bears(make_site, chimp):
    site = make_site(seeded=False, switches=Switches(call_slots=False))
    _all_at_once(site, chimp, CALLERS)
    assert chimp.most > 10, "the control was not refused"


def test_a_slot_is_one_holders_until_given_back_or_run_out(listed, later):
    with listed.inside():
        slots = [one for _ in range(rules.CALLS_AT_ONCE) if (one := turnstile.take(clock.now()))]
        assert sorted(one.number for one in slots) == list(range(1, 9))
        assert turnstile.take(clock.now()) is None
        turnstile.give_back(slots[4])
        again = turnstile.take(clock.now())
        assert again and again.number == 5
        later(seconds=turnstile.WHILE.total_seconds() + 1)
        taken_over = turnstile.take(clock.now())
        assert taken_over and taken_over.number == 1
        turnstile.give_back(slots[0])  # its first holder wakes up: the slot is not theirs any more
    assert _held(listed) == 1


@on_sqlite
def test_a_call_that_we_gave_up_keeps_its_slot_and_one_that_failed_does_not(listed, chimp, later):
    with listed.inside():
        for mood, held in (("503", 0), ("429 bare", 0), ("200 html", 0), ("after: hang", 1)):
            chimp.moods = [mood]
            with pytest.raises(Exception, match="Mailchimp"):
                _gated(chimp, HASTY if mood == "after: hang" else PATIENT).audience(AUDIENCE)
            assert _held_inside() == held, mood
        later(seconds=turnstile.WHILE.total_seconds() + 1)
        assert _held_inside() == 0


def _held_inside():
    with db.reading() as session:
        return len(session.scalars(select(ListCall.id).where(ListCall.until >= clock.now())).all())


@on_sqlite
def test_who_finds_no_slot_is_told_later_and_nothing_is_said_to_be_wrong(listed, chimp, monkeypatch, later):
    monkeypatch.setattr(turnstile, "WAIT", 0.0)
    names = crowd(2)
    agree(listed, *names)
    with listed.inside():
        for _ in range(rules.CALLS_AT_ONCE):
            turnstile.take(clock.now())
    home = AtMailchimp(_gated(chimp), AUDIENCE)
    assert sync(listed, home) == 0 and chimp.calls == [] and due(listed) == set(names)
    later(seconds=turnstile.WHILE.total_seconds() + 1)
    assert sync(listed, home) == 2


@on_sqlite
def test_workers_killed_in_the_middle_of_calls_stop_nobody_for_good(make_site, chimp):
    site = make_site(seeded=False, mailchimp_key=KEY, mailchimp_audience=AUDIENCE, mailchimp_host=chimp.url)
    names = crowd(3)
    with workers(site.config) as worker:
        for name in names:
            agree(site, name)
            _kill_at_the_next_call(chimp, worker)
            worker.live()
            leases_run_out(site, slots=False)
        assert _held(site) == len(names)
        chimp.reached = lambda _step, _call: False
        _slots_run_out(site)
        worker.live()
    assert statuses(chimp.members.known.values()) == dict.fromkeys(names, "subscribed")
    assert _held(site) == 0


def _kill_at_the_next_call(chimp, worker):
    left = [1]

    def kill(reached, _call):
        if reached == "asked" and left[0]:
            left[0] = 0
            worker.kill()
            return True
        return False

    chimp.reached = kill


def _slots_run_out(site):
    with site.inside(), db.writing() as session:
        session.execute(update(ListCall).values(until=clock.now() - timedelta(seconds=1)))


@on_sqlite
def test_what_is_left_of_a_timed_out_no_is_looked_at_before_it_is_repeated(listed, chimp, later):
    agree(listed, "anna@example.org")
    sync(listed, AtMailchimp(_gated(chimp), AUDIENCE))
    leave(listed, "anna@example.org")
    chimp.moods = ["after: hang"]
    sync(listed, AtMailchimp(_gated(chimp, HASTY), AUDIENCE))
    asked = len(chimp.calls)
    later(hours=1)
    sync(listed, AtMailchimp(_gated(chimp), AUDIENCE))
    assert [call.method for call in chimp.calls[asked:]] == ["GET"] and due(listed) == set()
