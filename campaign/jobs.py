"""Work after the answer: wake-ups, sweeps and the timetable; the only file that knows the queue library.

A sweep is a function without arguments that brings something up to date and may run at any time, twice, or at
two places at once. What is to be done is a row; a lost wake-up costs at most the minute until the timetable.
"""

import logging
import sqlite3
import sys
import threading
from collections.abc import Callable, Collection
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from time import sleep
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, current_app

from . import clock, db
from .config import Config, normal_url
from .pulse import Pulse

if TYPE_CHECKING:
    from huey import Huey
    from huey.consumer import Consumer

log = logging.getLogger("campaign.jobs")
DRIVERS = {"redis": "redis", "postgres": "psycopg"}  # by how the address of a queue begins
TABLES = 8  # and indexes that a queue on PostgreSQL makes, at most; each may be somebody else's first
PATIENCE = 3  # seconds that the queue may take to answer when we knock
PAUSE = 0.1  # seconds between two wake-ups of one process: a crowd of acts wakes a sweep once
IDLE = 2.0  # seconds without a wake-up after which the thread that hands them over ends


@dataclass(frozen=True)
class Sweep:
    """A named piece of upkeep and when the timetable runs it."""

    name: str
    run: Callable[[], object]
    when: dict[str, str]


SWEEPS: dict[str, Sweep] = {}


def sweep(name: str, **when: str) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Declare a sweep; `when` is what huey's crontab takes, every minute if nothing is said."""

    def declare(run: Callable[[], object]) -> Callable[[], object]:
        SWEEPS[name] = Sweep(name, run, when)
        return run

    return declare


@dataclass
class Jobs:
    """The queue of one process, and a thread that hands wake-ups over so that no visitor waits for it."""

    app: Flask
    config: Config
    waiting: set[str] = field(default_factory=set)
    ring: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    pulse: Pulse = field(default_factory=Pulse)
    consumer: "Consumer | None" = None

    @cached_property
    def huey(self) -> "Huey":
        """The queue, opened when it is first needed: a page must not fail because the queue is away."""
        return _queue(self.config)

    @cached_property
    def tasks(self) -> dict[str, Any]:
        """What the queue can be asked to run: every sweep, woken by name and by the timetable."""
        crontab, tasks = _library(self.config).crontab, {}
        for one in SWEEPS.values():
            self.huey.periodic_task(crontab(**one.when), name=f"{one.name} by the timetable")(_inside(self.app, one))
            tasks[one.name] = self.huey.task(name=one.name)(_inside(self.app, one))
        return tasks

    def close(self) -> None:
        """Let go of the queue, if it was opened."""
        if "huey" in vars(self):
            self.huey.storage.close()

    def wake(self, name: str) -> None:
        """Run this sweep soon."""
        with self.lock:
            self.waiting.add(name)
            self.ring.set()
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=self._hand_over, daemon=True, name="wake-ups")
                self.thread.start()

    def _hand_over(self) -> None:
        while names := self._taken():
            for name in names & set(SWEEPS):
                try:
                    self.tasks[name]()
                except Exception as error:  # noqa: BLE001 (the timetable will do it; never the visitor's error)
                    log.warning("could not wake %s: %s", name, type(error).__name__)
            sleep(PAUSE)

    def _taken(self) -> set[str]:
        """What is to be woken, as soon as there is something; empty when nothing came and the thread may end."""
        self.ring.wait(IDLE)
        self.ring.clear()
        with self.lock:
            names, self.waiting = self.waiting, set()
            if not names:
                self.thread = None  # whoever comes next starts another
        return names


def install(app: Flask, config: Config) -> Jobs:
    """Give the site its queue: a file beside the records, PostgreSQL or Redis."""
    jobs = app.extensions["jobs"] = Jobs(app, config)
    return jobs


def _inside(app: Flask, one: Sweep) -> Callable[[], None]:
    pulse = cast(Jobs, app.extensions["jobs"]).pulse

    def run() -> None:
        with app.app_context():
            try:
                one.run()
            except Exception as error:  # noqa: BLE001 (the rows say what is left to do; the next round does it)
                what = type(error).__name__  # no traceback: it would hold values
                log.error("sweep %s failed: %s", one.name, what)  # noqa: TRY400
                pulse.note(one.name, went_well=False)
            else:
                pulse.note(one.name, went_well=True)

    return run


def _queue(config: Config) -> "Huey":
    huey, kind = _library(config), _kind(config)
    settings: dict[str, Any] = {
        "results": False,  # a stored traceback would hold personal data
        "serializer": huey.serializer.SignedSerializer(secret=config.secret_key, salt="campaign.jobs"),
    }
    if kind == "redis":
        return huey.RedisHuey("campaign", url=config.queue_url, **settings)
    if kind == "psycopg":
        settings["dsn"] = normal_url(config.queue_url).replace("+psycopg", "")
        return _with_tables(partial(huey.PostgresHuey, "campaign", **settings))
    # Losing the queue file loses nothing but time, so it need not wait for the disk.
    return huey.SqliteHuey("campaign", filename=str(config.data_dir / "queue.db"), fsync=False, **settings)


def _with_tables(make: Callable[[], "Huey"]) -> "Huey":
    """A queue on PostgreSQL, whose library makes its tables where there are none.

    Of two processes that do so at once PostgreSQL refuses one, though it asked only for what is not there yet; when it
    asks again it is there.
    """
    from psycopg.errors import DuplicateObject, DuplicateTable, UniqueViolation

    for _ in range(TABLES):
        with suppress(UniqueViolation, DuplicateObject, DuplicateTable):
            return make()
    return make()


def _kind(config: Config) -> str:
    """The driver of this site's queue; that of a file is always there."""
    return next((driver for begin, driver in DRIVERS.items() if config.queue_url.startswith(begin)), "sqlite3")


def _library(config: Config) -> Any:
    """The queue library, read when the queue is first needed; of the drivers it gets to see that of this site alone.

    It would read each that is installed, 15 MB in every process, and takes one that it cannot import for not installed.
    """
    hidden = set(DRIVERS.values()) - {_kind(config)} - set(sys.modules)
    sys.modules |= dict.fromkeys(hidden, cast(Any, None))
    try:
        import huey.consumer
        import huey.serializer
    finally:
        for name in hidden:
            del sys.modules[name]
    return huey


def knock() -> None:
    """See whether the queue is there, on a connection of its own. Raises whatever its library makes of it."""
    config = cast(Jobs, current_app.extensions["jobs"]).config
    if config.queue_url.startswith("redis"):
        from redis import Redis

        with Redis.from_url(config.queue_url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE) as redis:
            redis.ping()
    elif config.queue_url.startswith("postgres"):
        import psycopg

        dsn = normal_url(config.queue_url).replace("+psycopg", "")
        with psycopg.connect(dsn, connect_timeout=PATIENCE) as connection:
            connection.execute("SELECT 1")
    else:
        with closing(sqlite3.connect(config.data_dir / "queue.db", timeout=PATIENCE)) as file:
            file.execute("SELECT count(*) FROM sqlite_master")


def wake(name: str) -> None:
    """Run this sweep soon after the change that is being made is committed."""
    jobs = cast(Jobs, current_app.extensions["jobs"])
    db.after_commit(lambda: jobs.wake(name))


SEEN = "worker-seen"  # a file in DATA_DIR, with the moment of the last round of the timetable


@sweep("say-alive")
def say_alive() -> None:
    """Leave a sign by which `campaign doctor` knows that a worker is at work."""
    config = cast(Config, current_app.extensions["config"])
    (config.data_dir / SEEN).write_text(clock.now().isoformat(), encoding="utf-8")


def pending(config: Config) -> int:
    """How many wake-ups wait in the queue. Raises whatever the queue's own library raises when it is away."""
    queue = _queue(config)
    try:
        return int(queue.pending_count())
    finally:
        queue.storage.close()


def work(app: Flask, workers: int = 2) -> None:
    """Be a worker until told to stop: SIGTERM lets the running sweeps finish."""
    jobs = cast(Jobs, app.extensions["jobs"])
    log.info("working on %s", ", ".join(sorted(jobs.tasks)))
    consumer = jobs.consumer = _library(jobs.config).consumer.Consumer(
        jobs.huey, workers=workers, worker_type="thread", max_delay=0.5, graceful_signal="TERM", shutdown_timeout=25
    )
    consumer.run()


def stopping() -> bool:
    """Whether this worker was told to stop: a sweep that takes long leaves the rest of its work to the next one."""
    consumer = cast(Jobs, current_app.extensions["jobs"]).consumer
    return consumer is not None and consumer.stop_flag.is_set()


def run_all(but: Collection[str] = ()) -> None:
    """Run every sweep but these here and now, for tests. What the first round begins, a second finishes.

    Those with a time of their own in the timetable run once: they ask more of the records than all others together.
    """
    every_minute = [one for one in SWEEPS.values() if not one.when]
    for one in [*SWEEPS.values(), *every_minute]:
        if one.name not in but:
            one.run()
