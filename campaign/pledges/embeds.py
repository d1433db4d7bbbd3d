"""The public door to a pledge for other sites' pages: the promise, the count, and the way to sign it here."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import NotFound

from .. import db, embedding, text, web
from ..cache import keep
from . import board, service
from .models import PledgeState

area = web.public_area("pledge_embeds", __name__)
FRESH = 0.8  # seconds, as the pledge itself


@area.get("/embed/pledges/<slug>")
@keep(FRESH)
def pledge(slug: str) -> ResponseReturnValue:
    """One pledge at a glance. It is signed on its own page, which nobody can put into a frame.

    Without it, or without the records, the hotline and the way on still stand.
    """
    if not text.is_slug(slug):
        raise NotFound
    try:
        with db.reading():
            return _page(slug)
    except DBAPIError as error:
        if web.is_own_fault(error):
            raise
        return embedding.away(render_template("pledges/embed_instead.html", away=True))


def _page(slug: str) -> ResponseReturnValue:
    found = board.find(slug)
    if found is None and (now_at := service.forward(slug)):
        response = redirect(url_for("pledge_embeds.pledge", slug=now_at), 302)
        response.headers["Cache-Control"] = "no-store"
        return response
    if found is None or found.state == PledgeState.DRAFT:  # a frame that is refused shows a browser's grey error
        return embedding.framable(render_template("pledges/embed_instead.html", away=False), 404)
    return embedding.framable(render_template("pledges/embed.html", pledge=found))
