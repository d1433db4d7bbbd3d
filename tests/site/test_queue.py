"""The queue only carries wake-ups: with it work is done at once, without it by the timetable, and nothing is lost."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

from campaign import clock, db, jobs
from campaign.config import normal_url
from campaign.mail import Letter
from campaign.pledges import service
from tests import servers
from tests.house.everything import on_sqlite
from tests.processes import ROOT, wait_for, working


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def queue_url(request: pytest.FixtureRequest) -> str:
    """Where the queue is: a file, or PostgreSQL."""
    if request.param == "sqlite":
        return ""
    return str(request.getfixturevalue("postgres"))


DRIVERS = """
import sys
from pathlib import Path
from campaign import jobs
from campaign.config import Config
library = jobs._library(Config("demo", Path(), "sqlite://", "", "", queue_url=sys.argv[1])).storage
print(bool(library.Redis), bool(library.psycopg), *sorted({"redis", "psycopg"} & set(sys.modules)))
import redis, psycopg  # whoever needs one later gets it
"""


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("", "False False"),
        ("redis://127.0.0.1:1/0", "True False redis"),
        ("postgresql://nobody@127.0.0.1:1/nowhere", "False True psycopg"),
    ],
)
def test_a_process_holds_no_driver_of_a_queue_that_is_not_its_own(address, said):
    command = [sys.executable, "-c", DRIVERS, address]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == said


@pytest.mark.postgres
@on_sqlite
def test_processes_that_start_at_once_all_get_their_queue(make_site, postgres):
    """The control is the library alone: sooner or later one of many gets an error, and would not start."""
    address = normal_url(servers.new_database(postgres))
    config = make_site(seeded=False, queue_url=address).config
    dsn = address.replace("+psycopg", "")

    def bare() -> object:
        return jobs._library(config).PostgresHuey("campaign", dsn=dsn)

    assert all(_started_at_once(partial(jobs._queue, config), dsn) for _ in range(15))
    assert not all(_started_at_once(bare, dsn) for _ in range(300))


def _started_at_once(make: Callable[[], Any], dsn: str, number: int = 6) -> bool:
    """Whether so many who find nothing all have a queue."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    together = Barrier(number)

    def start() -> bool:
        together.wait(20)
        try:
            make().storage.close()
        except psycopg.Error:
            return False
        return True

    with ThreadPoolExecutor(number) as pool:
        return all(one.result() for one in [pool.submit(start) for _ in range(number)])


def _sign(site) -> None:
    with site.inside(), db.writing():
        address = "anna@example.org"
        service.sign("freedom", service.Promise("Anna Sample", address, address), "en", clock.now())


def _sent(site) -> bool:
    return [row[0] for row in site.rows(select(Letter.state))] == ["sent"]


def test_a_letter_goes_out_within_moments_of_the_act(make_site, queue_url):
    site = make_site(queue_url=queue_url)
    with working(site.config):
        wait_for("the worker", lambda: site.app.extensions["jobs"].huey.storage.queue_size() == 0)
        _sign(site)
        wait_for("the letter", lambda: _sent(site), 20)


def test_a_queue_that_is_away_is_never_the_visitors_error(make_site, later, noon):
    site = make_site(queue_url="postgresql://nobody@127.0.0.1:1/nowhere")
    _sign(site)
    assert not _sent(site)
    with site.inside():
        jobs.run_all()
    assert _sent(site)


def test_a_sweep_that_fails_says_so_without_a_word_of_what_it_held(make_site, monkeypatch, caplog):
    site = make_site()

    def broken() -> None:
        raise ValueError("anna@example.org")

    monkeypatch.setitem(jobs.SWEEPS, "broken", jobs.Sweep("broken", broken, {}))
    site.app.extensions["jobs"].tasks["broken"].call_local()
    assert "broken failed: ValueError" in caplog.text and "anna" not in caplog.text


@on_sqlite
def test_a_process_with_nothing_to_hand_over_rests_and_wakes_again(noon, make_site):
    site = make_site(seeded=False)
    own = site.app.extensions["jobs"]
    for _ in range(2):
        own.wake("count-signatures")
        wait_for("the wake-up to be handed over", lambda: not own.waiting)
        wait_for("the thread to end", lambda: own.thread is None)
    assert jobs.pending(site.config) == 2
