"""What partners have of codes, said before a partnership ends."""

from sqlalchemy import func, select

from .. import db
from ..partners import service as partners
from .models import Code


@partners.open_work.connect
def _open_work(partner_id: int) -> list[str]:
    """Codes hang in the world: they lead on, whoever made them."""
    used = select(func.count()).where(Code.partner_id == partner_id, Code.retired_at.is_(None))
    if not (number := db.session().scalar(used)):
        return []
    one = number == 1
    return [f"{number} {'code' if one else 'codes'} in use: {'it leads' if one else 'they lead'} on, without its name."]
