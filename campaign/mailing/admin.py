"""The staff door to the list: how it stands, who is stuck and why, one person's history, pausing and trying again."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from .. import clock, db, web
from ..staff import audit
from ..staff.acts import Act
from . import board, intake, service
from .forms import FindForm

area = web.staff_area("mailing_staff", __name__)


@area.get("/list")
def index() -> ResponseReturnValue:
    """The list's state in words, and the people who need somebody."""
    return _index(FindForm())


def _index(form: FindForm, nobody: str = "") -> ResponseReturnValue:
    page = web.page_number()
    with db.reading():
        standing, line, rows = service.standing(), board.line(), service.stuck(page, web.A_PAGE)
    form_url = line.intake.form_url if line.intake else ""
    shown = [(row, board.to_do(row.list_state, row.list_trouble, form_url)) for row in rows[: web.A_PAGE]]
    pager = web.pager("mailing_staff.index", page, len(rows))
    waiting = bool(standing.contact and (standing.contact.paused_until or clock.now()) > clock.now())
    known = {"standing": standing, "line": line, "pager": pager, "waiting": waiting, "form": form, "nobody": nobody}
    known["there"] = board.to_do_there(standing.contact.trouble if standing.contact else "")
    return render_template("mailing/staff/index.html", rows=shown, **known), web.status_of(form)


@area.post("/list/now")
def now() -> ResponseReturnValue:
    """Do not wait until a pause is over."""
    with db.writing():
        service.try_now()
        intake.try_now()
        audit.note(Act.LIST_TOLD)
    return web.to("mailing_staff.index")


@area.post("/list/pause")
def pause() -> ResponseReturnValue:
    """Tell the list nothing for now; what it tells us still counts."""
    with db.writing():
        intake.pause(clock.now())
        audit.note(Act.LIST_PAUSED)
    return web.to("mailing_staff.index")


@area.post("/list/resume")
def resume() -> ResponseReturnValue:
    """Tell the list again."""
    with db.writing():
        intake.resume()
        service.try_now()
        audit.note(Act.LIST_RESUMED)
    return web.to("mailing_staff.index")


@area.post("/list/find")
def find() -> ResponseReturnValue:
    """Look for somebody by their address, which is in the form and never in an address of ours."""
    form = FindForm()
    if not form.validate():
        return _index(form)
    with db.reading():
        found = board.find(str(form.email.data))
    return web.to("mailing_staff.show", id=found) if found else _index(form, str(form.email.data))


@area.get("/list/<int:id>")
def show(id: int) -> ResponseReturnValue:
    """One person's history with the list; that somebody looked is written down."""
    with db.writing():
        one = _one_or_404(id)
        form_url = row.form_url if (row := intake.look()) else ""
        audit.note(Act.LIST_PERSON_LOOKED_AT, "supporter", id)
    to_do = board.to_do(one.person.list_state, one.person.list_trouble, form_url) if one.person.list_stuck_at else ""
    return render_template("mailing/staff/show.html", one=one, to_do=to_do)


def _one_or_404(supporter_id: int) -> board.One:
    try:
        return board.one(supporter_id)
    except LookupError:
        abort(404)


@area.post("/list/<int:id>/again")
def again(id: int) -> ResponseReturnValue:
    """Tell the list once more about somebody who was stuck."""
    with db.writing():
        if found := service.try_again(id):
            audit.note(Act.LIST_TRIED_AGAIN, "supporter", id)
    return web.to("mailing_staff.index") if found else abort(404)
