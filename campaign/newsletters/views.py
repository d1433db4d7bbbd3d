"""The public door: the archive of what was sent, its feed, and the pictures of newsletters."""

from urllib.parse import urlencode

from flask import Response, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from .. import db, i18n, web
from ..cache import keep
from . import pictures, shelf

area = web.public_area("newsletters", __name__)
KEPT = 60.0  # seconds
A_YEAR = 365 * 24 * 60 * 60


@area.get("/newsletters")
@keep(KEPT)
def index() -> ResponseReturnValue:
    """The newsletters that were sent, the newest first."""
    page = web.page_number()
    i18n.carry(f"?{urlencode({'page': page})}" if page else "")
    with db.reading():
        found = shelf.sent(page)
    newer = url_for("newsletters.index", page=page - 1 or None) if page else ""
    older = url_for("newsletters.index", page=page + 1) if len(found) > shelf.A_PAGE else ""
    known = {"rows": found[: shelf.A_PAGE], "pager": web.Pager(newer, older)}
    return render_template("newsletters/index.html", **known)


@area.get("/newsletters/<slug>")
@keep(KEPT)
def show(slug: str) -> ResponseReturnValue:
    """One of them, without anybody's name."""
    with db.reading():
        one = shelf.find(slug) or abort(404)
    return render_template("newsletters/show.html", one=one)


@area.get("/newsletters.atom")
@keep(KEPT)
def feed() -> Response:
    """The newest of them for programs that look for news (RFC 4287)."""
    with db.reading():
        found = shelf.sent(size=shelf.IN_A_FEED)[: shelf.IN_A_FEED]
    page = render_template(
        "newsletters/feed.xml", rows=found, tags={one.code: one.tag for one in i18n.site().languages}
    )
    return Response(page, mimetype="application/atom+xml")


@area.get("/newsletters/pictures/<key>.<any(png,jpeg):kind>")
def picture(key: str, kind: str) -> Response:
    """A picture for mail programs, at an address that nobody can guess; the same for ever."""
    with db.reading():
        found = pictures.find(key, kind) or abort(404)
        response = Response(found.content, mimetype=f"image/{found.kind}")
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # a mail program in a browser shows it, too
    return response
