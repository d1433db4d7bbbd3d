"""The staff door to shifts: plan them, one or many, change them, cancel them, take one back from somebody."""

from typing import Any

from flask import abort, current_app, render_template, request
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, web
from ..errors import Stale
from ..places import service as places
from ..staff import audit, doors
from ..staff.acts import Act
from ..volunteers import lists
from ..volunteers.lists import Named
from . import batches, day, editing, keys, listing, of_events, writing
from .editing import Unfit, Unseen
from .models import Shift
from .writing import BatchForm, CancelForm, ShiftForm

area = web.staff_area("shifts_staff", __name__)


@area.get("/shifts")
def index() -> ResponseReturnValue:
    """Shifts to come, or those of the past, or of one batch."""
    page, now = web.page_number(), clock.now()
    past, batch_id = "past" in request.args, web.number(request.args, "batch")
    mine = doors.me().id if "mine" in request.args else 0
    with db.reading():
        rows = listing.find(now, page, web.A_PAGE, past=past, batch_id=batch_id, coordinator_id=mine)
        batch, warnings = batches.find(batch_id), of_events.warnings((row.shift for row in rows), now)
    choices = (("past", "1" if past else ""), ("mine", "1" if mine else ""), ("batch", batch_id))
    asked = {name: value for name, value in choices if value}
    known: dict[str, Any] = {"past": past, "batch": batch, "mine": mine, "warnings": warnings}
    known |= {"pager": web.pager("shifts_staff.index", page, len(rows), **asked)}
    return render_template("shifts/staff/index.html", rows=rows[: web.A_PAGE], at=now, **known)


def _roles(needed: set[int] | None = None) -> list[Named]:
    """Roles of the form: all that are offered, and those that this shift needs already."""
    return [one for one in lists.of(lists.ROLES, retired=True) if not one.retired or one.id in (needed or set())]


@area.route("/shifts/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Plan one."""
    with db.reading():
        form: ShiftForm = writing.with_roles(ShiftForm, _roles())(data=writing.begun(web.number(request.args, "event")))
        form.fill(places.choices())
    if not form.validate_on_submit():
        return _plan(form), web.status_of(form)
    with db.writing():
        shift_id = editing.add(form.shift(), clock.now())
        audit.note(Act.SHIFT_ADDED, "shift", shift_id)
    return web.to("shifts_staff.edit", id=shift_id)


def _plan(form: Any) -> str:
    return render_template("shifts/staff/new.html", form=form)


@area.route("/shifts/many", methods=["GET", "POST"])
def many() -> ResponseReturnValue:
    """Plan many over a range of dates."""
    with db.reading():
        form: BatchForm = writing.with_roles(BatchForm, _roles())(data=writing.begun())
        form.fill(places.choices())
    if not form.validate_on_submit():
        return _plan(form), web.status_of(form)
    with db.writing():
        batch_id = batches.make(form.shifts(), doors.me().id, clock.now())
        audit.note(Act.SHIFTS_ADDED, "shift-batch", batch_id)
    return web.to("shifts_staff.index", batch=batch_id)


@area.post("/shifts/batches/<int:id>/undo")
def undo(id: int) -> ResponseReturnValue:
    """Cancel those of a batch that nobody has taken."""
    try:
        with db.writing():
            batches.undo(id, clock.now())
            audit.note(Act.SHIFTS_UNDONE, "shift-batch", id)
    except LookupError:
        abort(404)
    return web.to("shifts_staff.index", batch=id)


@area.route("/shifts/<int:id>", methods=["GET", "POST"])
def edit(id: int) -> ResponseReturnValue:
    """One shift: what it needs, who has it, and changing it."""
    with db.reading():
        one = _shift_or_404(id)
        form = _form(one)
        if not form.validate_on_submit():
            return _edit(one, form), web.status_of(form)
    looked = None if current_app.extensions["switches"].hold_moved else _look(id, form)
    try:
        with db.writing():
            editing.change(id, form.shift(), form.seen_version, form.seen, clock.now(), looked=looked)
            audit.note(Act.SHIFT_CHANGED, "shift", id)
    except Unseen as unseen:
        form.named.data = " ".join(str(each.placement_id) for each in unseen.unfit)
        with db.reading():
            return _edit(_shift_or_404(id), form, unfit=unseen.unfit), 409
    except Stale:
        with db.reading():
            one = _shift_or_404(id)
            form.overtaken(one.version)
            return _edit(one, form, theirs=_as_saved(one)), 409
    return web.to("shifts_staff.edit", id=id)


def _look(shift_id: int, form: ShiftForm) -> list[Unfit]:
    """The negative control of "never twice at once": look before writing, at people whom nothing holds."""
    with db.reading():
        return editing.look(shift_id, form.shift(), clock.now())


def _form(one: Shift) -> ShiftForm:
    needs = listing.needs_of(one.id)
    roles = _roles({need.role_id for need in needs if need.number})
    form: ShiftForm = writing.with_roles(ShiftForm, roles)(data=writing.known(one, needs))
    form.fill(places.choices(one.place_id), one)
    return form


def _as_saved(one: Shift) -> list[tuple[str, str]]:
    row = listing.rows([one])[0]
    needs = ", ".join(f"{line.role}: {line.number}" for line in row.needs)
    return [("When", row.when), ("Place", row.place), ("Needed", needs), ("Note", one.note)]


def _edit(one: Shift, form: ShiftForm, **more: Any) -> str:
    now = clock.now()
    known: dict[str, Any] = {"shift": one, "row": listing.rows([one])[0], "people": listing.people(one.id), "at": now}
    known |= {"open": listing.is_open(one, now), "reason": CancelForm(formdata=None), "form": form}
    known |= {"monday": i18n.local(one.starts_at).date().isoformat(), "near": day.near(one, now)}
    known["helpers"] = {helper.id: helper.name for helper in keys.lent(one.id)}
    known["event"] = of_events.title(one.event_id) if one.event_id else ""
    known["warning"] = of_events.warnings([one], now).get(one.id)
    unfit: list[Unfit] = []
    return render_template("shifts/staff/edit.html", **{"unfit": unfit, "theirs": None, **known, **more})


@area.post("/shifts/<int:id>/cancel")
def cancel(id: int) -> ResponseReturnValue:
    """It is not held."""
    form = CancelForm()
    if not form.validate():
        return web.error_page(422, str(form.reason.errors[0]))
    with db.writing():
        _shift_or_404(id)
        editing.cancel(id, form.reason.data or "", clock.now())
        audit.note(Act.SHIFT_CANCELLED, "shift", id)
    return web.to("shifts_staff.edit", id=id)


@area.post("/shifts/<int:id>/people/<int:placement_id>/take-back")
def take_back(id: int, placement_id: int) -> ResponseReturnValue:
    """Somebody is not to come."""
    form = CancelForm()
    if not form.validate():
        return web.error_page(422, str(form.reason.errors[0]))
    with db.writing():
        if placement_id not in {one.placement.id for one in listing.people(_shift_or_404(id).id)}:
            abort(404)
        editing.take_back(placement_id, form.reason.data or "", clock.now())
        audit.note(Act.SHIFT_TAKEN_BACK, "shift", id)
    return web.to("shifts_staff.edit", id=id)


def _shift_or_404(shift_id: int) -> Shift:
    try:
        return editing.get(shift_id)
    except LookupError:
        abort(404)
