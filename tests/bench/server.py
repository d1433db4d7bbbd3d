"""Real servers as processes of their own: started, measured, stopped."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from .gates import Failed
from .site import Order

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0  # seconds
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """A server that is up. `get` speaks as the proxy in front of the site would."""

    order: Order
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.order.port}"

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers of one answer."""
        connection = HTTPConnection("127.0.0.1", self.order.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}
        finally:
            connection.close()

    def token(self, path: str) -> str:
        """The signed time of rendering that the form on this page carries."""
        status, body, _ = self.get(path)
        found = re.search(rb'name="rendered"[^>]*value="([^"]+)"', body)
        if status != 200 or found is None:
            raise Failed(f"{path} answered {status} and shows no form")
        return found[1].decode()

    def complaints(self) -> str:
        """What it has said, apart from advice on how many processes and threads suit this machine."""
        lines = self.log.read_text(errors="replace").splitlines()
        return "\n".join(line for line in lines if line.strip() and "[WARNING] Configur" not in line)[-2000:]

    def cpu(self) -> float:
        """Seconds of processor time that its processes have used so far."""
        return sum(_cpu(number) for number in [self.process.pid, *_children(self.process.pid)])


def _children(number: int) -> list[int]:
    children = [int(one) for one in Path(f"/proc/{number}/task/{number}/children").read_text().split()]
    return [*children, *(below for child in children for below in _children(child))]


def _cpu(number: int) -> float:
    fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


@contextmanager
def beside(code: str) -> Iterator[int]:
    """A process of its own that runs this until the block ends: a mail server, say. It is told a port, and says a line
    when it listens there.
    """
    port = free_port()
    process = subprocess.Popen([sys.executable, "-c", code, str(port)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield port
    finally:
        process.kill()
        process.communicate()


@contextmanager
def serving(order: Order, under: Sequence[str] = ()) -> Iterator[Server]:
    """The server, up; stopped afterwards. `under` is a program that starts it, such as strace.

    Raises Failed with the server's own words when it does not come up.
    """
    log = Path(order.data_dir) / f"server-{order.port}.log"
    command = [*under, sys.executable, "-m", "tests.bench.site"]
    env = {**os.environ, "BENCH_SITE": order.written(), "PYTHONPATH": str(ROOT)}
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out, start_new_session=True)
    server = Server(order, process, log)
    try:
        _wait_until_it_answers(server)
        yield server
    finally:
        # strace does not hand the signal on, so it goes to the program that strace started.
        _stop(process, _children(process.pid)[0] if under and process.poll() is None else process.pid)


def _wait_until_it_answers(server: Server) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            if _all_are_ready(server.order) and server.get("/healthz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.02)
        if server.process.poll() is not None or time.monotonic() > until:
            raise Failed(f"the server did not come up: {server.log.read_text(errors='replace')[-2000:]}")


def _all_are_ready(order: Order) -> bool:
    """Whether every worker process is there: one that comes later would make its first visitors wait in a turn."""
    pattern = order.mark("*")
    return len(list(pattern.parent.glob(pattern.name))) >= order.processes


def _stop(process: subprocess.Popen[bytes], whom: int) -> None:
    if process.poll() is None:
        os.kill(whom, signal.SIGTERM)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
