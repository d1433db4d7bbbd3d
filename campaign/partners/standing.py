"""What the doors may know of partners: their names, and whether their people may come in now."""

from sqlalchemy import select

from .. import db
from ..staff import organisations
from ..staff.organisations import Organisation
from .models import Partner, PartnerState

OVER = "Your organization is no longer part of the coalition, so its pages here are closed."
NOT_YET = "Your organization has not joined the coalition yet. Its pages here open when it has."
SHUT = {
    PartnerState.NAMED: NOT_YET,
    PartnerState.ACTIVE: "",
    PartnerState.PAUSED: "Your organization is paused. Its pages here open again when it resumes.",
    PartnerState.RETIRED: OVER,
    PartnerState.LEFT: OVER,
}


@organisations.asked.connect
def _answer(wanted: int | None) -> list[Organisation]:
    found = select(Partner.id, Partner.name, Partner.state).order_by(Partner.name_key)
    rows = db.session().execute(found if wanted is None else found.where(Partner.id == wanted))
    return [Organisation(row.id, row.name, SHUT[PartnerState(row.state)]) for row in rows]
