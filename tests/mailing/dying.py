"""Workers that die: `python -m tests.mailing.dying` reads a number a line, and for each forks a worker that tells the
list what is due, and kills itself (SIGKILL) before the line of our code with that number; 0 lets it live.

`careless` in place of a number is the negative control: it writes down first that all are settled.
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

from campaign import clock, db
from campaign.app import create_app
from campaign.config import Config
from campaign.mailing import claims, deletions, hosted, mailchimp, service  # loaded once, before the first fork
from campaign.mailing.audience import Audience, Fate, Outcome
from tests.processes import environment

LOADED = (hosted, mailchimp)
OURS = str(Path(__file__).parents[2] / "campaign" / "mailing") + "/"


class Countdown:
    """Counts the lines of campaign/mailing as they are run, in all threads, and dies at the one it was given."""

    def __init__(self, at: int) -> None:
        self.at, self.count = at, 0

    def __call__(self, frame: FrameType, event: str, _arg: Any) -> Any:
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        if event == "line":
            self.count += 1
            if self.count == self.at:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def _carelessly(home: Audience, claim: claims.Claim) -> int:
    with db.writing():
        claims.settle(claim, [Outcome(one, Fate.SETTLED) for one in claim.people], clock.now())
    return len(home.bring_up_to_date(claim.people))


def _work(app: Any, order: str) -> None:
    if order == "careless":
        service.deliver = _carelessly
    countdown = Countdown(int(order) if order.isdigit() else 0)
    with app.app_context():
        threading.settrace(countdown)
        sys.settrace(countdown if order != "careless" else None)
        service.sync()
        deletions.carry_out()
        sys.settrace(None)
    print(f"lines {countdown.count}", flush=True)


def main() -> None:
    """Read, fork, wait, again: the modules are loaded once, so a life costs little."""
    app = create_app()
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
        """One life, until the line with this number; how many of our lines it ran, 0 when it was killed."""
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
def workers(config: Config) -> Iterator[Workers]:
    """The mother of workers for a site with these settings."""
    command = [sys.executable, "-m", "tests.mailing.dying"]
    settings: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, env=environment(config), cwd=root, start_new_session=True, **settings) as process:
        try:
            yield Workers(process)
        finally:
            assert process.stdin
            process.stdin.close()
            process.wait(30)


if __name__ == "__main__":
    main()
