"""Being the web server: the only file that knows which one it is (docs/decisions/0001-app-server.md)."""

import threading
from collections import deque
from collections.abc import Callable
from io import BytesIO
from time import perf_counter, sleep
from typing import Any

from flask import Flask
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from . import answers, logs
from .config import Config
from .run import go_with_parent
from .security import IN_STEP

STEP = 0.025  # seconds: answers about an address leave at multiples of this after they were asked for
PLACES, READERS = 2, 64  # requests answered at once in a process, and requests whose bodies are still coming in
AT_ONCE = ("/help", "/theme.css", "/healthz", ".css", ".js")  # need no records, so they wait for nobody
CONNECTIONS = 512  # open ones that each process takes, idle ones too
# The server's own lines go the way of ours, which lets no values through.
LOGGED_AS_WE_DO = {"loggers": {"_granian": {"propagate": True}, "granian.access": {"propagate": True}}}
SLOWEST_HEADER = 10_000  # milliseconds; also ends connections that say nothing


def serve(config: Config, target: str = "campaign.serve:site") -> None:
    """Answer on the configured host and port until told to stop; requests under way are finished first.

    `target` names a function that makes the WSGI application, once in each process. Few places on purpose (see
    `in_turn`): more requests at once only queue for SQLite's one writer, and the slowest waits longer.
    """
    settings: dict[str, Any] = {
        "workers": config.processes,
        "blocking_threads": READERS,
        "backpressure": CONNECTIONS,
        "http": HTTPModes.http1,
        "http1_settings": HTTP1Settings(header_read_timeout=SLOWEST_HEADER, max_buffer_size=65_536),
        "websockets": False,
        "respawn_failed_workers": True,
        "workers_kill_timeout": 10,
        "log_level": LogLevels.error,  # it warns of READERS at every start; see `in_turn`
        "log_dictconfig": LOGGED_AS_WE_DO,
        "log_access": False,  # an access log would hold addresses and tokens; `answers` keeps one without
    }
    answers.share(config)
    from . import app  # noqa: F401 (read once, by whom the processes are forked from)

    server = Server(target, config.host, config.port, interface=Interfaces.WSGI, factory=True, **settings)
    server.serve()


def site() -> Flask:
    """The site in one of the server's processes, which goes when the server is gone: no old program lingers."""
    from .app import create_app

    config = Config.read().checked()
    logs.begin(as_objects=not config.demo)
    go_with_parent()
    app = create_app(config)
    read_ahead(app)
    app.wsgi_app = in_turn(app.wsgi_app, app.config["MAX_CONTENT_LENGTH"])  # type: ignore[method-assign]
    return app


def read_ahead(app: Flask) -> threading.Thread:
    """Read beside the first answers what the first form would wait a second for: calls for help in all languages."""
    content = app.extensions["content"]
    reader = threading.Thread(target=lambda: content.pleas, daemon=True, name="reading ahead")
    reader.start()
    return reader


class Turnstile:
    """A few places, given in the order of coming: a semaphore lets newcomers overtake those who wait."""

    def __init__(self, places: int) -> None:
        self.free, self.line, self.lock = places, deque[threading.Lock](), threading.Lock()

    def __enter__(self) -> None:
        with self.lock:
            if self.free:
                self.free -= 1
                return
            mine = threading.Lock()
            mine.acquire()
            self.line.append(mine)
        mine.acquire()

    def __exit__(self, *_: object) -> None:
        with self.lock:
            if self.line:
                self.line.popleft().release()  # handed over, so that nobody can step in between
            else:
                self.free += 1


def in_turn(app: Callable[..., Any], largest_body: int) -> Callable[..., Any]:
    """Read what was sent before taking one of the few places, so that slow visitors do not keep others from /help."""
    turn = Turnstile(PLACES)

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        length = environ.get("CONTENT_LENGTH") or ""
        if length.isdecimal() and 0 < int(length) <= largest_body:  # more is refused without being read
            environ["wsgi.input"] = BytesIO(environ["wsgi.input"].read(int(length)))
        if environ.get("PATH_INFO", "").endswith(AT_ONCE):
            return app(environ, start)
        asked_at = perf_counter()
        with turn:
            said = app(environ, start)
        if environ.get(IN_STEP):
            sleep(STEP - (perf_counter() - asked_at) % STEP)  # in no place: others are answered meanwhile
        return said

    return answer
