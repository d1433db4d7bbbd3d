"""A worker killed with SIGKILL while it sends a newsletter loses nobody and sends nothing twice.

What was in its hand is uncertain, at most what campaign.toml lets be in hand, and each is listed for staff.
"""

import random

import pytest
from sqlalchemy import delete, select, update

from campaign import db, i18n
from campaign.newsletters.models import FinalEdition, Newsletter
from campaign.newsletters.runs import Recipient, RecipientState, Run
from campaign.supporters.models import Supporter
from tests.house.everything import on_sqlite
from tests.newsletters.dying import workers
from tests.newsletters.post_office import post_office
from tests.newsletters.readers import leases_run_out, let_go, ready, state_of
from tests.processes import free_port

# Where a worker dies: a function of ours, and at which call of it; `+` as often as half of the people.
BEGINNING = ("begin_due:1", "give:1", "make_all:1", "keep:1", "build:1", "claim:1", "found_in_a_dead_hand:1")
MIDDLE = ("_turn:1", "_turn:4", "settle:1", "settle:3", "next_ones:1", "_marked:2", "mark:1", "mark:3", "ready:1")
MORE = (
    "ready:+",
    "hand:1",
    "hand:+",
    "_handed_over:1",
    "hand_over:+",
    "_dotted:1",
    "_dotted:+",
    "finished:2",
)
END = ("_release:1", "next_due:1", "finish:1")
QUICK = ("build:1", "mark:2", "hand:+", "_dotted:+", "_release:1")
STEPS = ("MAIL", "RCPT", "DATA")  # of SMTP: the worker dies while the mail server thinks about its answer
SWEEP = "send-newsletters"


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def posting(make_site, port):
    """A site that sends by SMTP."""
    return make_site(seeded=False, smtp_url=f"smtp://127.0.0.1:{port}")


class Trials:
    """One newsletter, sent anew for each death; what came of each is looked at and forgotten."""

    def __init__(self, site, office, number) -> None:
        self.site, self.office = site, office
        self.id, self.names = ready(site, number)
        with site.inside():
            self.in_hand = i18n.site().newsletters.in_hand

    def begin(self, *, anew=True) -> None:
        """As if none had been sent; `anew` as if it had never been let go."""
        self.office.came.clear()
        with self.site.inside(), db.writing() as session:
            if anew:
                for table in (Recipient, FinalEdition, Run):
                    session.execute(delete(table))
                session.execute(update(Newsletter).values(state="draft", sent_at=None))
            else:
                session.execute(update(Recipient).values(state="waiting", attempts=0, handed_at=None, trouble=""))
                session.execute(update(Newsletter).values(state="sending", sent_at=None))
        if anew:
            let_go(self.site, self.id)

    def finish(self, worker) -> None:
        """Time passes, and the next worker does the rest."""
        leases_run_out(self.site)
        worker.live()
        if state_of(self.site, self.id) != "sent":
            worker.live()

    def look(self, kills=1) -> int:
        """Lost 0, double 0, and the uncertain ones are few; how many those are."""
        assert state_of(self.site, self.id) == "sent"
        rows = self.site.rows(select(Supporter.email, Recipient.state).join(Recipient))
        uncertain = {email for email, state in rows if state == RecipientState.UNCERTAIN}
        assert {email for email, _ in rows} == set(self.names) and len(rows) == len(self.names)
        assert self.office.doubles == {}, "somebody got it twice"
        assert not set(self.names) - self.office.people - uncertain, "somebody was lost"
        assert {email for email, state in rows if state == RecipientState.SENT} <= self.office.people
        assert len(uncertain) <= self.in_hand * kills
        return len(uncertain)


@on_sqlite
@pytest.mark.gate("R6", quick=40, full=1_000)
def test_killed_at_every_labelled_point_nothing_is_lost_or_doubled(posting, port, size):
    with post_office(port) as office, workers(posting.config) as worker:
        trials = Trials(posting, office, size)
        for label in (*BEGINNING, *MIDDLE, *MORE, *END) if size > 100 else QUICK:
            trials.begin(anew=label in BEGINNING)
            order = label.replace("+", str(size // 2))
            assert worker.live(order) == 0, f"nobody died at {order}"
            trials.finish(worker)
            trials.look()


@on_sqlite
@pytest.mark.gate("R6", quick=0, full=1_000)
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_each_step_of_smtp_nothing_is_lost_or_doubled(posting, port, size, step):
    _killed_at_a_step(posting, port, size, step)


@pytest.mark.gate("R6", quick=30, full=1_000)
def test_killed_while_the_mail_server_has_a_letter_nobody_can_know(posting, port, size):
    assert _killed_at_a_step(posting, port, size, "DATA") >= 1


def _killed_at_a_step(posting, port, size, step) -> int:
    with post_office(port) as office, workers(posting.config) as worker:
        trials = Trials(posting, office, size)
        trials.begin()
        _kill_at(office, worker, step, size // 2)
        worker.live()
        office.reached = lambda _step: None
        trials.finish(worker)
        return trials.look()


@on_sqlite
@pytest.mark.gate("R6", quick=0, full=300)
def test_killed_at_any_line_nothing_is_lost_or_doubled(posting, port, size):
    people, dice = (1_000 if size > 50 else 40), random.Random(11)
    with post_office(port) as office, workers(posting.config) as worker:
        trials = Trials(posting, office, people)
        trials.begin()
        worker.live()
        assert trials.look() == 0
        trials.begin(anew=False)
        lines, killed = worker.live(), 0
        assert trials.look() == 0 and lines > people
        for _ in range(size):
            trials.begin(anew=False)
            killed += not worker.live(dice.randint(1, lines))
            trials.finish(worker)
            trials.look()
        assert killed > size * 0.7


@on_sqlite
@pytest.mark.gate("R6", quick=0, full=20)
def test_killed_again_and_again_on_the_way_everybody_gets_one(posting, port, size):
    with post_office(port) as office, workers(posting.config) as worker:
        trials = Trials(posting, office, 60)
        trials.begin()
        deaths = 0
        while deaths < size and not worker.live("_handed_over:9"):  # until fewer than nine are left
            deaths += 1
            leases_run_out(posting)
        trials.finish(worker)
        assert deaths >= 3
        trials.look(deaths)


@on_sqlite
def test_what_was_in_a_dead_hand_is_listed_and_goes_once_more_only_when_somebody_says_so(posting, port, staff_of):
    with post_office(port) as office, workers(posting.config) as worker:
        trials = Trials(posting, office, 20)
        trials.begin()
        assert worker.live("ready:2") == 0  # some are marked, and the server has none of them: its log says so
        trials.finish(worker)
        uncertain = trials.look()
        person = staff_of(posting)
        page = person.get(f"/staff/newsletters/{trials.id}/sending")
        assert "the worker stopped while the mail server may have had the letter" in page.text
        assert len(uncertain_ones(page)) == uncertain > 2
        before = len(office.came)
        person.press(page, "Leave it")
        posting.work(SWEEP)
        assert len(office.came) == before
        page = person.get(f"/staff/newsletters/{trials.id}/sending")
        assert len(uncertain_ones(page)) == uncertain - 1
        person.press(page, "Send once more")
        posting.work(SWEEP)
        assert len(office.came) == before + 1 and office.doubles == {}
        page = person.get(f"/staff/newsletters/{trials.id}/sending")
        person.press(page, f"Send all {uncertain - 2} uncertain once more")
        posting.work(SWEEP)
    assert len(office.came) == before + uncertain - 1 and office.doubles == {}
    assert state_of(posting, trials.id) == "sent"


def uncertain_ones(page):
    """The buttons beside uncertain letters."""
    return [one for one in page.all("button") if one.to_text().strip().startswith("Send once more")]


@on_sqlite
def test_marked_as_sent_before_it_is_handed_over_a_letter_would_be_lost(posting, port):
    with post_office(port) as office, workers(posting.config, "settle_after") as worker:
        trials = Trials(posting, office, 20)
        trials.begin()
        _kill_at(office, worker, "MAIL", 4)
        worker.live()
        office.reached = lambda _step: None
        trials.finish(worker)
    assert set(trials.names) - office.people, "the control lost nobody"


@on_sqlite
def test_without_the_mark_a_letter_would_be_sent_twice(posting, port):
    with post_office(port) as office, workers(posting.config, "claim_letters") as worker:
        trials = Trials(posting, office, 20)
        trials.begin()
        _kill_at(office, worker, "DATA", 4)
        worker.live()
        office.reached = lambda _step: None
        leases_run_out(posting)
        worker.live()
    assert office.doubles, "the control doubled nobody"


def _kill_at(office, worker, step: str, number: int) -> None:
    left = [number]

    def kill(reached: str) -> None:
        left[0] -= reached == step
        if left[0] == 0:
            left[0] = -1
            worker.kill()

    office.reached = kill
