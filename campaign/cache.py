"""Public pages, kept rendered in the process: fresh, served stale while one request rebuilds, with an ETag."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from hashlib import sha256
from secrets import token_hex
from threading import Lock
from time import monotonic, time
from typing import Any, ParamSpec, TypeVar, cast

from flask import Flask, request

ENDPOINT = "campaign.endpoint"  # which page answers, for those who count answers and must not know addresses
IN_FRONT = "campaign.kept"  # set where a cache stands in front of the site
OURS = token_hex(12)  # known to nobody: what a signer typed must never be taken for a gap
GAP = f"~~rendered-{OURS}~~"  # stands in a kept form where the signed time of rendering goes
VIA, VIA_QUERY = f"~~via-{OURS}~~", f"~~?via-{OURS}~~"  # and where the code goes that brought its reader: field, link
WITH_VIA = re.compile(r"via=([2-9A-HJKMNP-Z]{7})")
WITH_FROM = re.compile(r"from=([a-z0-9-]{1,60})")
PARTNER = "campaign.partner"  # the id of the partner by whom a reader came, where a kept page differs by it
BY_PARTNER = ("/pledges/", "/events/")  # the pages that do: they offer the boxes of that partner
MOST_PAGES = 2_000
NEVER_KEPT = ("/static/", "/staff", "/partner", "/healthz", "/readyz", "/metrics", "/q/", "/Q/")
STALE_FOR = 24 * 60 * 60.0  # seconds that an old page may stand in while the records are away

Start = Callable[..., Any]
Whose = Callable[[str, str], int | None]  # the partner of a code or of an address
P = ParamSpec("P")
R = TypeVar("R")


@dataclass
class Kept:
    """A rendered page: its headers, its body cut at the gaps, and until when it is fresh."""

    headers: list[tuple[str, str]] = field(default_factory=list)
    pieces: list[bytes] = field(default_factory=list)
    etag: str = ""
    fresh_until: float = 0.0
    made_at: float = 0.0
    rebuilding: Lock = field(default_factory=Lock)
    filled: tuple[str, bytes, bytes] = ("", b"", b"")
    endpoint: str = ""


def keep(seconds: float) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Mark a view whose page is the same for everybody: keep it so long, without a cookie and without a query."""

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def shown(*args: P.args, **kwargs: P.kwargs) -> R:
            if IN_FRONT in request.environ:
                request.environ["campaign.keep"] = seconds
            return view(*args, **kwargs)

        return shown

    return mark


def came_by() -> int | None:
    """The partner for whose readers this page is being made and kept. Ask only where one is being kept."""
    return cast("int | None", request.environ.get(PARTNER))


def keeping() -> bool:
    """Whether the page being made will be kept, so that a form must leave its gap open."""
    return "campaign.keep" in request.environ and request.method in ("GET", "HEAD")


class PageCache:
    """WSGI in front of the site. One request at a time makes a page; a failure shows the last good one.

    A page that offers the boxes of a partner is kept once for each partner, and `whose` says which it is.
    `renderings` counts how often the site was asked, for the test that a crowd asks once.
    """

    def __init__(self, app: Start, fill: Callable[[], str], whose: Whose) -> None:
        self.app, self.fill, self.whose = app, fill, whose
        self.pages: dict[tuple[str, ...], Kept] = {}
        self.renderings = 0

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        query = environ.get("QUERY_STRING", "")
        via, sender = WITH_VIA.fullmatch(query), WITH_FROM.fullmatch(query)
        asked = environ["REQUEST_METHOD"] in ("GET", "HEAD") and (via or sender or not query)
        if not asked or path.startswith(NEVER_KEPT) or "campaign.wrong_host" in environ:
            return self.app(environ, start)  # type: ignore[no-any-return]
        if query and any(part in path for part in BY_PARTNER):
            environ[PARTNER] = self.whose(via[1] if via else "", sender[1] if sender else "")
        key = (environ.get("HTTP_HOST", ""), environ.get("wsgi.url_scheme", ""), path, str(environ.get(PARTNER) or ""))
        page = self.pages.get(key)
        if page is None:
            return self._ask(key, environ, start, None)
        if monotonic() > page.fresh_until and page.rebuilding.acquire(blocking=False):
            try:
                return self._ask(key, environ, start, page)
            finally:
                page.rebuilding.release()
        return self._answer(page, environ, start)

    def _ask(self, key: tuple[str, ...], environ: dict[str, Any], start: Start, old: Kept | None) -> Iterable[bytes]:
        said: list[Any] = []
        self.renderings += 1

        def listen(status: str, headers: list[tuple[str, str]], error: object = None) -> Callable[[bytes], object]:
            said[:] = [status, headers]
            return lambda _piece: None

        method, environ["REQUEST_METHOD"] = environ["REQUEST_METHOD"], "GET"
        environ[IN_FRONT] = True
        conditions: dict[str, Any] = {
            k: environ.pop(k) for k in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE") if k in environ
        }
        answer = self.app(environ, listen)
        try:
            body = b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()
        environ["REQUEST_METHOD"] = method
        environ.update(conditions)
        status, headers = said
        seconds = environ.get("campaign.keep")
        cookie = any(name.lower() == "set-cookie" for name, _ in headers)
        if status.startswith("200") and seconds is not None and not cookie:
            page = self._keep(key, headers, body, seconds, old)
            page.endpoint = environ.get(ENDPOINT, "")
            return self._answer(page, environ, start)
        if status.startswith("5") and old is not None and monotonic() - old.made_at < STALE_FOR:
            old.fresh_until = monotonic() + 1.0  # do not hammer records that are away
            return self._answer(old, environ, start)
        if status[:1] != "5":
            self.pages.pop(key, None)
        start(status, headers)
        return [] if method == "HEAD" else [body]

    def _keep(
        self, key: tuple[str, ...], headers: list[tuple[str, str]], body: bytes, seconds: float, old: Kept | None
    ) -> Kept:
        whole = not any(mark.encode() in body for mark in (GAP, VIA, VIA_QUERY))
        etag = f'"{sha256(body).hexdigest()[:20]}"' if whole else ""
        private = ("Cache-Control", "no-store") in headers
        sent = [h for h in headers if h[0].lower() not in ("content-length", "etag", "cache-control")]
        sent.append(("Cache-Control", "no-store" if private else "no-cache"))
        if etag and not private:
            sent.append(("ETag", etag))
        now = monotonic()
        # A new one, swapped in whole: others are being answered from the old one at this moment.
        page = Kept(sent, body.split(GAP.encode()), etag, now + seconds, now, old.rebuilding if old else Lock())
        if len(self.pages) >= MOST_PAGES:
            self.pages.clear()
        self.pages[key] = page
        return page

    def _answer(self, page: Kept, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        environ[ENDPOINT] = page.endpoint
        if page.etag and page.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start("304 Not Modified", page.headers)
            return []
        body = page.pieces[0] if page.etag else self._filled(page, environ)
        start("200 OK", [*page.headers, ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _filled(self, page: Kept, environ: dict[str, Any]) -> bytes:
        query = environ.get("QUERY_STRING", "")
        via = WITH_VIA.fullmatch(query)
        time_shown, code = self.fill(), via[1].encode() if via else b""
        carried = b"?" + query.encode() if via or environ.get(PARTNER) else b""
        known = page.filled
        if known[:2] != (time_shown, carried):  # the same for a second, for all who came by the same code
            body = time_shown.encode().join(page.pieces)
            body = body.replace(VIA.encode(), code).replace(VIA_QUERY.encode(), carried)
            page.filled = time_shown, carried, body
            return body
        return known[2]


def install(app: Flask, fill: Callable[[], str], whose: Whose) -> PageCache:
    """Put the cache in front of the site; `fill` gives what goes into a gap, asked once a second at most."""
    filled: tuple[int, str] = (0, "")

    def fill_in() -> str:
        nonlocal filled
        second = int(time())
        if filled[0] != second:
            with app.app_context():
                filled = second, fill()
        return filled[1]

    cache = app.extensions["page_cache"] = PageCache(app.wsgi_app, fill_in, whose)
    app.wsgi_app = cache  # type: ignore[method-assign,assignment]
    return cache
