"""The partner door: where its people begin, with the figures of today; and all that is kept about it, to take out."""

import json

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from .. import db, web
from ..partners import service as partners
from ..printables import theirs
from ..staff import accounts, audit, doors
from ..staff.acts import Act

area = web.partner_area("pages_partner", __name__)


@area.get("/")
def home() -> ResponseReturnValue:
    """The figures of one's own organisation, and what one can do here."""
    with db.reading():
        rows = theirs.of(doors.my_partner())
        people = accounts.everybody(doors.my_partner())
    visits, signed = theirs.totals(rows)
    known = {"codes": sum(row.state == "open" for row in rows), "visits": visits, "signed": signed}
    known["people"] = sum(not row.account.disabled_at for row in people)
    return render_template("pages/partner/home.html", **known)


@area.get("/data.json")
def data() -> ResponseReturnValue:
    """All that is kept about one's own organisation, as a file for programs."""
    with db.writing():
        known = partners.everything(doors.my_partner())
        audit.note(Act.PARTNER_TAKEN_OUT, "partner", doors.my_partner())
    text = json.dumps(known, ensure_ascii=False, indent=2) + "\n"
    name = f"{known['address']}.json"
    return Response(
        text, mimetype="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
