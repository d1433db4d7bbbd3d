"""The site's processes are started as one and stopped as one."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from campaign.run import port_is_free

ROOT = Path(__file__).parents[2]

SLOW = "import sys, time; time.sleep(1); open(sys.argv[1], 'w')"
POLITE = """
import signal, sys, time
from pathlib import Path
note = Path(sys.argv[1])
def bow(number, frame):
    with note.open("a") as file: file.write(f"heard {signal.Signals(number).name}\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, bow)
signal.signal(signal.SIGINT, bow)
note.write_text("started\\n")
while True: time.sleep(0.05)
"""
DEAF = """
import signal, sys, time
from pathlib import Path
signal.signal(signal.SIGTERM, signal.SIG_IGN)
Path(sys.argv[1]).write_text("started\\n")
while True: time.sleep(0.05)
"""
FALLS = """
import sys, time
from pathlib import Path
while not Path(sys.argv[1]).exists(): time.sleep(0.05)
sys.exit(3)
"""
SUPERVISOR = """
import json, os, sys
from campaign import run
run.PATIENCE = float(sys.argv[2])
sys.exit(run.supervise(json.loads(sys.argv[1]), os.environ))
"""


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a supervisor of some commands, as a process that can be sent signals; none outlives the test."""
    begun = []

    def start(*commands: list[str], patience: float = 10.0) -> subprocess.Popen[str]:
        words = [sys.executable, "-c", SUPERVISOR, json.dumps(commands), str(patience)]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        one = subprocess.Popen(words, cwd=ROOT, env=env, text=True, stderr=subprocess.PIPE)
        begun.append(one)
        return one

    yield start
    for one in begun:
        one.kill()
        one.communicate()


def child(program: str, *arguments: object) -> list[str]:
    return [sys.executable, "-c", program, *map(str, arguments)]


def wait_for(path: Path) -> None:
    until = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < until, f"{path.name} never came"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_reaches_every_process_once_and_all_leave(start: Start, tmp_path: Path, number: int) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    supervisor = start(child(POLITE, one), child(POLITE, other))
    wait_for(one)
    wait_for(other)
    supervisor.send_signal(number)
    assert supervisor.wait(20) == 0
    assert one.read_text() == other.read_text() == "started\nheard SIGTERM\n"


def test_when_one_ends_by_itself_the_other_is_stopped_and_the_status_says_so(start: Start, tmp_path: Path) -> None:
    note = tmp_path / "note"
    supervisor = start(child(POLITE, note), child(FALLS, note))
    _, said = supervisor.communicate(timeout=20)
    assert supervisor.returncode == 1
    assert "ended by itself (status 3)" in said
    assert "heard SIGTERM" in note.read_text()


def test_a_process_that_will_not_leave_is_ended(start: Start, tmp_path: Path) -> None:
    note = tmp_path / "note"
    supervisor = start(child(DEAF, note), patience=0.5)
    wait_for(note)
    supervisor.send_signal(signal.SIGTERM)
    _, said = supervisor.communicate(timeout=20)
    assert supervisor.returncode == 1
    assert "was ended" in said


def test_a_program_that_is_not_there_leaves_nothing_running(start: Start, tmp_path: Path) -> None:
    note = tmp_path / "note"
    supervisor = start(child(SLOW, note), ["/nowhere/at/all"])
    supervisor.communicate(timeout=20)
    assert supervisor.returncode == 1
    time.sleep(1.5)
    assert not note.exists()


def test_a_port_someone_listens_on_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert not port_is_free("127.0.0.1", port)
    assert port_is_free("127.0.0.1", port)
