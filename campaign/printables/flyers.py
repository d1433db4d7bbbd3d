"""The staff door to flyers of events: choose a language, get a code of its own, print it on Letter or A4."""

from typing import TYPE_CHECKING

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, web
from ..events.board import Shown
from ..links import service as links
from ..staff import audit
from ..staff.acts import Act
from ..typeset import Press
from . import flyer, formats
from .designs import Item
from .forms import FlyerForm

if TYPE_CHECKING:
    from ..links.models import Code

area = web.staff_area("flyers_staff", __name__)


@area.route("/events/<int:id>/flyers", methods=["GET", "POST"])
def index(id: int) -> ResponseReturnValue:
    """The flyers of an event with what each brought; one more is made by choosing its language."""
    with db.reading():
        event = _event_or_404(id)
        form = FlyerForm.of(flyer.languages(i18n.content()))
        if not form.validate_on_submit():
            codes = flyer.codes(event)
            known = {"codes": codes, "visits": links.visits([one.id for one in codes]), "event": event}
            page = render_template("printables/staff/flyers.html", form=form, papers=formats.PAPERS, **known)
            return page, web.status_of(form)
    with db.writing():
        code_id = flyer.make(event, form.language.data, clock.now())
        audit.note(Act.CODE_MADE, "code", code_id)
    return web.to("flyers_staff.index", id=id)


@area.get("/events/<int:id>/flyers/<int:code_id>.pdf")
def pdf(id: int, code_id: int) -> ResponseReturnValue:
    """A flyer to print: `paper` (letter or a4), `output` (office or press)."""
    printed, code = _printed(id, code_id)
    paper, output = request.args.get("paper", "letter"), request.args.get("output", "office")
    made = flyer.pdf(_press(), i18n.content(), printed, paper, output)
    name = f"flyer-{code.language}-{code.code}.pdf"
    return Response(made, mimetype="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})


@area.get("/events/<int:id>/flyers/<int:code_id>.png")
def png(id: int, code_id: int) -> ResponseReturnValue:
    """The same to look at."""
    printed, _ = _printed(id, code_id)
    return Response(flyer.png(_press(), i18n.content(), printed), mimetype="image/png")


def _printed(event_id: int, code_id: int) -> tuple[Item, "Code"]:
    with db.reading():
        found = [code for code in flyer.codes(_event_or_404(event_id)) if code.id == code_id]
        code = found[0] if found else abort(404)
        return flyer.item(event_id, code), code


def _press() -> Press:
    return Press(web.config().place("templates") / "print")


def _event_or_404(event_id: int) -> Shown:
    try:
        return flyer.of(event_id)
    except LookupError:
        abort(404)
