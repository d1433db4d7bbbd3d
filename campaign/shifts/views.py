"""The public door: shifts that a volunteer could take, and those that are theirs, behind the link to their own page."""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from .. import clock, db, web
from ..volunteers import service as volunteers
from ..volunteers import standing
from ..volunteers.models import Volunteer, VolunteerState
from ..volunteers.witnesses import broken, not_stored
from . import offers, service
from .service import Seen, Turned

area = web.public_area("shifts", __name__)
A_MOMENT = 0.05  # seconds that the negative control lets pass between looking and writing


@area.get('/shifts/<signed("shifts"):volunteer_id>/open')
def index(volunteer_id: int) -> ResponseReturnValue:
    """Shifts: theirs, those that they could take, and why not the others; kept by nobody."""
    return _page(volunteer_id, done=request.args.get("done", ""))


def _page(volunteer_id: int, *, done: str = "", said: str = "", need_id: int = 0) -> ResponseReturnValue:
    """With what was done last, or with why it could not be and what can."""
    now = clock.now()
    with db.reading():
        if (one := _find(volunteer_id)) is None:
            return broken(410)
        if one.state != VolunteerState.CONFIRMED:
            return web.to("volunteers.own", volunteer_id=volunteer_id)
        there = offers.of(volunteer_id, now)
        instead = offers.instead(there, need_id) if said else []
        known: dict[str, Any] = {"volunteer": one, "mine": offers.mine(volunteer_id, now), "offers": there}
        known |= {"wanted": next((each for each in there if each.need.id == need_id), None)}
        known |= {"instead": instead, "others": [each for each in there if each not in instead]}
        known |= {"done": done, "said": said}
        return not_stored(render_template("shifts/index.html", **known), 409 if said else 200)


def _find(volunteer_id: int) -> Volunteer | None:
    try:
        return volunteers.get(volunteer_id)
    except LookupError:
        return None


@area.post('/shifts/<signed("shifts"):volunteer_id>/take')
def take(volunteer_id: int) -> ResponseReturnValue:
    """Take a place, or accept the one that is kept."""
    need_id = _number("need")
    seen = None if current_app.extensions["switches"].shifts_in_turn else _look(volunteer_id, need_id)
    return _act(volunteer_id, need_id, partial(service.take, volunteer_id, need_id, seen=seen), "taken")


def _look(volunteer_id: int, need_id: int) -> Seen:
    """The negative control of "never twice at once": look, and take a moment before writing."""
    with db.reading():
        seen = service.look(volunteer_id, need_id, clock.now())
    time.sleep(A_MOMENT)
    return seen


@area.post('/shifts/<signed("shifts"):volunteer_id>/wait')
def wait(volunteer_id: int) -> ResponseReturnValue:
    """Stand in line for a place."""
    need_id = _number("need")
    return _act(volunteer_id, need_id, partial(service.wait, volunteer_id, need_id), "waiting")


@area.post('/shifts/<signed("shifts"):volunteer_id>/give-back')
def give_back(volunteer_id: int) -> ResponseReturnValue:
    """Give it back, decline it, or wait no more."""
    return _act(volunteer_id, 0, partial(service.give_back, volunteer_id, _number("shift")), "given-back")


def _act(volunteer_id: int, need_id: int, act: Callable[..., object], done: str) -> ResponseReturnValue:
    try:
        with db.writing():
            answer = act(now=clock.now())
    except LookupError as error:
        raise NotFound from error
    except Turned as turned:
        return _page(volunteer_id, said=str(turned), need_id=need_id)
    return web.to("shifts.index", volunteer_id=volunteer_id, done="taken" if answer is False else done)


def _number(name: str) -> int:
    """A number that was sent; 0 when it is none, or too large."""
    text = request.form.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


@standing.adding.connect
def _my_shifts(volunteer_id: int, now: Any) -> Markup:
    """On their own page: their shifts, and the way to others."""
    known = {"volunteer": volunteers.get(volunteer_id), "mine": offers.mine(volunteer_id, now)}
    return Markup(render_template("shifts/on_own_page.html", **known))  # noqa: S704 (a template of ours)
