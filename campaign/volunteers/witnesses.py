"""The public door of those who vouch: a guardian's answer, and the code that a trainer shows."""

from flask import Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from .. import clock, db, i18n, web
from ..cache import keep
from ..errors import Refused
from ..security import at_an_even_pace
from . import guardians, trainings
from .forms import AddressForm

area = web.public_area("witnesses", __name__)
KEPT = 60.0  # seconds
CONSENT = i18n.guarded("I am the parent or guardian, and I agree that this person volunteers under these rules.")


@area.get('/guardian/<signed("guardian"):guardian_id>')
def guardian(guardian_id: int) -> ResponseReturnValue:
    """What it means that somebody aged 16 or 17 volunteers, and the two buttons."""
    with db.reading():
        try:
            one, volunteer = guardians.get(guardian_id)
        except LookupError:
            return _nobody_asked()
        page = render_template("volunteers/guardian.html", guardian=one, volunteer=volunteer, consent=CONSENT)
    return not_stored(page)


@area.post('/guardian/<signed("guardian"):guardian_id>')
def answer(guardian_id: int) -> ResponseReturnValue:
    """The guardian agrees, refuses, or takes it back."""
    yes = request.form.get("agree") == "yes"
    try:
        with db.writing():
            guardians.answer(guardian_id, yes, str(CONSENT), clock.now())
    except LookupError:
        return _nobody_asked()
    return web.to("witnesses.guardian", guardian_id=guardian_id)


@area.get("/guardian/<path:token>")
def guardian_broken(token: str) -> ResponseReturnValue:
    """A link that was cut in two, altered, or made for something else."""
    sentence = gettext("It may be cut in two. Copy the whole link from the letter.")
    return web.error_page(404, sentence, gettext("This link does not work"))


def _nobody_asked() -> Response:
    sentence = gettext(
        "Your answer is not needed any more: the volunteer has named someone else, has left, or is 18 by now."
    )
    return web.error_page(410, sentence, gettext("This link does not work"))


@area.get("/trained/<code>")
def at_training(code: str) -> ResponseReturnValue:
    """Where the trainer's code leads: asks for the address of who was there."""
    return _at_training(code, AddressForm())


def _at_training(code: str, form: AddressForm, status: int = 200) -> Response:
    with db.reading():
        try:
            found = trainings.find_code(code, clock.now())
        except LookupError:
            sentence = gettext("No training has this code. Please look at it once more.")
            return web.error_page(404, sentence, gettext("This code does not work"))
        except Refused as refused:
            return web.error_page(410, str(refused), gettext("This code does not work"))
        return not_stored(render_template("volunteers/at_training.html", code=found, form=form), status)


@area.post("/trained/<code>")
@at_an_even_pace
def scan(code: str) -> ResponseReturnValue:
    """Write to the address: the same answer whoever it is."""
    form = AddressForm()
    if not form.validate():
        return _at_training(code, form, 422)
    try:
        with db.writing():
            trainings.scan(code, form.email.mailbox, clock.now())
    except (LookupError, Refused):
        return _at_training(code, form)
    return web.to("witnesses.scanned")


@area.get("/trained/sent")
@keep(KEPT)
def scanned() -> ResponseReturnValue:
    """What comes next, if the address is that of a volunteer."""
    return not_stored(render_template("volunteers/scanned.html"))


@area.get('/present/<signed("present"):presence_id>')
def present(presence_id: int) -> ResponseReturnValue:
    """A button: it was me."""
    with db.reading():
        try:
            one = trainings.get_presence(presence_id, clock.now())
        except LookupError:
            return broken(410)
        code = trainings.get_code(one.code_id)
        return not_stored(render_template("volunteers/present.html", presence=one, code=code))


@area.post('/present/<signed("present"):presence_id>')
def confirm_present(presence_id: int) -> ResponseReturnValue:
    """It was them."""
    try:
        with db.writing():
            trainings.confirm_presence(presence_id, clock.now())
    except LookupError:
        return broken(410)
    return web.to("witnesses.present", presence_id=presence_id)


@area.get("/present/<path:token>")
def present_broken(token: str) -> ResponseReturnValue:
    """A link that was cut in two, altered, or made for something else."""
    return broken()


def broken(status: int = 404) -> Response:
    """What a link says that opens nothing (any more)."""
    sentence = gettext(
        "It may be cut in two, or what it belongs to is no longer kept. Copy the whole link from the letter, or ask "
        "for a new one."
    )
    way_out = (gettext("Ask for a new link"), url_for("volunteers.lost"))
    return web.error_page(status, sentence, gettext("This link does not work"), way_out)


def not_stored(page: str, status: int = 200) -> Response:
    """A page that no device and no cache keeps."""
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
