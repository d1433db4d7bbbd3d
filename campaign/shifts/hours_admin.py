"""The staff door to hours: what waits for somebody, sums for grants, one volunteer's, corrections."""

from datetime import date, timedelta
from typing import Any

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, web
from ..errors import Refused, Stale
from ..events.periods import Month
from ..staff import audit
from ..staff.acts import Act
from ..volunteers import lists
from ..volunteers import service as volunteers
from ..volunteers.models import Volunteer
from . import hours, hours_words, totals
from .hours_forms import CorrectForm, WriteDownForm
from .models import Hours

area = web.staff_area("hours_staff", __name__)


@area.get("/hours")
def index() -> ResponseReturnValue:
    """What waits for an answer, and the sums of a time."""
    page, (first, last) = web.page_number(), _months()
    with db.reading():
        rows = hours.waiting(page, web.A_PAGE)
        known: dict[str, Any] = {
            "roles": lists.names(lists.ROLES),
            "sums": totals.rows(first, last),
            "languages": _languages(),
        }
        known["people"] = totals.people(first, last)
    months = {"first": str(Month.of(first)), "last": str(Month.of(last))}
    pager = web.pager("hours_staff.index", page, len(rows), **months)
    known |= {"rows": rows[: web.A_PAGE], "pager": pager, "span": hours_words.span, **months}
    return render_template("shifts/staff/hours.html", **known)


def _months() -> tuple[date, date]:
    """From the first day of one month to the last of another; this year, when nothing else can be read."""
    today = i18n.local(clock.now()).date()
    first = Month.read(request.args.get("first", "")) or Month(today.year, 1)
    last = Month.read(request.args.get("last", "")) or Month(first.year, 12)
    return first.first, max(last, first, key=lambda one: one.first).after.first - timedelta(days=1)


def _languages() -> dict[str, str]:
    return {"": "", **{one.code: one.name for one in i18n.site().languages}}


@area.get("/hours.csv")
def table() -> ResponseReturnValue:
    """The sums for a spreadsheet: no names."""
    first, last = _months()
    with db.reading():
        text = totals.table(first, last)
    return _file(text, f"hours-{Month.of(first)}-{Month.of(last)}.csv")


@area.get("/hours-codebook.csv")
def codebook() -> ResponseReturnValue:
    """What the columns mean."""
    return _file(totals.codebook(), "hours-codebook.csv")


def _file(text: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype="text/csv", headers=headers)


@area.post("/hours/<int:id>/decide")
def decide(id: int) -> ResponseReturnValue:
    """What a volunteer logged counts, or does not."""
    yes = request.form.get("approve") == "yes"
    try:
        with db.writing():
            hours.decide(id, yes, clock.now())
            audit.note(Act.HOURS_APPROVED if yes else Act.HOURS_DECLINED, "hours", id)
    except LookupError:
        abort(404)
    return web.to("hours_staff.index")


@area.route("/hours/<int:id>", methods=["GET", "POST"])
def edit(id: int) -> ResponseReturnValue:
    """One entry, to correct it."""
    with db.reading():
        one = _hours_or_404(id)
        form = CorrectForm(one)
        if not form.validate_on_submit():
            return _edit(one, form), web.status_of(form)
    try:
        with db.writing():
            hours.correct(id, form.total, form.seen_version, clock.now())
            audit.note(Act.HOURS_CORRECTED, "hours", id)
    except LookupError:
        abort(404)
    except Stale:
        with db.reading():
            one = _hours_or_404(id)
            form.overtaken(one.version)
            return _edit(one, form, [("Hours", hours_words.span(one.minutes))]), 409
    return web.to("hours_staff.edit", id=id)


def _edit(one: Hours, form: CorrectForm, theirs: list[tuple[str, str]] | None = None) -> str:
    whose = volunteers.get(one.volunteer_id) if one.volunteer_id else None
    known = {"roles": lists.names(lists.ROLES), "sources": hours_words.STAFF_SOURCES, "span": hours_words.span}
    known |= {"languages": _languages()}
    return render_template("shifts/staff/entry.html", one=one, form=form, theirs=theirs, volunteer=whose, **known)


@area.route("/volunteers/<int:id>/hours", methods=["GET", "POST"])
def of(id: int) -> ResponseReturnValue:
    """All hours of one volunteer, and the form to write some down for them."""
    with db.reading():
        one = _volunteer_or_404(id)
        form = WriteDownForm()
        form.offer(lists.of(lists.ROLES), i18n.local(clock.now()).date())
        if not form.validate_on_submit():
            return _of(one, form), web.status_of(form)
    try:
        with db.writing():
            hours_id = hours.write_down(id, form.entry(), clock.now())
            audit.note(Act.HOURS_WRITTEN_DOWN, "hours", hours_id)
    except LookupError:
        abort(404)
    except Refused as refused:
        form.worked_on.errors = [str(refused)]
        with db.reading():
            return _of(_volunteer_or_404(id), form), 422
    return web.to("hours_staff.of", id=id)


def _of(one: Volunteer, form: WriteDownForm) -> str:
    known: dict[str, Any] = {"rows": hours.of(one.id), "total": hours.total(one.id), "span": hours_words.span}
    known |= {"roles": lists.names(lists.ROLES), "sources": hours_words.STAFF_SOURCES, "languages": _languages()}
    return render_template("shifts/staff/volunteer_hours.html", volunteer=one, form=form, **known)


def _volunteer_or_404(volunteer_id: int) -> Volunteer:
    try:
        return volunteers.get(volunteer_id)
    except LookupError:
        abort(404)


def _hours_or_404(hours_id: int) -> Hours:
    try:
        return hours.get(hours_id)
    except LookupError:
        abort(404)
