"""`/metrics` for Prometheus, behind a token: answers, letters, the list, sweeps, the disk. Numbers, and nobody.

Each web process counts its own answers into a file (`DATA_DIR/metrics`), and whichever is asked adds all of them up.
The rest is looked up in the records when it is asked for. Small numbers are not hidden: this is for the operator.
"""

import os
import shutil
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, Response, abort, current_app
from sqlalchemy.exc import SQLAlchemyError

from . import clock, db, mail, pulse, security
from .answers import SHARED, Answers
from .config import Config
from .mailing import service as mailing
from .pledges import editing
from .staff import audit

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import Metric

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)  # seconds
TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Counts:
    """The answers of this process, by page and kind of status, and how long they took."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self.own = CollectorRegistry()
        labels, words = ["endpoint", "status"], "Answers by page and kind of status."
        self.answers = Counter("campaign_answers", words, labels, registry=self.own)
        words = "Seconds that an answer took, by page; not the time that it waited for its turn."
        self.seconds = Histogram("campaign_answer_seconds", words, ["endpoint"], registry=self.own, buckets=BUCKETS)
        self.known: dict[tuple[str, int], tuple[Any, Any]] = {}

    def note(self, endpoint: str, status: int, seconds: float) -> None:
        """One more answer."""
        key = endpoint, status // 100
        if (found := self.known.get(key)) is None:
            found = self.answers.labels(endpoint, f"{status // 100}xx"), self.seconds.labels(endpoint)
            self.known[key] = found
        found[0].inc()
        found[1].observe(seconds)

    def all(self) -> "CollectorRegistry":
        """What all processes of this server have counted, and what the records say."""
        from prometheus_client import CollectorRegistry
        from prometheus_client.multiprocess import MultiProcessCollector

        together = CollectorRegistry()
        if os.environ.get(SHARED):
            MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        else:
            together.register(self.own)
        together.register(Now())
        return together


class Now:
    """What the records and the disk say at this moment."""

    def collect(self) -> Iterator["Metric"]:
        """Every number; when the records are away, that they are."""
        from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily

        yield InfoMetricFamily("campaign_build", "The program.", {"version": _version()})
        free = shutil.disk_usage(cast(Config, current_app.extensions["config"]).data_dir).free
        yield GaugeMetricFamily("campaign_disk_free_bytes", "Free on the disk of DATA_DIR.", float(free))
        try:
            with db.reading():
                found = [*_of_the_records()]
        except SQLAlchemyError:
            found = []
        yield GaugeMetricFamily("campaign_records_up", "Whether the records can be read.", float(bool(found)))
        yield from found


def _of_the_records() -> Iterator["Metric"]:
    from prometheus_client.core import GaugeMetricFamily

    yield _by("campaign_letters", "Letters by state.", "state", mail.counts())
    oldest, now = mail.oldest_waiting(), clock.now()
    age = (now - oldest).total_seconds() if oldest else 0.0
    yield GaugeMetricFamily("campaign_letters_oldest_waiting_seconds", "Age of the oldest letter that waits.", age)
    standing = mailing.standing()
    yield GaugeMetricFamily("campaign_list_due", "People of whom the list has to be told.", standing.waiting)
    yield GaugeMetricFamily("campaign_list_stuck", "People whom the list does not take.", standing.stuck)
    confirmed = editing.figures()["confirmed"]
    yield GaugeMetricFamily("campaign_signatures_confirmed", "Signatures that count.", confirmed)
    successes = {name: at.timestamp() for name, at in pulse.successes().items()}
    yield _by("campaign_sweep_succeeded_seconds", "When each sweep last went well (Unix time).", "sweep", successes)
    check = audit.last_check()
    broken = float(bool(check and check.trouble))
    yield GaugeMetricFamily("campaign_audit_broken", "Whether the last look at the trail found trouble.", broken)


def _by(name: str, words: str, label: str, numbers: dict[str, Any]) -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(name, words, labels=[label])
    for value, number in numbers.items():
        family.add_metric([value], float(number))
    return family


def _version() -> str:
    try:
        return version("freedom-campaign")
    except PackageNotFoundError:
        return "unknown"


def install(app: Flask, config: Config, answers: Answers) -> None:
    """Give the site its `/metrics`. Without a token in the settings nothing is counted, and the address is none."""
    counts = Counts() if config.metrics_token else None
    if counts:
        answers.count = counts.note

    def metrics() -> Response:
        if counts is None:
            abort(404)
        headers = {"Cache-Control": "no-store"}
        if not security.holds_token(config.metrics_token):
            return Response("The token is missing or wrong.\n", 401, {**headers, "WWW-Authenticate": "Bearer"})
        from prometheus_client import generate_latest

        return Response(generate_latest(counts.all()), headers={**headers, "Content-Type": TYPE})

    app.add_url_rule("/metrics", "metrics", metrics)
