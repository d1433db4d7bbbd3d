"""The public door of those who were asked to fill a gap: yes or no, with one button each."""

from collections.abc import Callable
from datetime import datetime

from flask import Response, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.exceptions import NotFound

from .. import clock, db, web
from ..errors import Refused
from . import asks, saying

area = web.public_area("asks", __name__)


@area.get('/asks/<signed("ask"):ask_id>')
def show(ask_id: int) -> ResponseReturnValue:
    """What is asked, and the two buttons; or what became of it."""
    return _show(ask_id)


def _show(ask_id: int, sentence: str = "", status: int = 200) -> Response:
    now = clock.now()
    with db.reading():
        try:
            one = asks.get(ask_id)
        except LookupError:
            return _gone()
        closed = one.closed(now)
        why = sentence or ("" if closed or one.has_place else asks.reason(one, now))
        facts = saying.facts_for(one.shift, one.need.role_id)
        page = render_template("shifts/ask.html", one=one, facts=facts, closed=closed, why=why)
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _gone() -> Response:
    sentence = gettext("This was long ago, and we have deleted it.")
    return web.error_page(410, sentence, gettext("No longer here"))


@area.post('/asks/<signed("ask"):ask_id>/yes')
def yes(ask_id: int) -> ResponseReturnValue:
    """They come."""
    return _answer(ask_id, asks.accept)


@area.post('/asks/<signed("ask"):ask_id>/no')
def no(ask_id: int) -> ResponseReturnValue:
    """They cannot come."""
    return _answer(ask_id, asks.decline)


def _answer(ask_id: int, act: Callable[[int, datetime], None]) -> ResponseReturnValue:
    try:
        with db.writing():
            act(ask_id, clock.now())
    except LookupError as error:
        raise NotFound from error
    except Refused as refused:
        return _show(ask_id, str(refused), 409)
    return web.to("asks.show", ask_id=ask_id)


@area.get("/asks/<path:token>")
def broken(token: str) -> ResponseReturnValue:
    """A link that was cut in two, altered, or made for something else."""
    sentence = gettext("It may be cut in two. Copy the whole link from the letter.")
    return web.error_page(404, sentence, gettext("This link does not work"))
