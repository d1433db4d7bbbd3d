"""A worker killed with SIGKILL at any moment neither loses nor doubles a letter.

Between a mail server's 250 and our commit nobody can know; such a letter is not sent again unasked but shown to
staff as uncertain. Into the outbox folder, where writing twice is the same file, nothing is ever uncertain.
"""

import random
import threading
import time
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from campaign import clock, db, dispatch
from campaign.mail import Letter
from campaign.pledges import service
from tests.mail.sink import sink
from tests.processes import free_port, wait_for, working

LETTERS = 12
THREADS = 2  # of a worker, each of which may have a letter in its hand when it is killed


def _owe(site, number: int = LETTERS) -> None:
    with site.inside(), db.writing():
        for one in range(number):
            address = f"anna{one}@example.org"
            service.sign("freedom", service.Promise("Anna Sample", address, address), "en", clock.now())


def _leases_run_out(site) -> None:
    """What a minute and a half does."""
    with site.inside(), db.writing() as session:
        session.execute(update(Letter).values(leased_until=clock.now() - timedelta(seconds=1)))
        session.execute(update(Letter).where(Letter.state == "waiting").values(due_at=clock.now()))


def _states(site) -> Counter[str]:
    return Counter(row[0] for row in site.rows(select(Letter.state)))


def _finish(site) -> None:
    _leases_run_out(site)
    with site.inside():
        dispatch.deliver()


@pytest.mark.gate("R6", quick=4, full=100)
def test_killed_at_random_the_outbox_holds_every_letter_once(make_site, size):
    site, dice = make_site(), random.Random(7)
    for _ in range(size):
        _owe_more(site)
        with working(site.config) as worker:
            wait_for("the worker", lambda: _states(site)["sent"] or worker.poll() is not None)
            time.sleep(dice.random() * 0.3)
            worker.kill()
    _finish(site)
    total = sum(_states(site).values())
    assert _states(site) == {"sent": total}
    assert len(list((site.config.data_dir / "outbox").glob("*.eml"))) == total


def _owe_more(site) -> None:
    with site.inside(), db.writing() as session:
        session.execute(update(Letter).where(Letter.state == "sent").values(state="waiting", due_at=clock.now()))
    if not _states(site):
        _owe(site)


@pytest.mark.parametrize("step", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_killed_at_each_step_of_smtp_nothing_is_lost_or_doubled(make_site, step):
    port = free_port()
    site = make_site(smtp_url=f"smtp://127.0.0.1:{port}")
    _owe(site, 3)
    with sink(port) as server:
        reached = _killed_at(site, server, step)
        assert reached
        _finish(site)
        _finish(site)
    states = _states(site)
    assert len(server.ids) == len(set(server.ids)), "a letter was sent twice"
    if step == "DATA":  # the server has it and the worker could not write that down: a person must look
        assert 1 <= states["uncertain"] <= THREADS and states["sent"] + states["uncertain"] == 3
        assert states["sent"] < len(server.ids) <= 3
    else:
        assert states == {"sent": 3} and len(server.ids) == 3


def test_without_the_mark_a_letter_would_be_sent_twice(make_site):
    port = free_port()
    site = make_site(smtp_url=f"smtp://127.0.0.1:{port}")
    _owe(site, 1)
    with sink(port) as server:
        assert _killed_at(site, server, "DATA", "tests.unguarded:without_claims")
        _finish(site)
    assert len(server.ids) == 2 and len(set(server.ids)) == 1


def _killed_at(site, server, step: str, target: str = "campaign.app:create_app") -> bool:
    """Start a worker and kill it the first time it reaches this step, before it hears the reply."""
    happened = threading.Event()
    with working(site.config, target) as worker:

        def kill(reached: str) -> None:
            if reached == step and not happened.is_set():
                worker.kill()
                worker.wait(10)
                happened.set()

        server.reached = kill
        assert happened.wait(60)
    server.reached = lambda _step: None
    return happened.is_set()


def test_a_worker_told_to_stop_finishes_and_leaves(make_site):
    site = make_site()
    _owe(site, 3)
    with working(site.config) as worker:
        wait_for("the first letter", lambda: _states(site)["sent"])
        worker.terminate()
        assert worker.wait(30) == 0
    _finish(site)
    assert _states(site) == {"sent": 3}
