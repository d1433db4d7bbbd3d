"""The staff door: what there is to do today."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from .. import backup, clock, db, mail, web
from ..pledges import editing

area = web.staff_area("pages_staff", __name__)


@area.get("/")
def home() -> ResponseReturnValue:
    """The figures of today, each leading to its page."""
    with db.reading():
        signatures, letters = editing.figures(), mail.counts()
    stuck = letters["parked"] + letters["uncertain"]
    figures = [
        ("signatures confirmed", signatures["confirmed"], url_for("pledges_staff.index")),
        ("names and messages to read", signatures["to_read"], url_for("pledges_staff.signatures")),
        ("letters that need a person", stuck, url_for("mail_staff.index")),
        ("letters waiting to go out", letters["waiting"], url_for("mail_staff.index", filter="waiting")),
    ]
    backups, now = backup.standing(web.config()), clock.now()
    return render_template("staff/home.html", figures=figures, backups=backups, late=backups.late(now))
