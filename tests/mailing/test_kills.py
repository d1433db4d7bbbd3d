"""Killed with SIGKILL at any line, or while Mailchimp works, a worker loses nobody, doubles and brings back nobody."""

import random

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.mailing import deletions
from campaign.mailing.fake.account import AUDIENCE, KEY
from campaign.mailing.fake.members import key_of
from campaign.mailing.hosted import AtMailchimp
from campaign.supporters import erasure, moving
from campaign.supporters.models import Supporter
from tests.house.everything import on_sqlite
from tests.mailing.acts import agree, crowd, due, leases_run_out, leave, many_agree, statuses
from tests.mailing.dying import workers

pytestmark = on_sqlite
STEPS = ("asked", "done")  # at Mailchimp: nothing has happened yet; it is done, and nobody has heard


@pytest.fixture
def syncing(make_site, chimp):
    """A site whose list is at the fake."""
    return make_site(seeded=False, mailchimp_key=KEY, mailchimp_audience=AUDIENCE, mailchimp_host=chimp.url)


class People:
    """A crowd that comes and goes: by our door, by the list's own (and they sign again here), or for good.

    Some move to another address first.
    """

    def __init__(self, site, chimp, dice) -> None:
        self.site, self.chimp, self.dice = site, chimp, dice
        self.came = 0
        self.left: set[str] = set()
        self.erased: set[str] = set()
        self.moved: dict[str, str] = {}

    def act(self) -> None:
        """Two come, and now and then somebody goes."""
        new = [f"person{self.came + one}@example.org" for one in range(2)]
        agree(self.site, *new)
        self.came += 2
        here = [one for one in self._recorded() if one not in self.left]
        if self.dice.random() < 0.3:
            self._move(self.dice.choice(here))
        elif self.dice.random() < 0.6:
            self._go(self.dice.choice(here))

    def _recorded(self) -> list[str]:
        return sorted(one[0] for one in self.site.rows(select(Supporter.email)))

    def _move(self, one: str) -> None:
        self.moved[one] = new = f"moved-{one}"
        with self.site.inside(), db.writing() as session:
            moving.move(session.scalar(select(Supporter.id).where(Supporter.email == one)), new, new, clock.now())

    def _go(self, one: str) -> None:
        member = self.chimp.members.known.get(key_of(one))
        door = self.dice.choice(["ours", "theirs", "for good"])
        if door == "for good":
            self.erased.add(one)
            with self.site.inside(), db.writing() as session:
                erasure.erase(session.scalar(select(Supporter.id).where(Supporter.email == one)), clock.now())
            return
        if door == "theirs" and member and member.status == "subscribed":
            self.left.add(one)
            self.chimp.members.unsubscribe(one)
            agree(self.site, one)
        elif door == "ours":
            self.left.add(one)
            leave(self.site, one)

    def expected(self) -> dict[str, str]:
        """Everybody exactly once, and gone who went."""
        names = set(crowd(self.came)) | set(self.moved.values())
        here = names - set(self.moved) - self.erased
        return {one: "unsubscribed" if one in self.left else "subscribed" for one in here}


def _agree_on(site, chimp, people) -> None:
    """Both sides say the same, and nobody's history holds a return."""
    expected, there = people.expected(), statuses(chimp.members.known.values())
    never_told = {one for one in people.left if one not in there}  # a yes and a no before anybody told the list
    assert there == {one: said for one, said in expected.items() if one not in never_told}
    for one in chimp.members.known.values():
        assert one.history == ["subscribed", "unsubscribed"][: len(one.history)], one
    rows = site.rows(select(Supporter.email, Supporter.list_state, Supporter.subscribed))
    assert {row.email: row.list_state for row in rows if row.email in there} == there
    assert {row.email for row in rows} == set(expected)
    with site.inside(), db.reading():
        assert deletions.owed().number == 0, "a deletion was lost"
    assert {row.email for row in rows if not row.subscribed} == people.left


def _finish(site, worker) -> None:
    for _ in range(5):
        leases_run_out(site)
        worker.live()
    assert due(site) == set()


@pytest.mark.gate("R7", quick=6, full=100)
def test_killed_at_any_line_both_sides_come_to_say_the_same(syncing, chimp, size):
    people = People(syncing, chimp, random.Random(7))
    with workers(syncing.config) as worker:
        people.act()
        lines, killed = worker.live(), 0
        assert lines > 200
        for point in range(size):
            people.act()
            killed += not worker.live(1 + point * lines // size)
            leases_run_out(syncing)
        assert killed > size * 0.8
        _finish(syncing, worker)
    _agree_on(syncing, chimp, people)


@pytest.mark.gate("R7", quick=2, full=100)
@pytest.mark.parametrize("step", STEPS)
def test_killed_while_mailchimp_works_too(syncing, chimp, size, step):
    people = People(syncing, chimp, random.Random(11))
    with workers(syncing.config) as worker:
        for _ in range(size):
            people.act()
            _kill_at(chimp, worker, step, people.dice.randint(1, 2))
            worker.live()
            leases_run_out(syncing)
        chimp.reached = lambda _step, _call: False
        _finish(syncing, worker)
    _agree_on(syncing, chimp, people)


def _kill_at(chimp, worker, step: str, number: int) -> None:
    left = [number]

    def kill(reached, _call) -> bool:
        left[0] -= reached == step
        if left[0] == 0:
            left[0] = -1
            worker.kill()
            return True
        return False

    chimp.reached = kill


def test_with_the_answer_written_down_first_a_death_would_lose_somebody(syncing, chimp):
    agree(syncing, *crowd(3))
    with workers(syncing.config) as worker:
        _kill_at(chimp, worker, "asked", 1)
        worker.live("careless")
        chimp.reached = lambda _step, _call: False
        _finish(syncing, worker)
    assert not chimp.members.known, "the control did not lose anybody"


def test_the_whole_is_exactly_once_for_a_crowd(syncing, chimp):
    names = crowd(700)
    many_agree(syncing, *names)
    with workers(syncing.config) as worker:
        for step in STEPS:
            _kill_at(chimp, worker, step, 1)
            worker.live()
            leases_run_out(syncing)
        chimp.reached = lambda _step, _call: False
        _finish(syncing, worker)
    assert statuses(chimp.members.known.values()) == dict.fromkeys(names, "subscribed")
    assert AtMailchimp.if_new == "status_if_new"
