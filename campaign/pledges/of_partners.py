"""What a partner takes with it of signatures: how many its codes brought, never whose."""

from sqlalchemy import select

from .. import db
from ..links.models import Code
from ..partners import service as partners
from . import service
from .models import SHOWN_FROM


@partners.taking_out.connect
def _taking_out(partner_id: int) -> dict[str, object]:
    theirs = db.session().execute(select(Code.id, Code.code).where(Code.partner_id == partner_id).order_by(Code.id))
    brought = service.signatures_by_code()
    return {"signatures_by_code": {row.code: _in_words(brought.get(row.id, 0)) for row in theirs}}


def _in_words(number: int) -> int | str:
    """A small number says more about persons than about what a code brought."""
    return number if number >= SHOWN_FROM else f"fewer than {SHOWN_FROM}"
