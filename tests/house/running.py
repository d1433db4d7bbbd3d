"""The site as a process of its own, on a port and in a folder of its own, and gone afterwards."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

from tests import nursery
from tests.nursery import Born

ROOT = Path(__file__).parents[2]
SECRET = "a secret for tests, long enough to be one"
PATIENCE = 30.0  # seconds


@dataclass(frozen=True)
class Answer:
    """What a process answered."""

    status: int
    headers: Message
    text: str


@dataclass(frozen=True)
class Running:
    """A site that runs in a process of its own."""

    port: int
    folder: Path

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def paper(self) -> Path:
        return self.folder / "said"

    @property
    def said(self) -> str:
        """What it has printed and logged so far."""
        return self.paper.read_text(errors="replace")

    def wait_for(self, pattern: str) -> str:
        """What it has printed, once this can be found in it."""
        until = time.monotonic() + PATIENCE
        while not re.search(pattern, self.said):
            if time.monotonic() > until:
                raise RuntimeError(self.said)
            time.sleep(0.05)
        return self.said

    def ask(self, path: str, fields: dict[str, str] | None = None, patience: float = 20) -> Answer:
        """GET, or with fields POST. Nobody is followed and no proxy is asked."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=patience)
        headers = {"Host": f"localhost:{self.port}"}
        try:
            if fields is None:
                connection.request("GET", path, headers=headers)
            else:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
                connection.request("POST", path, urlencode(fields), headers)
            got: HTTPResponse = connection.getresponse()
            return Answer(got.status, got.headers, got.read().decode())
        finally:
            connection.close()


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@contextmanager
def running(folder: Path, *words: str, **settings: str) -> Iterator[Running]:
    """`campaign web`, or another command that serves the site, until the block ends."""
    site = Running(free_port(), folder)
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    env = {**kept, "MODE": "demo", "SECRET_KEY": SECRET, "DATA_DIR": str(folder), "PORT": str(site.port)}
    env |= {"WEB_PROCESSES": "1", "PYTHONPATH": str(ROOT), **settings}
    with site.paper.open("ab") as said, Path(os.devnull).open() as nothing:
        files = [nothing.fileno(), said.fileno(), said.fileno()]
        process = nursery.start(["-m", "campaign", *(words or ("web",))], env, folder, files=files)
    try:
        _wait(site, process)
        yield site
    finally:
        process.terminate()
        _end(process)


def _wait(site: Running, process: Born) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            if site.ask("/healthz").status == 200:
                return
        except (OSError, HTTPException):
            pass
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(site.said)
        time.sleep(0.05)


def _end(process: Born) -> None:
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
