"""The short way of a printed code that this process knows: answered before the site is asked, and counted."""

from collections.abc import Callable, Iterable
from typing import Any, cast

from flask import Flask, Request

from .. import cache, security
from ..config import Config
from . import service, visits

Start = Callable[..., Any]
DOORS = ("/q/", "/Q/")


class Shortcut:
    """WSGI in front of the site. What it does not know for sure goes the long way, by the door in `views`."""

    def __init__(self, app: Flask, inner: Start, config: Config) -> None:
        self.app, self.inner = app, inner
        self.held = cast(service.Held, app.extensions["codes"])
        self.tally = cast(visits.Tally, app.extensions["visits"])
        self.headers = [*security.headers(config).items(), ("Cache-Control", "no-store"), ("Content-Length", "0")]

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        known = self.held.fresh(path[3:]) if path[:3] in DOORS and security.WRONG_HOST not in environ else None
        if known is None or environ["REQUEST_METHOD"] != "GET" or "to=" in environ.get("QUERY_STRING", ""):
            return cast(Iterable[bytes], self.inner(environ, start))
        code, lead = known
        environ[cache.ENDPOINT] = "links.follow"
        if visits.is_somebody(Request(environ)):
            self.tally.add(lead.id)
        start("302 FOUND", [("Location", f"{lead.path}?via={code}"), *self.headers])
        return [b""]


def install(app: Flask, config: Config) -> None:
    """Put the short way in front."""
    app.wsgi_app = Shortcut(app, app.wsgi_app, config)  # type: ignore[method-assign,assignment]
