"""The staff door: what there is to do today."""

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from .. import db, i18n, mail, web
from ..pledges import editing
from . import progress

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
    return render_template("staff/home.html", figures=figures)


@area.get("/words")
def words() -> ResponseReturnValue:
    """Every language with what is missing, stale or unreviewed in it, and what to do about each."""
    content = i18n.content()
    known = {
        "languages": progress.of_all(content),
        "guarded": [n for n in progress.names(content) if content.guards(n)],
    }
    return render_template("pages/staff/words.html", drafts=content.drafts, **known)
