"""The partner door to its own codes: where each leads, what it brought, and its posters to print."""

from typing import TYPE_CHECKING

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from .. import db, web
from ..links import service as links
from ..staff import doors
from . import poster, sheets, theirs

if TYPE_CHECKING:
    from ..links.models import Code

area = web.partner_area("printables_partner", __name__)


@area.get("/codes")
def index() -> ResponseReturnValue:
    """Every code of one's own organisation."""
    with db.reading():
        return render_template("printables/partner/index.html", rows=theirs.of(doors.my_partner()))


@area.get("/codes/<int:id>")
def show(id: int) -> ResponseReturnValue:
    """One code, and its posters in every language."""
    with db.reading():
        (row,) = theirs.with_figures([_code_or_404(id)])
    address = poster.legible(links.printed_address(row.code))
    return render_template("printables/partner/show.html", row=row, address=address, posters=sheets.offered())


@area.get("/codes/<int:id>/poster.pdf")
def print_poster(id: int) -> ResponseReturnValue:
    """The poster with this code, to print: `language`, and `paper` (letter or a4)."""
    with db.reading():
        sheet = sheets.asked(_code_or_404(id))
    return sheets.pdf(sheet)


def _code_or_404(code_id: int) -> "Code":
    """A code of one's own organisation; any other is as good as not there."""
    try:
        code = links.get(code_id)
        doors.refuse_foreign(code.partner_id)
    except LookupError:
        abort(404)
    return code
