"""Counting visits: added up in the process and written once a second, so that following a code writes nothing.

A crash may lose a second of visits, never a signature. What is counted is a code and a day, and nothing else.
"""

import logging
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from flask import Flask, Request, current_app
from sqlalchemy.exc import SQLAlchemyError

from .. import clock, db
from .models import Visits
from .service import Held

log = logging.getLogger("campaign.links")
EVERY = 1.0  # seconds
# Programs that fetch a page for somebody who has not decided to look at it yet.
PREVIEWERS = ("bot", "crawl", "spider", "preview", "facebookexternalhit", "whatsapp", "slack", "embed", "curl", "wget")


@dataclass
class Tally:
    """The visits that this process has seen and not yet written."""

    app: Flask
    numbers: Counter[tuple[int, date]] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)
    thread: threading.Thread | None = None
    closing: threading.Event = field(default_factory=threading.Event)

    def add(self, code_id: int) -> None:
        """One more visit, today."""
        with self.lock:
            self.numbers[code_id, clock.today()] += 1
            if self.thread is None or not self.thread.is_alive():
                self.thread = threading.Thread(target=self._keep_writing, daemon=True, name="visits")
                self.thread.start()

    def _keep_writing(self) -> None:
        """Write every second for as long as there is something to write; the next visit begins anew."""
        while True:
            self.closing.wait(EVERY)
            with self.app.app_context():
                self.write()
            with self.lock:
                if not self.numbers:
                    self.thread = None
                    return

    def close(self) -> None:
        """Write what has been seen without waiting for the second to pass."""
        self.closing.set()
        if (thread := self.thread) is not None:
            thread.join()

    def write(self) -> None:
        """Write what has been seen; what cannot be written is seen again in a second."""
        with self.lock:
            seen, self.numbers = self.numbers, Counter()
        if not seen:
            return
        try:
            with db.writing():
                for (code_id, day), number in sorted(seen.items()):
                    db.add_up(Visits, {"code_id": code_id, "day": day}, "number", number)
        except (SQLAlchemyError, OSError) as error:
            with self.lock:
                self.numbers.update(seen)
            log.warning("visits could not be written: %s", type(error).__name__)


def install(app: Flask) -> None:
    """Give the site its tally and its memory of codes."""
    app.extensions["codes"] = Held({})
    app.extensions["visits"] = Tally(app)


def tally() -> Tally:
    """The visits of this process."""
    found = current_app.extensions["visits"]
    assert isinstance(found, Tally)
    return found


def is_somebody(request: Request) -> bool:
    """Whether a person seems to have followed the code, and not a program that looks ahead."""
    if request.method != "GET" or "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", "")):
        return False
    agent = request.headers.get("User-Agent", "").lower()
    return not any(word in agent for word in PREVIEWERS)
