"""The programs that some tests start for themselves, PostgreSQL and Chromium: where they are, and how to get them."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypedDict
from uuid import uuid4

import psycopg
import pytest

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SERVERS = ("postgres", "nobody")
Command = list[str | Path]
PROGRAMS = {"nginx": "nginx", "systemd": "systemd-analyze", "logrotate": "logrotate"}
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
PATIENCE = 30.0  # seconds


@dataclass(frozen=True)
class Missing:
    """A program that is not here: which tests it costs, and how to get it."""

    program: str
    tests: str
    way: str

    def __str__(self) -> str:
        return f"{self.program} is missing, so {self.tests} did not run. {self.way}"


class Somebody(TypedDict, total=False):
    """Whom a process runs as; empty for "as we are"."""

    user: int
    group: int
    extra_groups: list[int]


KINDS = {
    "postgresql": Missing(
        "PostgreSQL",
        "the tests on PostgreSQL",
        "To run them: sudo apt-get install postgresql (or put initdb on the PATH), then make test.",
    ),
    "chromium": Missing(
        "Chromium",
        "the tests in a browser",
        "To run them: sudo apt-get install chromium-headless-shell (or chromium), then make test.",
    ),
    "nginx": Missing(
        "nginx", "the tests of the proxy", "To run them: sudo apt-get install nginx-light, then make test."
    ),
    "systemd": Missing(
        "systemd-analyze", "the tests of the units", "To run them: sudo apt-get install systemd, then make test."
    ),
    "logrotate": Missing(
        "logrotate", "the test of log rotation", "To run it: sudo apt-get install logrotate, then make test."
    ),
}


def missing() -> list[Missing]:
    """What is not on this machine; empty when every test can run."""
    found: dict[str, object] = {"postgresql": postgres_folder(), "chromium": chromium_path()}
    found |= {kind: program(name) for kind, name in PROGRAMS.items()}
    return [KINDS[kind] for kind, place in found.items() if place is None]


def program(name: str) -> str | None:
    """Where a program is; those for administrators are not on everybody's PATH."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def closing_lines() -> list[str]:
    """What the last lines of a test run say about the tests that could not run; for conftest's terminal summary."""
    return [str(one) for one in missing()]


def need(kind: str) -> None:
    """Skip the test that asks when one of KINDS is missing; with CI=true fail it."""
    if KINDS[kind] not in missing():
        return
    if os.environ.get("CI", "").lower() in ("1", "true", "yes"):
        pytest.fail(str(KINDS[kind]), pytrace=False)
    pytest.skip(str(KINDS[kind]))


# ------------------------------------------------------------------------------------------------ Chromium


@cache
def chromium_path() -> str | None:
    """Where a Chromium is that starts: CHROMIUM, the PATH, or the one that Playwright has fetched."""
    named = [os.environ.get("CHROMIUM", ""), *(shutil.which(name) or "" for name in BROWSERS)]
    fetched = sorted((Path.home() / ".cache" / "ms-playwright").glob("chromium-*/chrome-linux*/chrome"), reverse=True)
    return next((path for path in [*named, *map(str, fetched)] if path and _starts(path)), None)


def _starts(program: str) -> bool:
    # On some systems `chromium-browser` only says where to get it.
    with suppress(OSError, subprocess.TimeoutExpired):
        return subprocess.run([program, "--version"], capture_output=True, timeout=30, check=False).returncode == 0
    return False


# ------------------------------------------------------------------------------------------------ PostgreSQL


@cache
def postgres_folder() -> Path | None:
    """The folder with initdb and postgres: the one the PATH leads to, or the newest of Debian's."""
    found = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: float(one.parent.name), reverse=True)
    folders = [*([Path(found).resolve().parent] if found else []), *debian]
    return next((one for one in folders if (one / "initdb").exists() and (one / "postgres").exists()), None)


@contextmanager
def postgres_cluster(*, fsync: bool = False) -> Iterator[str]:
    """A PostgreSQL of our own on a socket in a temporary folder; gives its address, and is gone afterwards.

    `fsync=True` keeps what a commit promises, for measuring; without it tests are quicker.
    """
    folder = postgres_folder()
    if folder is None:
        raise RuntimeError(KINDS["postgresql"].way)
    home = Path(tempfile.mkdtemp(prefix="pg-", dir=_short_temporary_folder()))
    somebody = _somebody()
    if somebody:
        os.chown(home, somebody["user"], somebody["group"])
    try:
        with _running(folder, home, somebody, fsync=fsync):
            yield f"postgresql://campaign@/postgres?host={home}"
    finally:
        shutil.rmtree(home, ignore_errors=True)


def new_database(cluster: str, name: str = "") -> str:
    """The address of a new, empty database in this cluster."""
    name = name or f"test_{uuid4().hex[:12]}"
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return named(cluster, name)


def named(cluster: str, name: str) -> str:
    """The address of the database with this name in a cluster."""
    return cluster.replace("/postgres?", f"/{name}?")


@contextmanager
def _running(folder: Path, home: Path, somebody: Somebody, *, fsync: bool) -> Iterator[None]:
    data = home / "data"
    begin: Command = [
        folder / "initdb",
        "-D",
        data,
        "-U",
        "campaign",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "--no-sync",
    ]
    made = subprocess.run(begin, **somebody, cwd=home, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        raise RuntimeError(made.stderr)
    settings = [
        "listen_addresses=",
        f"unix_socket_directories={home}",
        "max_connections=200",
        "log_statement=none",
    ]
    command: Command = [folder / "postgres", "-D", data]
    for setting in [*settings, *([] if fsync else QUICK)]:
        command += ["-c", setting]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(command, **somebody, cwd=home, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait_until_it_answers(server, home)
        yield
    finally:
        _stop(server)


def _wait_until_it_answers(server: subprocess.Popen[bytes], home: Path) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            psycopg.connect(f"postgresql://campaign@/postgres?host={home}", connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise RuntimeError((home / "log").read_text(errors="replace")) from None
            time.sleep(0.05)


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Ask politely (a fast shutdown), then less so; in any case it is gone afterwards."""
    for number, seconds in ((signal.SIGINT, 10), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        if server.poll() is None:
            server.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            server.wait(seconds)
            return


def _somebody() -> Somebody:
    """Whom PostgreSQL runs as: when we are root, which it refuses, the first of SERVERS that there is."""
    if os.geteuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    one = next(known[name] for name in SERVERS if name in known)
    return {"user": one.pw_uid, "group": one.pw_gid, "extra_groups": []}


def _short_temporary_folder() -> str | None:
    """A socket's path may have 107 characters and must be reachable for another user: /tmp where there is one."""
    return "/tmp" if os.access("/tmp", os.W_OK) else None
