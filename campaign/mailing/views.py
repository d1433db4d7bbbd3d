"""The door for Mailchimp: the address of its hook, which takes hints and is answered at once."""

from flask import Response, abort, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, UnsupportedMediaType

from .. import clock, db, web
from . import hearing, hooks, intake

area = web.public_area("mailing_hook", __name__)
FORM = "application/x-www-form-urlencoded"


@area.get("/hooks/mailchimp/<secret>")
def show(secret: str) -> ResponseReturnValue:
    """Mailchimp looks whether somebody is there, when the hook is made."""
    with db.reading():
        if not hooks.opens(intake.look(), secret):
            abort(404)
    return _taken()


@area.post("/hooks/mailchimp/<secret>")
@web.takes(hooks.LARGEST)
def hear(secret: str) -> ResponseReturnValue:
    """Something happened to somebody there: they are looked up soon. Another address is no page; a wrong sign, no."""
    body, now = request.get_data(), clock.now()  # before the form is read, which would leave nothing of it
    with db.reading():
        row = intake.look()
        if row is None or not hooks.opens(row, secret):
            abort(404)
        if request.mimetype != FORM:
            raise UnsupportedMediaType
        if not hooks.is_genuine(row, request.headers.get("X-Mailchimp-Signature", ""), body, now):
            raise Forbidden
        people = hearing.known(hooks.whom(request.form, web.config().mailchimp_audience))
        first = row.heard_at is None or now - row.heard_at > intake.SELDOM
    if people or first:
        with db.writing():
            if first:
                intake.take().heard_at = now
            if not hearing.believe(request.form.get("type", ""), people, now):
                hearing.note(people, now)
    return _taken()


def _taken() -> Response:
    return Response("Thank you.\n", mimetype="text/plain", headers={"Cache-Control": "no-store"})
