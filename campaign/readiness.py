"""`/readyz`: whether the site can do its work, and what is wrong, in words, for those who look after it."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

from flask import Flask, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from . import clock, db, jobs, post, pulse, schema, security
from .config import Config

HELD = 2.0  # seconds that a look holds good, so that nobody can make the site look without end
LEAST_FREE = 200_000_000  # bytes on the disk of DATA_DIR


@dataclass
class Readiness:
    """The last look of this process: what was looked at, and what is wrong with it (nothing, when it is empty)."""

    config: Config
    looked_at: float = float("-inf")
    found: dict[str, str] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def look(self) -> dict[str, str]:
        """How everything stands now, or stood a moment ago."""
        with self.lock:
            if monotonic() - self.looked_at > HELD:
                self.found = {what: trouble(self.config) for what, trouble in CHECKS.items()}
                self.looked_at = monotonic()
            return self.found


def install(app: Flask, config: Config) -> Readiness:
    """Give the site its `/readyz`."""
    readiness = app.extensions["readiness"] = Readiness(config)

    def readyz() -> Response:
        found = readiness.look()
        ready = not any(found.values())
        words = "ready\n" if ready else "not ready\n"
        if security.from_this_machine() or security.holds_token(config.metrics_token):
            words += "".join(f"{what}: {trouble or 'well'}\n" for what, trouble in found.items())
        answer = Response(words, 200 if ready else 503, mimetype="text/plain")
        answer.headers["Cache-Control"] = "no-store"
        if not ready:
            answer.headers["Retry-After"] = "10"
        return answer

    app.add_url_rule("/readyz", "readyz", readyz)
    return readiness


def _records(_config: Config) -> str:
    try:
        with db.reading() as session:
            session.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError) as error:
        return f"they cannot be reached ({_kind(error)})"
    return ""


def _shape(_config: Config) -> str:
    try:
        with db.reading() as session:
            current = schema.is_current(session.connection())
    except (SQLAlchemyError, OSError):
        return "it cannot be known while the records are away"
    return "" if current else "it is not the one that this program expects; start the site with `campaign run`"


def _queue(_config: Config) -> str:
    try:
        jobs.knock()
    except Exception as error:  # noqa: BLE001 (whatever the queue's library makes of being away)
        return f"it cannot be reached ({_kind(error)}); work waits for the timetable"
    return ""


def _worker(_config: Config) -> str:
    try:
        with db.reading():
            seen = pulse.worker_seen_at()
    except (SQLAlchemyError, OSError):
        return "it cannot be known while the records are away"
    if seen is None:
        return "none was ever seen; start one with `campaign worker`"
    silent = clock.now() - seen
    return f"none was seen for {int(silent.total_seconds() // 60)} minutes" if silent > pulse.LOST_AFTER else ""


def _disk(config: Config) -> str:
    try:
        free = shutil.disk_usage(config.data_dir).free
    except OSError as error:
        return f"the folder of the site cannot be read ({_kind(error)})"
    return (
        f"only {free // 1_000_000} MB are free; the site wants {LEAST_FREE // 1_000_000}" if free < LEAST_FREE else ""
    )


def _outbox(config: Config) -> str:
    if config.smtp_url:
        return ""
    try:
        post.Folder(config.data_dir / "outbox").probe()
    except OSError as error:
        return f"letters cannot be written there ({_kind(error)})"
    return ""


def _kind(error: Exception) -> str:
    """Only the kind: the words of an error may hold an address or a password."""
    return type(getattr(error, "orig", None) or error).__name__


CHECKS: dict[str, Callable[[Config], str]] = {
    "records": _records,
    "shape of the records": _shape,
    "queue": _queue,
    "worker": _worker,
    "disk": _disk,
    "outbox": _outbox,
}
