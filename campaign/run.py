"""Running the site's processes together: started as one, stopped as one, and if one falls the others do not linger."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

PATIENCE = 30.0  # seconds that a process has to finish what it is doing
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Child = subprocess.Popen[bytes]


def port_is_free(host: str, port: int) -> bool:
    """Whether this process could listen there; also False for a port it has no right to."""
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, kind, protocol, _, address in places:
            with socket.socket(family, kind, protocol) as attempt:
                # A port that was in use a moment ago (TIME_WAIT) is free for our purposes.
                attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                attempt.bind(address)
    except OSError:
        return False
    return True


def supervise(
    commands: Sequence[Sequence[str]],
    env: Mapping[str, str],
    on_ready: Callable[[], None] | None = None,
    ready_url: str = "",
) -> int:
    """Run the commands until a signal comes or one of them ends; answers with the exit status for the shell.

    `on_ready` is called once, when `ready_url` answers 200. The status is 0 when a signal ended it and everyone
    left in time, 1 when one ended by itself, had to be killed, or the port of `ready_url` is taken.
    """
    if ready_url and not port_is_free(*_place(ready_url)):
        port = _place(ready_url)[1]
        _say(f"Port {port} is taken by another program: choose another one, for example PORT={port + 1}.")
        return 1
    children: list[Child] = []
    with _told_to_stop() as stop:
        try:
            for command in commands:  # one by one: if the next cannot start, those before it are known
                children.append(_start(command, env))
            fallen = _watch(children, stop, on_ready, ready_url)
        finally:
            clean = _stop(children)
    if fallen is not None:
        _say(f"`{_name(fallen)}` ended by itself ({_ending(fallen.returncode)}), so everything was stopped.")
    return 0 if clean and fallen is None else 1


@contextmanager
def _told_to_stop() -> Iterator[list[int]]:
    """The signals that have asked us to stop, so far. A second one changes nothing: the stopping has begun."""
    got: list[int] = []

    def hear(number: int, _frame: FrameType | None) -> None:
        got.append(number)

    before = {number: signal.signal(number, hear) for number in STOPS}
    try:
        yield got
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def go_with_parent() -> None:
    """End this process, politely, when the one that started it is gone: nothing old lingers and holds the port."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True, name="goes with its parent").start()


@contextmanager
def as_owner_of(folder: Path) -> Iterator[None]:
    """Be the user whom a folder belongs to: what root makes there, the site could not change any more."""
    if os.geteuid() != 0 or not folder.exists() or folder.stat().st_uid == 0:
        yield
        return
    owner = folder.stat()
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def _start(command: Sequence[str], env: Mapping[str, str]) -> Child:
    # In a session of its own: Ctrl-C reaches us alone, and each child hears of it once, from us.
    return subprocess.Popen(list(command), env=dict(env), stdin=subprocess.DEVNULL, start_new_session=True)


def _watch(
    children: Sequence[Child], stop: list[int], on_ready: Callable[[], None] | None, ready_url: str
) -> Child | None:
    """Wait for a signal (None) or for a child that ends by itself (that child)."""
    waiting = on_ready is not None
    while not stop:
        for child in children:
            if child.poll() is not None:
                return child
        if waiting and on_ready and (not ready_url or _answers(ready_url)):
            waiting = False
            on_ready()
        time.sleep(0.1 if waiting else 0.25)
    return None


def _answers(url: str) -> bool:
    """Whether this address answers 200 now (asked directly: a proxy in the environment is no matter of ours)."""
    connection = HTTPConnection(*_place(url), timeout=1)
    try:
        connection.request("GET", urlsplit(url).path or "/")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _stop(children: Sequence[Child]) -> bool:
    """Ask every child to finish, wait, then end those who have not; whether all left by themselves."""
    for child in children:
        if child.poll() is None:
            child.terminate()  # SIGTERM is what both the server and the queue take as "finish, then go"
    until = time.monotonic() + PATIENCE
    clean = True
    for child in children:
        try:
            child.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            clean = False
            _say(f"`{_name(child)}` did not finish within {PATIENCE:.0f} seconds and was ended.")
        _end_group(child)
    return clean


def _end_group(child: Child) -> None:
    """End what is left of a child's session: itself if it stayed, and processes that it left behind."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or 80


def _name(child: Child) -> str:
    words = [str(word) for word in child.args] if isinstance(child.args, list) else [str(child.args)]
    return " ".join([Path(words[0]).name, *words[1:]])


def _ending(code: int | None) -> str:
    return f"signal {-code}" if code is not None and code < 0 else f"status {code}"


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()
