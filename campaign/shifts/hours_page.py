"""The public door to one's own hours: what counts, what waits, and other work written down by hand."""

from typing import Any

from flask import Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from .. import clock, db, i18n, web
from ..errors import Refused
from ..volunteers import lists, standing
from ..volunteers import service as volunteers
from ..volunteers.models import VolunteerState
from ..volunteers.witnesses import broken, not_stored
from . import hours, hours_words
from .hours_forms import LogForm

area = web.public_area("hours", __name__)


@area.get('/shifts/<signed("shifts"):volunteer_id>/hours')
def mine(volunteer_id: int) -> ResponseReturnValue:
    """What they gave."""
    return _mine(volunteer_id, None, done=request.args.get("done", ""))


def _mine(volunteer_id: int, form: LogForm | None, status: int = 200, **known: Any) -> Response:
    with db.reading():
        try:
            one = volunteers.get(volunteer_id)
        except LookupError:
            return broken(410)
        if one.state != VolunteerState.CONFIRMED:
            return make_response(web.to("volunteers.own", volunteer_id=volunteer_id))
        known |= {"rows": hours.of(volunteer_id), "total": hours.total(volunteer_id), "volunteer": one}
        known |= {"roles": lists.names(lists.ROLES), "states": hours_words.states(), "span": hours_words.span}
        page = render_template("shifts/hours.html", form=form or _form(), **{"done": "", **known})
    return not_stored(page, status)


def _form() -> LogForm:
    form = LogForm()
    form.offer(lists.of(lists.ROLES), i18n.local(clock.now()).date())
    return form


@standing.adding.connect
def _my_hours(volunteer_id: int, now: Any) -> Markup:
    """On their own page: what they gave in sum, and their calendar."""
    known = {"volunteer": volunteers.get(volunteer_id), "time": hours_words.span(hours.total(volunteer_id))}
    return Markup(render_template("shifts/hours_on_own_page.html", **known))  # noqa: S704 (a template of ours)


@area.post('/shifts/<signed("shifts"):volunteer_id>/hours')
def log(volunteer_id: int) -> ResponseReturnValue:
    """Write down other work."""
    with db.reading():
        form = _form()
    if not form.validate():
        return _mine(volunteer_id, form, 422)
    try:
        with db.writing():
            hours.log(volunteer_id, form.entry(), clock.now())
    except LookupError as error:
        raise NotFound from error
    except Refused as refused:
        form.worked_on.errors = [str(refused)]
        return _mine(volunteer_id, form, 422)
    return web.to("hours.mine", volunteer_id=volunteer_id, done="logged")


@area.post('/shifts/<signed("shifts"):volunteer_id>/hours/take-back')
def strike(volunteer_id: int) -> ResponseReturnValue:
    """Take back what nobody has looked at yet; gone already is as good."""
    entry = request.form.get("entry", "")
    hours_id = int(entry) if entry.isdecimal() and len(entry) < 19 else 0
    try:
        with db.writing():
            hours.strike(volunteer_id, hours_id)
    except LookupError:
        return web.to("hours.mine", volunteer_id=volunteer_id)
    except Refused as refused:
        return web.error_page(409, str(refused), gettext("My hours"))
    return web.to("hours.mine", volunteer_id=volunteer_id, done="struck")
