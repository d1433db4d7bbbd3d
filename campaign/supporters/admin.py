"""The staff door: which partners have still to remove somebody, and what a partner says that has no door any more."""

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue

from .. import clock, db, web
from ..partners import service as partners
from ..staff import audit, doors
from ..staff.acts import Act
from . import removing, tables
from .forms import DoneForm

area = web.staff_area("supporters_staff", __name__)


@area.get("/removals")
def removals() -> ResponseReturnValue:
    """Each partner with removals that it has not confirmed, the longest first."""
    with db.reading():
        known = {"waiting": removing.waiting(), "late": clock.now() - removing.PATIENCE}
    return render_template("supporters/staff/removals.html", **known)


@area.get("/removals/<int:id>.csv")
def table(id: int) -> ResponseReturnValue:
    """The list of one partner, to send it to a partner whose door is closed: references, and nobody's name."""
    with db.reading():
        _known_or_404(id)
        text = tables.removals(removing.removals(id))
    headers = {"Content-Disposition": f'attachment; filename="removals-{clock.today().isoformat()}.csv"'}
    return Response([text], mimetype="text/csv", headers=headers)


@area.post("/removals/<int:id>/removed")
def removed(id: int) -> ResponseReturnValue:
    """The partner has told staff that it did all of what the page had shown."""
    form = DoneForm()
    with db.writing():
        _known_or_404(id)
        if removing.confirm_removed(id, form.seen, doors.me().id, clock.now()):
            audit.note(Act.REMOVALS_CONFIRMED, "partner", id)
    return web.to("supporters_staff.removals")


def _known_or_404(partner_id: int) -> None:
    try:
        partners.get(partner_id)
    except LookupError:
        abort(404)
