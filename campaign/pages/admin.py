"""The staff door: what there is to do today."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from .. import db, mail, web
from ..pledges import editing
from ..staff import doors

area = web.staff_area("pages_staff", __name__)


@area.get("/")
def home() -> ResponseReturnValue:
    """The figures of today, each leading to its page where one may open it."""
    with db.reading():
        signatures, letters = editing.figures(), mail.counts()
    stuck = letters["parked"] + letters["uncertain"]
    figures = [
        ("signatures confirmed", signatures["confirmed"], "pledges_staff.index", None),
        ("names and messages to read", signatures["to_read"], "pledges_staff.signatures", None),
        ("letters that need a person", stuck, "mail_staff.index", None),
        ("letters waiting to go out", letters["waiting"], "mail_staff.index", "waiting"),
    ]
    led = [(label, number, url_for(page, filter=only)) for label, number, page, only in figures if doors.may(page)]
    return render_template("staff/home.html", figures=led)
