"""The staff door: what there is to do today."""

from datetime import timedelta

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from .. import backup, clock, db, mail, pleas, web
from ..pledges import asides, editing
from ..staff import audit

area = web.staff_area("pages_staff", __name__)


@area.get("/")
def home() -> ResponseReturnValue:
    """The figures of today, each leading to its page."""
    with db.reading():
        signatures, letters, aside = editing.figures(), mail.counts(), asides.waiting()
        asked = pleas.since(clock.today() - timedelta(days=30))
        trail = audit.last_check()
    stuck = letters["parked"] + letters["uncertain"]
    figures = [
        ("signatures confirmed", signatures["confirmed"], url_for("pledges_staff.index")),
        ("names and messages to read", signatures["to_read"], url_for("pledges_staff.signatures")),
        ("signatures set aside by the limit", aside, url_for("pledges_staff.asides")),
        ("letters that need a person", stuck, url_for("mail_staff.index")),
        ("forms answered with the hotline in 30 days", asked, url_for("pages.help")),
        ("letters waiting to go out", letters["waiting"], url_for("mail_staff.index", filter="waiting")),
    ]
    notices = []
    if trail and trail.trouble:
        notices.append(("The audit trail was tampered with. Look at it now.", url_for("audit_staff.index")))
    backups, now = backup.standing(web.config()), clock.now()
    known = {"notices": notices, "backups": backups, "late": backups.late(now)}
    return render_template("staff/home.html", figures=figures, **known)
