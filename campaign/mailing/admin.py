"""The staff door to the list: how it stands, who is stuck and why, trying again."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from .. import clock, db, web
from ..staff import audit
from ..staff.acts import Act
from . import service

area = web.staff_area("mailing_staff", __name__)


@area.get("/list")
def index() -> ResponseReturnValue:
    """The list's state in words, and the people who need somebody."""
    page = web.page_number()
    with db.reading():
        standing, rows = service.standing(), service.stuck(page, web.A_PAGE)
    pager = web.pager("mailing_staff.index", page, len(rows))
    paused = bool(standing.contact and (standing.contact.paused_until or clock.now()) > clock.now())
    known = {"standing": standing, "pager": pager, "paused": paused}
    return render_template("mailing/staff/index.html", rows=rows[: web.A_PAGE], **known)


@area.post("/list/now")
def now() -> ResponseReturnValue:
    """Do not wait until a pause is over."""
    with db.writing():
        service.try_now()
        audit.note(Act.LIST_TOLD)
    return web.to("mailing_staff.index")


@area.post("/list/<int:id>/again")
def again(id: int) -> ResponseReturnValue:
    """Tell the list once more about somebody who was stuck."""
    with db.writing():
        if found := service.try_again(id):
            audit.note(Act.LIST_TRIED_AGAIN, "supporter", id)
    return web.to("mailing_staff.index") if found else abort(404)
