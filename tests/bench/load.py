"""The load: wrk with a Lua script that checks every answer. A wrong answer is no figure but an error."""

import json
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from .gates import Failed, Run
from .server import Server

SCRIPTS = Path(__file__).parent
TAIL = 30  # seconds at most until the answer to everything that was sent is there


@dataclass(frozen=True)
class Load:
    """How hard to ask: open connections, and for how many seconds."""

    connections: int
    seconds: float


@dataclass(frozen=True)
class Signed:
    """What a run of signing did: the figures, and how many pledges were acknowledged."""

    run: Run
    acknowledged: int


def need_wrk() -> None:
    """Raises SystemExit with a way out when the load generator is missing."""
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is missing. To get it: sudo apt-get install wrk, then make bench.")


def sign(server: Server, load: Load, token: str, mark: str, pledges: int, *other: str) -> Signed:
    """Sign pledges as fast as the server takes it, each with an address of its own that begins with `mark`.

    Requests go round `pledges` addresses /pledges/p1 … in turn; `other` are other addresses and the rest of their
    form (see sign.lua). Raises Failed unless every single request that
    was sent is answered by 303 to the thanks page.
    """
    script = ["sign.lua", token, mark, str(pledges), str(load.seconds), *other]
    told, cpu, share = _wrk(server, load, "/", script)
    sent, acknowledged = told["sent"], told["right"]
    if not sent or sent != acknowledged or told["wrong"]:
        raise Failed(f"{sent} pledges were sent, {acknowledged} acknowledged; {_otherwise(server, told)}")
    rate = acknowledged / (told["last"] - told["first"])
    return Signed(_run(told, rate, cpu / acknowledged, share), acknowledged)


def read(server: Server, load: Load, path: str, expect: "Expect") -> Run:
    """Read one page again and again. Raises Failed when one answer has another status or misses the marker."""
    script = ["read.lua", str(expect.status), expect.marker, expect.etag, str(load.seconds)]
    told, cpu, share = _wrk(server, load, path, script)
    if told["wrong"]:
        raise Failed(f"{path} gave {told['right']} right answers; {_otherwise(server, told)}")
    return _run(told, told["right"] / told["seconds"], cpu / max(1, told["right"]), share)


@dataclass(frozen=True)
class Expect:
    """The right answer: its status, a text that stands in its body, and the ETag to ask with (or nothing)."""

    status: int = 200
    marker: str = ""
    etag: str = ""


def _wrk(server: Server, load: Load, path: str, script: list[str]) -> tuple[dict[str, Any], float, float]:
    """What the script told, the server's processor time, and the generator's share of this machine."""
    seconds = ceil(load.seconds) + TAIL  # after which wrk ends it; the scripts do so when the time is over
    options = ["-t1", f"-c{load.connections}", f"-d{seconds}s", "--timeout", "30s"]
    command = ["wrk", *options, "-s", str(SCRIPTS / script[0]), server.url + path, "--", *script[1:]]
    env = {**os.environ, "LUA_PATH": f"{SCRIPTS}/?.lua;;"}
    server_before, wrk_before, began = server.cpu(), _children_cpu(), time.monotonic()
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=seconds + 60)
    elapsed = time.monotonic() - began
    line = next((one for one in done.stdout.splitlines() if one.startswith("{")), None)
    if done.returncode or line is None:
        raise Failed(f"wrk failed: {done.stdout[-500:]} {done.stderr[-500:]}")
    told = json.loads(line)
    if any(told["errors"].values()):
        raise Failed(f"{path}: wrk met {told['errors']}")
    share = (_children_cpu() - wrk_before) / elapsed / (os.cpu_count() or 1)
    return told, server.cpu() - server_before, share


def _otherwise(server: Server, told: dict[str, Any]) -> str:
    """Which other answers there were, and what the server said of them."""
    return f"otherwise: {told['wrong']}; the server said: {server.complaints() or 'nothing'}"


def _children_cpu() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _run(told: dict[str, Any], rate: float, cpu: float, share: float) -> Run:
    p50, p99, longest = (told[key] / 1e6 for key in ("p50", "p99", "longest"))
    return Run(rate, p50, p99, longest, cpu, share)
