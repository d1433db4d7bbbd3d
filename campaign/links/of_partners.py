"""What partners have of codes: what is said before a partnership ends, and what a partner takes with it."""

from sqlalchemy import func, select

from .. import db
from ..partners import service as partners
from . import service
from .models import Code


@partners.open_work.connect
def _open_work(partner_id: int) -> list[str]:
    """Codes hang in the world: they lead on, whoever made them."""
    used = select(func.count()).where(Code.partner_id == partner_id, Code.retired_at.is_(None))
    if not (number := db.session().scalar(used)):
        return []
    one = number == 1
    return [f"{number} {'code' if one else 'codes'} in use: {'it leads' if one else 'they lead'} on, without its name."]


@partners.taking_out.connect
def _taking_out(partner_id: int) -> dict[str, object]:
    theirs = db.session().scalars(select(Code).where(Code.partner_id == partner_id).order_by(Code.id))
    visits = service.visits()
    return {"codes": [_as_data(one, visits.get(one.id, 0)) for one in theirs]}


def _as_data(one: Code, visits: int) -> dict[str, object]:
    retired = one.retired_at.isoformat(timespec="seconds") if one.retired_at else None
    known = {"code": one.code, "target": one.target, "language": one.language, "hangs_at": one.note}
    return {**known, "made_at": one.made_at.isoformat(timespec="seconds"), "retired_at": retired, "visits": visits}
