"""R8: whatever goes wrong, at whatever we ask for, both sides come to agree, and few calls are made for it."""

import random
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.mailing import deletions, rules
from campaign.mailing.fake.account import AUDIENCE, KEY
from campaign.mailing.fake.members import key_of
from campaign.mailing.hosted import AtMailchimp
from campaign.mailing.mailchimp import Mailchimp, Patience
from campaign.supporters import erasure, moving
from campaign.supporters.models import Supporter
from tests.house.everything import on_sqlite
from tests.mailing.acts import agree, due, leave, sync
from tests.mailing.conftest import HASTY, PATIENT, hosted

NOWHERE = "no such name"
FAULTS = {
    "429": "429",
    "403 with a page": "403 html",
    "500": "500",
    "503": "503",
    "timeout, not done": "hang",
    "timeout, done": "after: hang",
    "half an answer": "after: cut short",
    "an answer that drips": "after: drip",
    "no JSON": "200 nonsense",
    "connection reset": "reset",
    "no such name": NOWHERE,
    "an answer of another shape": "200 other",
    "done, and nobody heard": "after: reset",
}
MOST_TRIES, MOST_WRITES = 3, 3
WRITES = ("POST", "PUT", "PATCH")


def _new(person):
    return f"new-{person}"


def _yes(site, person):
    agree(site, person, f"also-{person}")


def _again(site, person):
    agree(site, person)


def _moves(site, person):
    with site.inside(), db.writing() as session:
        one = session.scalar(select(Supporter.id).where(Supporter.email == person))
        moving.move(one, _new(person), _new(person), clock.now())


def _erased(site, person):
    with site.inside(), db.writing() as session:
        erasure.erase(session.scalar(select(Supporter.id).where(Supporter.email == person)), clock.now())


# What is done before; what is done; how many calls look before the one that writes; what the list says in the end.
OPERATIONS: dict[str, tuple[list[Any], Any, int, str | None]] = {
    "yes": ([], _yes, 0, "subscribed"),
    "no": ([agree], leave, 0, "unsubscribed"),
    "yes again": ([agree, leave], _again, 1, "pending"),
    "another address": ([agree], _moves, 2, "subscribed"),
    "erasure": ([agree], _erased, 0, None),
}


@pytest.fixture
def syncing(make_site, noon, chimp):
    """A site whose list is at the fake."""
    return make_site(seeded=False, mailchimp_key=KEY, mailchimp_audience=AUDIENCE, mailchimp_host=chimp.url)


def _tell(site, home):
    sync(site, home)
    with site.inside():
        deletions.carry_out(home)


def _owed(site):
    with site.inside(), db.reading():
        return deletions.owed().number


def _failing(chimp, mood, looks):
    """The list as this fault makes it: before the call that writes, it looks in peace."""
    if mood == NOWHERE:
        return AtMailchimp(Mailchimp(KEY, "http://list.invalid", Patience(1, 1, 5)), AUDIENCE, asks=False)
    chimp.moods = [*[""] * looks, mood]
    return hosted(chimp, patience=HASTY if "hang" in mood or "drip" in mood else PATIENT)


@on_sqlite
@pytest.mark.gate("R8", quick=1, full=1)
@pytest.mark.parametrize("name", OPERATIONS)
def test_every_fault_at_every_operation_ends_in_agreement(syncing, chimp, later, name, size):
    before, deed, looks, says = OPERATIONS[name]
    for number, (fault, mood) in enumerate(FAULTS.items()):
        person = f"p{number}@example.org"
        for act in before:
            act(syncing, person)
            _tell(syncing, hosted(chimp))
        deed(syncing, person)
        asked = len(chimp.calls)
        _tell(syncing, _failing(chimp, mood, looks))
        assert chimp.moods == [] and (due(syncing) or _owed(syncing)), fault
        tries = 1
        while (due(syncing) or _owed(syncing)) and tries < 10:
            later(hours=2)
            _tell(syncing, hosted(chimp))
            tries += 1
        theirs = chimp.members.known.get(key_of(_new(person) if deed is _moves else person))
        assert (theirs.status if theirs else None) == says, fault
        assert tries <= MOST_TRIES, fault
        assert sum(call.method in WRITES for call in chimp.calls[asked:]) <= MOST_WRITES, fault
        assert theirs is None or theirs.letters == (says == "pending"), fault
    assert not set(chimp.members.known) & {key_of(f"p{n}@example.org") for n in range(len(FAULTS)) if deed is _moves}


def test_workers_that_failed_together_come_back_apart():
    """No more than five of a hundred within a tenth of a second; without jitter it would be all of them."""
    dice = random.Random(8)
    for failures in range(1, 8):
        at = Counter(int(rules.pause(failures, dice=dice).total_seconds() * 10) for _ in range(100))
        assert max(at.values()) <= 5
    assert max(Counter(int(min(900.0, 10.0 * 2**1) * 10) for _ in range(100)).values()) == 100
