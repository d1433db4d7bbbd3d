"""Killed with SIGKILL at any line, or while Mailchimp works, a worker loses nobody, doubles and brings back nobody."""

import random

import pytest
from sqlalchemy import select

from campaign.mailing.fake.account import AUDIENCE, KEY
from campaign.mailing.hosted import AtMailchimp
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
    """A crowd that comes and goes: half of those who go, by the list's own door, and later sign again here."""

    def __init__(self, site, chimp, dice) -> None:
        self.site, self.chimp, self.dice = site, chimp, dice
        self.came = 0
        self.left: set[str] = set()

    def act(self) -> None:
        """Two come, and now and then somebody goes."""
        new = [f"person{self.came + one}@example.org" for one in range(2)]
        agree(self.site, *new)
        self.came += 2
        here = [one.email for one in self.chimp.members.known.values() if one.email not in self.left]
        if here and self.dice.random() < 0.6:
            one = self.dice.choice(here)
            self.left.add(one)
            if self.dice.random() < 0.5:
                leave(self.site, one)
            else:
                self.chimp.members.unsubscribe(one)
                agree(self.site, one)

    def expected(self) -> dict[str, str]:
        """Everybody exactly once, and gone who went."""
        return {one: "unsubscribed" if one in self.left else "subscribed" for one in crowd(self.came)}


def _agree_on(site, chimp, people) -> None:
    """Both sides say the same, and nobody's history holds a return."""
    assert statuses(chimp.members.known.values()) == people.expected()
    for one in chimp.members.known.values():
        assert one.history == ["subscribed", "unsubscribed"][: len(one.history)], one
    rows = site.rows(select(Supporter.email, Supporter.list_state, Supporter.subscribed))
    assert {row.email: row.list_state for row in rows} == people.expected()
    assert {row.email for row in rows if not row.subscribed} == people.left


def _finish(site, worker) -> None:
    for _ in range(5):
        leases_run_out(site)
        worker.live()
    assert due(site) == set()


@pytest.mark.gate("R7", quick=12, full=100)
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
        assert killed > size * 0.9
        _finish(syncing, worker)
    _agree_on(syncing, chimp, people)


@pytest.mark.gate("R7", quick=4, full=100)
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
