"""Workers that die: a mother reads an order a line and forks a worker for each, which kills itself where that says.

`0` lets it live; a number: before the line of our code with that number; `name:3`: at the third call of that function.
A feature's own `dying.py` says what its workers do; whatever else it understands as an order is its own.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from campaign.config import Config
from tests import nursery
from tests.nursery import Born
from tests.processes import environment

ROOT = Path(__file__).parents[1]


class Death:
    """Counts the lines of these files as they are run, and the calls of one function, in all threads; and kills."""

    def __init__(self, order: str, *ours: str) -> None:
        name, _, number = order.rpartition(":")
        self.name, self.at, self.count, self.lines = name, int(number), 0, 0
        self.ours = tuple(str(ROOT / one) for one in ours)

    def __call__(self, frame: FrameType, event: str, _arg: Any) -> Any:
        if not frame.f_code.co_filename.startswith(self.ours):
            return None
        if event == "call" and self.name and frame.f_code.co_name == self.name:
            self.count += 1
        if event == "line":
            self.lines += 1
        if self.at and (self.count if self.name else self.lines) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        return self


@contextmanager
def watched(death: Death) -> Iterator[None]:
    """Whatever runs in here, in whichever thread, is counted."""
    threading.settrace(death)
    sys.settrace(death)
    yield
    sys.settrace(None)
    print(f"lines {death.lines}", flush=True)


def bear(work: Callable[[str], None]) -> None:
    """Read, fork, wait, again: the modules are loaded once, so a life costs little."""
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            try:
                work(line.strip())
            finally:
                os._exit(0)
        print(f"pid {child}", flush=True)
        os.waitpid(child, 0)
        print("over", flush=True)


class Workers:
    """Lets one worker after another live and die."""

    def __init__(self, process: Born) -> None:
        self.process, self.pid = process, 0

    def live(self, order: int | str = 0) -> int:
        """One life; how many of our lines it ran, 0 when it was killed."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{order}\n")
        self.process.stdin.flush()
        lines = 0
        while (said := self.process.stdout.readline().split())[:1] != ["over"]:
            assert said, "the mother of the workers has died"
            if said[0] == "pid":
                self.pid = int(said[1])
            else:
                lines = int(said[1])
        return lines

    def kill(self) -> None:
        """Kill the one that lives now."""
        os.kill(self.pid, signal.SIGKILL)


@contextmanager
def workers(module: str, config: Config, *off: str) -> Iterator[Workers]:
    """The mother of workers for a site with these settings; `off` is told to the module."""
    process = nursery.start(["-m", module, *off], environment(config), ROOT, piped=True)
    assert process.stdin and process.stdout
    with process.stdout:
        try:
            yield Workers(process)
        finally:
            process.stdin.close()
            process.wait(30)
