"""The staff door to trainings and to the codes that trainers show."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from .. import clock, db, qr, web
from ..errors import Stale
from ..places import service as places
from ..staff import audit, doors
from ..staff.acts import Act
from . import lists, trainings
from .lists import Named
from .models import TrainerCode, Training
from .writing import CodeForm, TrainingForm

area = web.staff_area("trainings_staff", __name__)


@area.get("/trainings")
def index() -> ResponseReturnValue:
    """Trainings, the last first."""
    page = web.page_number()
    with db.reading():
        rows = trainings.recent(page, web.A_PAGE)
        count = trainings.present_at([one.id for one in rows])
        known = {"names": lists.names(lists.REQUIREMENTS), "count": count}
    pager = web.pager("trainings_staff.index", page, len(rows))
    return render_template("volunteers/staff/trainings.html", rows=rows[: web.A_PAGE], pager=pager, **known)


def _given() -> list[Named]:
    return [one for one in lists.of(lists.REQUIREMENTS) if one.row.kind == "training"]


@area.route("/trainings/new", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """Plan one."""
    with db.reading():
        given = _given()
        form = TrainingForm(given, places.choices())
    if not form.validate_on_submit():
        return render_template("volunteers/staff/new_training.html", form=form, given=given), web.status_of(form)
    with db.writing():
        training_id = trainings.plan(form.plan(), clock.now())
        audit.note(Act.TRAINING_PLANNED, "training", training_id)
    return web.to("trainings_staff.edit", id=training_id)


@area.route("/trainings/<int:id>", methods=["GET", "POST"])
def edit(id: int) -> ResponseReturnValue:
    """One training, its codes, and how many have something from it."""
    with db.reading():
        one = _training_or_404(id)
        form = TrainingForm(_given(), places.choices(one.place_id), one)
        if not form.validate_on_submit():
            return _edit(one, form), web.status_of(form)
    try:
        with db.writing():
            trainings.move(id, form.plan(), form.seen_version)
            audit.note(Act.TRAINING_CHANGED, "training", id)
    except Stale:
        with db.reading():
            one = _training_or_404(id)
            form.overtaken(one.version)
            return _edit(one, form), 409
    return web.to("trainings_staff.edit", id=id)


def _edit(one: Training, form: TrainingForm, code: CodeForm | None = None) -> str:
    known = {"training": one, "form": form, "code": code or CodeForm(formdata=None, data={"trainer": one.trainer})}
    known |= {"codes": trainings.codes(one.id), "present": trainings.present(one.id), "at": clock.now()}
    known |= {"name": lists.names(lists.REQUIREMENTS).get(one.requirement_id, "")}
    return render_template("volunteers/staff/training.html", **known)


@area.post("/trainings/<int:id>/cancel")
def cancel(id: int) -> ResponseReturnValue:
    """It is not held."""
    with db.writing():
        _training_or_404(id)
        trainings.cancel(id, clock.now())
        audit.note(Act.TRAINING_CANCELLED, "training", id)
    return web.to("trainings_staff.edit", id=id)


@area.post("/trainings/<int:id>/codes")
def make_code(id: int) -> ResponseReturnValue:
    """A code for one who trains there."""
    form = CodeForm()
    if not form.validate():
        with db.reading():
            one = _training_or_404(id)
            return _edit(one, TrainingForm(_given(), places.choices(one.place_id), one), form), 422
    with db.writing():
        _training_or_404(id)
        code_id = trainings.make_code(id, form.trainer.data or "", doors.me().id, clock.now())
        audit.note(Act.TRAINER_CODE_MADE, "training", id)
    return web.to("trainings_staff.show_code", id=id, code_id=code_id)


@area.get("/trainings/<int:id>/codes/<int:code_id>")
def show_code(id: int, code_id: int) -> ResponseReturnValue:
    """The code, large: on the trainer's phone, or on paper."""
    with db.reading():
        one, code = _training_or_404(id), _code_or_404(id, code_id)
        picture = qr.svg(web.address("witnesses.at_training", code=code.code))
        known = {"name": lists.names(lists.REQUIREMENTS).get(one.requirement_id, ""), "at": clock.now()}
        return render_template("volunteers/staff/code.html", training=one, code=code, picture=picture, **known)


@area.post("/trainings/<int:id>/codes/<int:code_id>/end")
def end_code(id: int, code_id: int) -> ResponseReturnValue:
    """It opens nothing any more."""
    with db.writing():
        _code_or_404(id, code_id)
        trainings.end_code(code_id, clock.now())
        audit.note(Act.TRAINER_CODE_ENDED, "training", id)
    return web.to("trainings_staff.edit", id=id)


def _code_or_404(training_id: int, code_id: int) -> TrainerCode:
    try:
        code = trainings.get_code(code_id)
    except LookupError:
        abort(404)
    return code if code.training_id == training_id else abort(404)


def _training_or_404(training_id: int) -> Training:
    try:
        return trainings.get(training_id)
    except LookupError:
        abort(404)
