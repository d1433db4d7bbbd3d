"""The partner door: the people who gave themselves to this partner, to take away, and whom it must remove."""

from collections.abc import Iterable, Iterator

from flask import Response, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from .. import clock, db, web
from ..staff import audit, doors
from ..staff.acts import Act
from . import handing, removing, tables
from .forms import CheckForm, DoneForm

area = web.partner_area("supporters_partner", __name__)


@area.get("/supporters")
def index() -> ResponseReturnValue:
    """How many there are, and what there is to take away and to remove."""
    mine = doors.my_partner()
    with db.reading():
        known = {"figures": handing.figures(mine), "late": clock.now() - removing.PATIENCE}
    return render_template("supporters/partner/index.html", columns=tables.COLUMNS, few=tables.FEW, **known)


@area.post("/supporters/file")
def file() -> ResponseReturnValue:
    """Everybody whom this partner may have, for a spreadsheet."""
    mine, now = doors.my_partner(), clock.now()
    with db.writing():
        people = handing.hand_over(mine, now)
        audit.note(Act.SUPPORTERS_TAKEN, "partner", mine)
    text = tables.people(people)
    whole = [text] if handing.marks_first() else stream_with_context(_marked_late(mine, text))
    return _table(f"supporters-{clock.today().isoformat()}.csv", whole)


def _marked_late(partner_id: int, text: str) -> Iterator[str]:
    """What must not be: the mark follows the table. For the test that shows why."""
    yield text
    with db.writing():
        handing.mark(clock.now(), handing.of(partner_id))


@area.get("/supporters/removals.csv")
def removals() -> ResponseReturnValue:
    """The references that this partner is asked to do something about: nothing else, of nobody else."""
    with db.reading():
        rows = removing.removals(doors.my_partner())
    return _table(f"removals-{clock.today().isoformat()}.csv", [tables.removals(rows)])


def _table(name: str, text: Iterable[str]) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype="text/csv", headers=headers)


@area.post("/supporters/removed")
def removed() -> ResponseReturnValue:
    """The partner says that it did all that it was asked to, up to the newest that its page had shown."""
    form, mine = DoneForm(), doors.my_partner()
    with db.writing():
        if removing.confirm_removed(mine, form.seen, doors.me().id, clock.now()):
            audit.note(Act.REMOVALS_CONFIRMED, "partner", mine)
    return web.to("supporters_partner.index")


@area.get("/supporters/check")
def check() -> ResponseReturnValue:
    """Asks for an old file, or for references."""
    return render_template("supporters/partner/check.html", form=CheckForm(), checked=None)


@area.post("/supporters/check", endpoint="checked")
def checked() -> ResponseReturnValue:
    """What must be removed of it, a sentence for each; nothing of the file is kept."""
    form, sent = CheckForm(), request.files.get("file")
    if not form.validate_file(sent.read() if sent else b""):
        return render_template("supporters/partner/check.html", form=form, checked=None), 422
    with db.reading():
        found = removing.check(doors.my_partner(), form.found)
    return render_template("supporters/partner/check.html", form=form, checked=found)
