"""The staff door for lists: send one, look at what would become of each row, bring it in."""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from .. import clock, db, web
from ..errors import Refused
from ..staff import audit, doors
from ..staff.acts import Act
from . import arrivals, reading
from .arrivals import Fate, Verdict
from .forms import BringInForm, ListForm, numbers
from .models import PlaceList
from .rules import COLUMNS

area = web.staff_area("place_lists_staff", __name__)
LARGEST_BODY = 4_000_000  # bytes: larger than a list may be, so that one that is too big is told so in a sentence


@area.get("/places/import")
def show() -> ResponseReturnValue:
    """A form for a file; and what would become of the rows of the one that waits."""
    return _page(ListForm())


@area.post("/places/import")
@web.takes(LARGEST_BODY)
def send() -> ResponseReturnValue:
    """Read a file and keep it for an hour. Nothing is brought in yet."""
    form, file = ListForm(), request.files.get("list")
    form.validate()
    try:
        if file is None or not file.filename:
            raise reading.Unreadable("Choose a file.")
        with file.stream:
            sheet = reading.read(file.stream.read())
    except reading.Unreadable as error:
        form.list.errors = [str(error)]
        return _page(form), 422
    with db.writing():
        arrivals.keep(doors.me().id, sheet, clock.now())
    return web.to("place_lists_staff.show")


@area.post("/places/import/bring-in")
def bring_in() -> ResponseReturnValue:
    """Write what is new, and of the likely doubles those that were ticked."""
    form = BringInForm()
    if not form.validate():
        raise Refused(arrivals.NONE_WAITS)
    waiting = next(iter(numbers([form.waiting.data or ""])), 0)
    with db.writing():
        number = arrivals.bring_in(doors.me().id, waiting, numbers(request.form.getlist("too")), clock.now())
        audit.note(Act.PLACES_BROUGHT_IN)
    return web.to("place_lists_staff.show", brought=number)


@area.get("/places/import/wrong.csv")
def wrong() -> ResponseReturnValue:
    """The rows that cannot be taken, each with the reason."""
    with db.reading():
        _, verdicts = _waiting()
    headers = {"Content-Disposition": 'attachment; filename="places-wrong.csv"'}
    return Response(arrivals.wrong_rows(verdicts), mimetype="text/csv", headers=headers)


def _waiting() -> tuple[PlaceList | None, list[Verdict]]:
    kept = arrivals.waiting(doors.me().id, clock.now())
    return kept, arrivals.judge(kept) if kept else []


def _page(form: ListForm) -> str:
    with db.reading():
        kept, verdicts = _waiting()
        until = kept.sent_at + arrivals.KEPT if kept else None
        brought = min(request.args.get("brought", -1, int), reading.MOST_ROWS)
        counts = [(fate.value, sum(one.fate == fate for one in verdicts)) for fate in Fate]
        known = {"verdicts": verdicts, "counts": counts, "brought": brought, "until": until, "columns": list(COLUMNS)}
        return render_template("places/staff/import.html", form=form, waits=kept.id if kept else 0, **known)
