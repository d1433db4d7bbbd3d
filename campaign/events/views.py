"""The public door: one event, coming to it, and one's own seat."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from .. import clock, db, web
from ..cache import keep
from . import board

area = web.public_area("events", __name__)
FRESH = 0.8  # seconds


@area.get("/events/<slug>")
@keep(FRESH)
def show(slug: str) -> ResponseReturnValue:
    """One event."""
    with db.reading():
        event = board.find(slug)
        if event is None and (now_at := board.forward(slug)):
            return redirect(url_for("events.show", slug=now_at), 302)
        if event is None or not board.is_public(event.event):
            raise NotFound
        return render_template("events/show.html", event=event, refusal=event.refusal(clock.now()))
