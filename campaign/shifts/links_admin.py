"""The staff door to links for helpers at a shift: make one, show it to scan, end it."""

from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, qr, web
from ..errors import Refused
from ..staff import audit, doors
from ..staff.acts import Act
from . import editing, keys, listing
from .day_forms import LendForm
from .models import Shift, ShiftHelper

area = web.staff_area("shift_links_staff", __name__)


@area.route("/shifts/<int:id>/links", methods=["GET", "POST"])
def index(id: int) -> ResponseReturnValue:
    """The links of a shift; make another."""
    form = LendForm()
    if not form.validate_on_submit():
        return _index(id, form), web.status_of(form)
    try:
        with db.writing():
            helper_id = keys.lend(_shift_or_404(id).id, form.name.data or "", doors.me().id, clock.now())
            audit.note(Act.SHIFT_LINK_MADE, "shift", id)
    except Refused as no:
        form.form_errors.append(str(no))
        return _index(id, form), 409
    return web.to("shift_links_staff.show", id=id, helper_id=helper_id)


def _index(shift_id: int, form: LendForm) -> str:
    now = clock.now()
    with db.reading():
        shift = _shift_or_404(shift_id)
        lent = [(one, keys.state(one, shift, now)) for one in keys.lent(shift_id)]
        known: dict[str, Any] = {
            "row": listing.rows([shift])[0],
            "lent": lent,
            "open": keys.opens_something(shift, now),
        }
        return render_template("shifts/staff/links.html", form=form, **known)


@area.get("/shifts/<int:id>/links/<int:helper_id>")
def show(id: int, helper_id: int) -> ResponseReturnValue:
    """A link that was made, to scan from the screen or to send."""
    with db.reading():
        shift, helper = _shift_or_404(id), _link_or_404(id, helper_id)
        word = keys.state(helper, shift, clock.now())
        addresses = [(one, web.address("shift_door.show", one, helper_id=helper_id)) for one in i18n.site().languages]
        opens = word in ("open", "not yet open")
        known: dict[str, Any] = {"row": listing.rows([shift])[0], "helper": helper, "state_word": word}
        known |= {"opens_at": shift.starts_at - keys.BEFORE, "until": shift.ends_at + keys.AFTER}
        known |= {"addresses": addresses if opens else [], "qr": qr.svg(addresses[0][1]) if opens else ""}
        return render_template("shifts/staff/link.html", **known)


@area.post("/shifts/<int:id>/links/<int:helper_id>/end")
def end(id: int, helper_id: int) -> ResponseReturnValue:
    """Let a link open nothing any more."""
    try:
        with db.writing():
            keys.end(id, helper_id, clock.now())
            audit.note(Act.SHIFT_LINK_ENDED, "shift", id)
    except LookupError:
        abort(404)
    return web.to("shift_links_staff.index", id=id)


def _shift_or_404(shift_id: int) -> Shift:
    try:
        return editing.get(shift_id)
    except LookupError:
        abort(404)


def _link_or_404(shift_id: int, helper_id: int) -> ShiftHelper:
    try:
        helper = keys.get(helper_id)
    except LookupError:
        abort(404)
    return helper if helper.shift_id == shift_id else abort(404)
