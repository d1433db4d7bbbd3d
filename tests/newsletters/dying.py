"""Workers that die while they send: `python -m tests.newsletters.dying [switch …]` reads an order a line, and for each
forks a worker that sends what is to go out, and kills itself (SIGKILL) where the order says.

`0` lets it live; a number: before the line of our code with that number; `name:3`: at the third call of that function.
The switches named are turned off: the negative controls.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from campaign.app import Switches, create_app
from campaign.config import Config
from campaign.newsletters import sending  # loaded once, before the first fork
from tests.processes import environment

ROOT = Path(__file__).parents[2]
OURS = (str(ROOT / "campaign" / "newsletters") + "/", str(ROOT / "campaign" / "post.py"))


class Death:
    """Counts the lines of our code as they are run, and the calls of one function, in all threads; and kills."""

    def __init__(self, order: str) -> None:
        name, _, number = order.rpartition(":")
        self.name, self.at, self.count, self.lines = name, int(number), 0, 0

    def __call__(self, frame: FrameType, event: str, _arg: Any) -> Any:
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        if event == "call" and self.name and frame.f_code.co_name == self.name:
            self.count += 1
        if event == "line":
            self.lines += 1
        if self.at and (self.count if self.name else self.lines) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        return self


def _work(app: Any, order: str) -> None:
    death = Death(order)
    with app.app_context():
        threading.settrace(death)
        sys.settrace(death)
        while sending.send():
            pass
        sys.settrace(None)
    print(f"lines {death.lines}", flush=True)


def main() -> None:
    """Read, fork, wait, again: the modules are loaded once, so a life costs little."""
    app = create_app(switches=Switches(**dict.fromkeys(sys.argv[1:], False)))
    sending.SLICE = 60.0  # one life sends all of it, if it lives
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            try:
                _work(app, line.strip())
            finally:
                os._exit(0)
        print(f"pid {child}", flush=True)
        os.waitpid(child, 0)
        print("over", flush=True)


class Workers:
    """Lets one worker after another live and die."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
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
def workers(config: Config, *off: str) -> Iterator[Workers]:
    """The mother of workers for a site with these settings, and with these switches turned off."""
    command = [sys.executable, "-m", "tests.newsletters.dying", *off]
    settings: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment(config), cwd=ROOT, start_new_session=True, **settings) as process:
        try:
            yield Workers(process)
        finally:
            assert process.stdin
            process.stdin.close()
            process.wait(30)


if __name__ == "__main__":
    main()
