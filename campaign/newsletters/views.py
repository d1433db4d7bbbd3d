"""The public door: the pictures of newsletters."""

from flask import Response, abort
from flask.typing import ResponseReturnValue

from .. import db, web
from . import pictures

area = web.public_area("newsletters", __name__)
A_YEAR = 365 * 24 * 60 * 60


@area.get("/newsletters/pictures/<key>.<any(png,jpeg):kind>")
def picture(key: str, kind: str) -> ResponseReturnValue:
    """A picture for mail programs, at an address that nobody can guess; the same for ever."""
    with db.reading():
        found = pictures.find(key, kind) or abort(404)
        response = Response(found.content, mimetype=f"image/{found.kind}")
    response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # a mail program in a browser shows it, too
    return response
