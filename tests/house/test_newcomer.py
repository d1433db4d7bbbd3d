"""What a newcomer gets: one command, a running site, and one sentence with a way out where it cannot be."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "campaign"]
PATIENCE = 60.0  # seconds

pytestmark = pytest.mark.newcomer

directly = build_opener(ProxyHandler({})).open


class Site:
    """`campaign run --demo` as a process of its own, and what it has printed."""

    def __init__(
        self, folder: Path, *, port: int, program: Path = ROOT, data: Path | None = None, **settings: str
    ) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.paper = folder / f"printed-{time.monotonic_ns()}"
        env = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "SECRET_KEY")}
        env |= {"PORT": str(port), "DATA_DIR": str(data or folder / "data"), "PYTHONPATH": str(program)}
        env |= {"PYTHONDONTWRITEBYTECODE": "1", **settings}
        with self.paper.open("wb") as paper:
            command = [*COMMAND, "run", "--demo"]
            # A session of its own, as a terminal gives it: Ctrl-C there is a signal to all of it.
            self.process = subprocess.Popen(
                command, cwd=folder, env=env, stdout=paper, stderr=subprocess.STDOUT, start_new_session=True
            )

    @property
    def printed(self) -> str:
        return self.paper.read_text()

    def get(self, path: str) -> str:
        with directly(self.address + path, timeout=10) as answer:
            return str(answer.read().decode())

    def wait_for_link(self) -> str:
        """The one-time staff link, once the site is up and has printed it."""
        until = time.monotonic() + PATIENCE
        while not (link := re.search(r"http://localhost:\d+/staff/link/\S+", self.printed)):
            assert self.process.poll() is None, self.printed
            assert time.monotonic() < until, self.printed
            time.sleep(0.1)
        return link[0]

    def press_ctrl_c(self) -> int:
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(40)


Start = Callable[..., Site]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts sites that keep everything in this test's folder; none outlives the test."""
    begun: list[Site] = []

    def start(*, port: int | None = None, **more: Any) -> Site:
        begun.append(Site(tmp_path, port=port or free_port(), **more))
        return begun[-1]

    yield start
    for site in begun:
        if site.process.poll() is None:
            site.process.terminate()
        site.process.wait(40)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def processes_with(words: str) -> list[str]:
    """The command lines of running processes whose environment or command holds these words (Linux only)."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if words.encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks into /proc")
def test_one_command_starts_the_site_ctrl_c_stops_it_and_a_second_run_keeps_the_data(
    start: Start, tmp_path: Path
) -> None:
    site = start()
    link = site.wait_for_link()
    assert site.address.replace("127.0.0.1", "localhost") in site.printed
    assert link.startswith(site.address.replace("127.0.0.1", "localhost"))
    assert site.printed.count("/staff/link/") == 1
    site.get("/healthz")
    assert 'href="tel:+18885392373"' in site.get("/")
    assert (tmp_path / "data" / "site.db").exists()

    assert len(processes_with(str(tmp_path / "data"))) >= 3  # the command, the web server, the worker
    assert site.press_ctrl_c() == 0
    assert "Traceback" not in site.printed
    assert processes_with(str(tmp_path / "data")) == []
    before = signatures(tmp_path)

    start(WEB_PROCESSES="1").wait_for_link()
    assert before > 0
    assert signatures(tmp_path) == before


def signatures(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "data" / "site.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM signatures").fetchone()[0])


def test_a_taken_port_is_one_sentence(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        site = start(port=port)
        assert site.process.wait(PATIENCE) != 0
    assert_one_sentence(site.printed, f"{port}", "PORT=")


def test_a_folder_that_cannot_be_written_is_one_sentence(start: Start, tmp_path: Path) -> None:
    # Even root cannot make a folder below a file.
    (tmp_path / "file").write_text("")
    site = start(data=tmp_path / "file" / "data")
    assert site.process.wait(PATIENCE) != 0
    assert_one_sentence(site.printed, str(tmp_path / "file"), "DATA_DIR")


def assert_one_sentence(printed: str, *words: str) -> None:
    lines = [line for line in printed.splitlines() if line.strip()]
    assert len(lines) == 1, printed
    assert all(word in lines[0] for word in words), printed


def test_a_wheel_serves_the_site_from_any_folder(start: Start, tmp_path: Path) -> None:
    checkout, unpacked = tmp_path / "checkout", tmp_path / "unpacked"
    for name in ("campaign", "templates", "static", "content"):
        shutil.copytree(ROOT / name, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "LICENSE", "README.md", ".gitignore"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, checkout / name)
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=checkout, check=True, capture_output=True, timeout=PATIENCE)
    ZipFile(next(tmp_path.glob("*.whl"))).extractall(unpacked)
    shutil.rmtree(checkout)

    site = start(program=unpacked, WEB_PROCESSES="1")
    site.wait_for_link()
    assert 'href="tel:+18885392373"' in site.get("/")
    assert 'href="tel:+18885392373"' in site.get("/help")
    stylesheet = re.search(r'href="(/static/[^"]+\.css[^"]*)"', site.get("/"))
    assert stylesheet
    assert site.get(stylesheet[1])
