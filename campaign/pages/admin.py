"""The staff door: what there is to do today."""

from datetime import timedelta

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from .. import backup, clock, db, i18n, mail, pleas, web
from ..events import drafts
from ..partners import applications
from ..pledges import asides, editing
from ..staff import audit, doors
from ..supporters import removing
from . import progress

area = web.staff_area("pages_staff", __name__)


@area.get("/")
def home() -> ResponseReturnValue:
    """The figures of today, each leading to its page where one may open it."""
    backups, now = backup.standing(web.config()), clock.now()
    with db.reading():
        signatures, letters, aside = editing.figures(), mail.counts(), asides.waiting()
        asked = pleas.since(clock.today() - timedelta(days=30))
        trail, joining, proposed = audit.last_check(), applications.to_read(), drafts.waiting()
        overdue = removing.waiting(now - removing.PATIENCE)
    stuck = letters["parked"] + letters["uncertain"]
    figures = [
        ("signature", "signatures", "confirmed", signatures["confirmed"], "pledges_staff.index", None),
        ("name or message", "names and messages", "to read", signatures["to_read"], "pledges_staff.signatures", None),
        ("signature", "signatures", "set aside by the limit", aside, "pledges_staff.asides", None),
        ("application", "applications", "to join", joining, "partners_staff.applications", None),
        ("event", "events", "proposed by partners", proposed, "events_staff.index", "proposed"),
        ("letter that needs", "letters that need", "a person", stuck, "mail_staff.index", None),
        ("letter", "letters", "waiting to go out", letters["waiting"], "mail_staff.index", "waiting"),
    ]
    led = [
        (f"{one if number == 1 else many} {rest}", number, url_for(page, filter=only))
        for one, many, rest, number, page, only in figures
        if doors.may(page)
    ]
    forms = "form" if asked == 1 else "forms"
    led.append((f"{forms} answered with the hotline in 30 days", asked, url_for("pages.help")))
    notices = []
    if trail and trail.trouble and doors.may("audit_staff.index"):
        notices.append(("The audit trail was tampered with. Look at it now.", url_for("audit_staff.index")))
    for one in overdue if doors.may("supporters_staff.removals") else []:
        words = f"{one.name} has not removed {one.number} of the people that it was told to, for two weeks or longer."
        notices.append((words, url_for("supporters_staff.removals")))
    known = {"notices": notices, "backups": backups, "late": backups.late(now)}
    return render_template("staff/home.html", figures=led, **known)


@area.get("/words")
def words() -> ResponseReturnValue:
    """Every language with what is missing, stale or unreviewed in it, and what to do about each."""
    content = i18n.content()
    known = {
        "languages": progress.of_all(content),
        "guarded": [n for n in progress.names(content) if content.guards(n)],
    }
    return render_template("pages/staff/words.html", drafts=content.drafts, **known)
