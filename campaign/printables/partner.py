"""The partner door to its own codes and prints: where each leads, what they brought, the files to print."""

from typing import TYPE_CHECKING

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from .. import clock, db, web
from ..links import service as links
from ..staff import doors
from . import chart, designs, plans, poster, prints, sheets, theirs

if TYPE_CHECKING:
    from ..links.models import Code

area = web.partner_area("printables_partner", __name__)


@area.get("/codes")
def index() -> ResponseReturnValue:
    """Every code of one's own organisation."""
    with db.reading():
        return render_template("printables/partner/index.html", rows=theirs.of(doors.my_partner(), single=True))


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


@area.get("/prints")
def printed() -> ResponseReturnValue:
    """The prints that are one's own alone, once they are ready."""
    page = web.page_number()
    with db.reading():
        found = prints.newest(page, web.A_PAGE, doors.my_partner())
    pager = web.pager("printables_partner.printed", page, len(found))
    there = {one.id for one in found if plans.are_there(web.config(), one)}
    known = {"prints": found[: web.A_PAGE], "there": there, "designs": designs.DESIGNS, "pager": pager}
    return render_template("printables/partner/prints.html", **known)


@area.get("/prints/<int:id>/print.zip")
def take(id: int) -> ResponseReturnValue:
    """All files of a print of one's own."""
    try:
        with db.reading():
            one = prints.get(id)
            doors.refuse_foreign(one.partner_id)
    except LookupError:
        abort(404)
    return sheets.files(one)


@area.get("/scans")
def scans() -> ResponseReturnValue:
    """What one's own pieces brought: scans of the last weeks and people of all time, the latter in whole tens."""
    with db.reading():
        found = theirs.scans(doors.my_partner(), clock.today())
    picture = chart.columns(found.steps, chart.in_words("Scans", found.steps))
    return render_template("printables/partner/scans.html", found=found, picture=picture)


def _code_or_404(code_id: int) -> "Code":
    """A code of one's own organisation; any other is as good as not there."""
    try:
        code = links.get(code_id)
        doors.refuse_foreign(code.partner_id)
    except LookupError:
        abort(404)
    return code
