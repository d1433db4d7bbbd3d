"""Letters under way: a few threads, each with a line of its own to the mail server. No thread knows the records."""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self

from .. import post
from ..config import Config
from ..errors import Away, Passing, Permanent
from ..post import Parcel

LINGER = 0.02  # seconds that a first answer waits for others, so that they are written down together


class Fate(StrEnum):
    """What became of a letter that was handed over."""

    SENT = "sent"
    REFUSED = "refused"
    PASSING = "passing"
    AWAY = "away"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class Outcome:
    """What became of one, and why, in words that hold nothing of anybody."""

    recipient_id: int
    fate: Fate
    words: str = ""


@dataclass(frozen=True)
class Ready:
    """A letter that is to be written and handed over."""

    recipient_id: int
    name: str
    write: Callable[[], Parcel]


class Pool:
    """At most `size` letters are in its hand at once: they are what a death leaves uncertain.

    More than it has lines to the mail server, so that those have something to do while the records are written.
    """

    def __init__(self, config: Config, lines: int, size: int) -> None:
        self.config, self.lines, self.size, self.out = config, lines, size, 0
        self.ready: queue.SimpleQueue[Ready | None] = queue.SimpleQueue()
        self.done: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self.threads: list[threading.Thread] = []

    @property
    def free(self) -> int:
        """How many more it can take."""
        return self.size - self.out

    def hand(self, letter: Ready) -> None:
        """Take this letter away; a thread is begun when all others have something to do."""
        self.out += 1
        if len(self.threads) < min(self.out, self.lines):
            thread = threading.Thread(target=self._carry, daemon=True, name=f"newsletter-{len(self.threads)}")
            self.threads.append(thread)
            thread.start()
        self.ready.put(letter)

    def finished(self, seconds: float) -> list[Outcome]:
        """What became of some, as soon as there is something to tell; empty after so many seconds."""
        try:
            found = [self.done.get(timeout=seconds)]
        except queue.Empty:
            return []
        while len(found) < self.out:
            try:
                found.append(self.done.get(timeout=0 if len(found) * 2 > self.out else LINGER))
            except queue.Empty:
                break
        self.out -= len(found)
        return found

    def _carry(self) -> None:
        with post.carrier(self.config) as carrier:
            while (letter := self.ready.get()) is not None:
                self.done.put(_handed_over(carrier, letter))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _ in self.threads:
            self.ready.put(None)
        for thread in self.threads:
            thread.join()


def _handed_over(carrier: post.Carrier, letter: Ready) -> Outcome:
    try:
        carrier.hand_over(letter.name, letter.write(), lambda: None)
    except Away as error:
        return Outcome(letter.recipient_id, Fate.AWAY, str(error))
    except Passing as error:
        return Outcome(letter.recipient_id, Fate.PASSING, str(error))
    except Permanent as error:
        return Outcome(letter.recipient_id, Fate.REFUSED, str(error))
    except post.Uncertain as error:
        return Outcome(letter.recipient_id, Fate.UNCERTAIN, str(error))
    except Exception as error:  # noqa: BLE001 (our own fault, before anything was sent; it must not stop the thread)
        return Outcome(letter.recipient_id, Fate.PASSING, f"the letter could not be written ({type(error).__name__})")
    return Outcome(letter.recipient_id, Fate.SENT)
