"""The staff door to the audit trail: what happened, newest first; by act, by person, to one record."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from .. import db, web
from . import audit
from .acts import KINDS, WORDS, Act
from .audit import Wanted

area = web.staff_area("audit_staff", __name__)
# Where a record can be looked at, by its kind.
PAGES = {
    "pledge": "pledges_staff.edit",
    "code": "printables_staff.edit",
    "letter": "mail_staff.show",
    "partner": "partners_staff.show",
    "event": "events_staff.edit",
    "place": "places_staff.edit",
    "print": "prints_staff.show",
    "shift": "shifts_staff.edit",
    "training": "trainings_staff.edit",
    "volunteer": "volunteers_staff.show",
}


@area.get("/audit")
def index() -> ResponseReturnValue:
    """What people who run the site have done, and whether the trail is as it was written."""
    wanted, page = _wanted(), web.page_number()
    with db.reading():
        rows, people = audit.newest(wanted, page, web.A_PAGE), audit.people()
        known: dict[str, object] = {"people": people, "check": audit.last_check(), "forgotten": audit.forgotten()}
    filters = {name: value for name, value in vars(wanted).items() if value}
    pager = web.pager("audit_staff.index", page, len(rows), **filters)
    known |= {"wanted": wanted, "filters": filters, "pager": pager, "acts": WORDS, "pages": PAGES}
    return render_template("staff/audit.html", rows=rows[: web.A_PAGE], **known)


def _wanted() -> Wanted:
    """What is asked for; what cannot be is as good as nothing."""
    act, kind = request.args.get("act", ""), request.args.get("kind", "")
    who, record = request.args.get("who", "")[:16], request.args.get("record", "")[:20]
    return Wanted(act if act in set(Act) else "", who, kind if kind in KINDS else "", record if kind in KINDS else "")
