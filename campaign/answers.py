"""Every answer on its way out: it gets its request's id, is timed, counted and, if the settings say so, logged.

What is noted of a request is the page it asked for (not its address, which may hold a token), the status and the
time it took. No address, no browser, nobody.
"""

import logging
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import Any

from flask import Flask, request

from . import logs
from .cache import ENDPOINT
from .config import Config

log = logging.getLogger("campaign.answers")
SHARED = "PROMETHEUS_MULTIPROC_DIR"  # where the metrics library keeps what several processes count
NOWHERE = "none"  # the endpoint of an address that leads to no page
Count = Callable[[str, int, float], None]
Start = Callable[..., Any]


class BrokeOff(Exception):
    """An answer ended in the middle. What went wrong is in the log, without its values."""


class Answers:
    """WSGI around the whole site. `count` is told endpoint, status and seconds of each answer."""

    def __init__(self, site: Flask, app: Start, *, logged: bool) -> None:
        self.site, self.app, self.logged = site, app, logged
        self.count: Count | None = None

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        environ[logs.REQUEST_ID] = name = logs.new_id()
        began, said = perf_counter(), ["500"]

        def begin(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            said[0] = status
            return start(status, [*headers, ("X-Request-Id", name)], *error)

        try:
            answer = self.app(environ, begin)
        except Exception as error:
            if self.site.testing:
                raise
            log.error("request %s: %s", name, logs.what_and_where(error))  # noqa: TRY400 (a traceback holds values)
            answer = _sorry(begin)
        if self.logged or self.count:
            self._note(environ, int(said[0][:3]), perf_counter() - began)
        return answer if isinstance(answer, list) or self.site.testing else Whole(answer, name)

    def _note(self, environ: dict[str, Any], status: int, seconds: float) -> None:
        endpoint = environ.get(ENDPOINT) or NOWHERE
        if self.count:
            self.count(endpoint, status, seconds)
        if self.logged:
            noted = {"method": environ["REQUEST_METHOD"], "endpoint": endpoint, "status": status}
            noted |= {"ms": round(seconds * 1000, 1), "request": environ[logs.REQUEST_ID]}
            line = "%(method)s %(endpoint)s %(status)d in %(ms).1f ms, request %(request)s"
            log.info(line, noted, extra={"fields": noted})


class Whole:
    """An answer in pieces, whose failure says nothing but that it failed."""

    def __init__(self, pieces: Iterable[bytes], name: str) -> None:
        self.pieces, self.name = pieces, name

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self.pieces
        except Exception as error:  # noqa: BLE001 (the server would print its values)
            log.error("request %s broke off: %s", self.name, logs.what_and_where(error))  # noqa: TRY400
            raise BrokeOff from None  # the reader must not take half of it for the whole

    def close(self) -> None:
        """Let go of what the answer held."""
        if hasattr(self.pieces, "close"):
            self.pieces.close()


def _sorry(start: Start) -> list[bytes]:
    body = b"Something is wrong on our side. Please try again later.\n"
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
    start("500 Internal Server Error", [*headers, ("Cache-Control", "no-store")])
    return [body]


def share(config: Config) -> None:
    """Let the web processes that this one starts count into one folder, which begins empty."""
    if config.metrics_token:
        folder = config.data_dir / "metrics"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        os.environ[SHARED] = str(folder)


def install(app: Flask, *, logged: bool) -> Answers:
    """Put this around everything else."""
    app.before_request(_remember_endpoint)
    answers = app.extensions["answers"] = Answers(app, app.wsgi_app, logged=logged)
    app.wsgi_app = answers  # type: ignore[method-assign,assignment]
    return answers


def _remember_endpoint() -> None:
    request.environ[ENDPOINT] = request.endpoint or NOWHERE
