"""The public door: leave."""

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from .. import clock, db, i18n, web
from . import service

area: Blueprint = web.public_area("supporters", __name__)


@area.get('/unsubscribe/<signed("leave"):supporter_id>')
def unsubscribe(supporter_id: int) -> ResponseReturnValue:
    """A page with a button: mail scanners follow links, and must not unsubscribe anybody."""
    return _never_stored(render_template("supporters/unsubscribe.html", done=False))


@area.post('/unsubscribe/<signed("leave"):supporter_id>')
def leave(supporter_id: int) -> ResponseReturnValue:
    """Leave the list: by the button, or by the mail program's one click (RFC 8058: no redirect, no cookie)."""
    words = gettext("No more news from the campaign")
    source = "one-click" if request.form.get("List-Unsubscribe") == "One-Click" else "page"
    with db.writing():
        service.leave(supporter_id, words, i18n.language().code, source, clock.now())
    return _never_stored(render_template("supporters/unsubscribe.html", done=True))


def _never_stored(page: str) -> Response:
    return Response(page, headers={"Cache-Control": "no-store"})
