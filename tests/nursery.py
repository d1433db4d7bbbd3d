"""Processes for tests, forked from one that has loaded the program: they start in a tenth of the time.

A process of Python spends over a second of processor time on reading what the site is made of, and hundreds are
started here, many to be killed at once. Whoever is forked has loaded what the others have and has done nothing with
it; it gets an environment, a folder, a session and files of its own, as if it had been started.
"""

import atexit
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Any

from sqlalchemy.orm import configure_mappers
from werkzeug.routing import Rule

from campaign import phrases
from campaign.app import create_app
from campaign.config import Config
from tests import routes

ROOT = Path(__file__).parents[1]
SECRET = "a secret of nobody, for a site that is never opened"
PATIENCE = 120.0  # seconds
LOADED = ("campaign.cli", "campaign.serve", "huey", "tests.unguarded")  # huey with the drivers of every queue


Done = subprocess.CompletedProcess[str]


class Born:
    """A process that was forked; as much of a Popen as tests ask for."""

    def __init__(self, nurse: "Nurse", pid: int, said: IO[str] | None, told: IO[str] | None) -> None:
        self.nurse, self.pid, self.stdout, self.stdin = nurse, pid, said, told
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """How it ended; None while it lives."""
        with self.nurse.turn:
            if self.returncode is None:
                self.returncode = self.nurse.ask({"look": self.pid})
            return self.returncode

    def wait(self, timeout: float = 60) -> int:
        """How it ended. Raises TimeoutExpired."""
        until = time.monotonic() + timeout
        while (ended := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(str(self.pid), timeout)
            time.sleep(0.005)
        return ended

    def send_signal(self, number: int) -> None:
        """Tell it something; nobody else is told when it is gone already."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)


class Nurse:
    """The one process from which the others are forked; it ends with ours."""

    def __init__(self) -> None:
        self.line, theirs = socket.socketpair()
        known = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        command = [sys.executable, "-m", __name__, str(theirs.fileno())]
        self.process = subprocess.Popen(
            command, env={**known, "PYTHONPATH": str(ROOT)}, cwd=ROOT, pass_fds=[theirs.fileno()]
        )
        theirs.close()
        self.turn = threading.RLock()
        atexit.register(self.end)

    def end(self) -> None:
        """Let it go; those who were born of it live on."""
        self.line.close()
        self.process.wait(30)

    def ask(self, order: Mapping[str, Any], files: Sequence[int] = ()) -> Any:
        """What it answers to an order."""
        with self.turn:
            socket.send_fds(self.line, [json.dumps(order).encode() + b"\n"], list(files))
            answer = b""
            while not answer.endswith(b"\n"):
                answer += (part := self.line.recv(4096))
                assert part, "the process that others are forked from has died"
        return json.loads(answer)


@cache
def _nurse() -> Nurse:
    return Nurse()


def start(
    words: Sequence[str], env: Mapping[str, str], cwd: Path, *, piped: bool = False, files: Sequence[int] = ()
) -> Born:
    """Start Python with these words, `-c CODE …` or `-m MODULE …`, in a session of its own.

    `piped`: what it reads and says comes from here and is read here. `files` stand for its 0, 1 and 2 otherwise.
    """
    nurse, order = _nurse(), {"words": list(words), "env": dict(env), "cwd": str(cwd)}
    if not piped:
        with open(os.devnull) as nothing:  # noqa: PTH123
            return Born(nurse, nurse.ask(order, files or (nothing.fileno(), 1, 2)), None, None)
    (theirs_in, ours_in), (ours_out, theirs_out) = os.pipe(), os.pipe()
    pid = nurse.ask(order, (theirs_in, theirs_out, 2))
    os.close(theirs_in)
    os.close(theirs_out)
    return Born(nurse, pid, os.fdopen(ours_out), os.fdopen(ours_in, "w"))


def run(words: Sequence[str], env: Mapping[str, str], cwd: Path = ROOT, answers: str = "") -> Done:
    """Start Python with these words and wait until it has ended; it reads `answers`. Raises TimeoutExpired."""
    with TemporaryFile() as asked, TemporaryFile() as said, TemporaryFile() as cried:
        asked.write(answers.encode())
        asked.seek(0)
        one = start(words, env, cwd, files=[asked.fileno(), said.fileno(), cried.fileno()])
        try:
            ended = one.wait(PATIENCE)
        finally:
            one.kill()
        for paper in (said, cried):
            paper.seek(0)
        return subprocess.CompletedProcess(list(words), ended, said.read().decode(), cried.read().decode())


# ------------------------------------------------------------------------------------------------ in the nurse


def _listen(line: socket.socket) -> dict[str, Any] | None:
    """Fork for each order, and look after those who were born; in them, gives their order. None at the end."""
    while True:
        text, files = b"", list[int]()
        while not text.endswith(b"\n"):
            part, more, _, _ = socket.recv_fds(line, 65536, 3)
            if not part:
                return None
            text, files = text + part, files + more
        order: dict[str, Any] = json.loads(text)
        if "look" in order:
            gone, status = os.waitpid(order["look"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if gone else None
        elif (answer := os.fork()) == 0:
            line.close()
            _settle(order, files)
            return order
        for file in files:
            os.close(file)
        line.sendall(json.dumps(answer).encode() + b"\n")


def _settle(order: dict[str, Any], files: Sequence[int]) -> None:
    os.setsid()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(order["env"])
    os.chdir(order["cwd"])


def _compile_routes_once() -> None:
    setattr(Rule, "compile", routes.compiled_once())  # noqa: B010 (a name of theirs, exchanged)
    with TemporaryDirectory() as folder:
        create_app(Config("demo", Path(folder), f"sqlite:///{folder}/site.db", SECRET, "http://localhost"))


def _live(kind: str, what: str, *arguments: str) -> None:
    sys.argv = [what, *arguments]
    if kind == "-m":
        runpy.run_module(what, run_name="__main__", alter_sys=True)
    else:
        sys.argv[0] = kind
        exec(what, {"__name__": "__main__"})


if __name__ == "__main__":
    for name in LOADED:
        importlib.import_module(name)
    configure_mappers()
    for path in ROOT.glob("content/*/pleas.toml"):
        phrases.read(path)
    _compile_routes_once()
    gc.collect()
    gc.freeze()
    if order := _listen(socket.socket(fileno=int(sys.argv[1]))):
        _live(*order["words"])
