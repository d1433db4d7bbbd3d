"""Which codes are meant when readers are chosen by what brought them."""

from sqlalchemy import Select, select

from .models import Code


def one(code_id: int) -> Select[int]:
    """This code alone."""
    return select(Code.id).where(Code.id == code_id)


def of_partner(partner_id: int) -> Select[int]:
    """All codes of a partner, retired ones too."""
    return select(Code.id).where(Code.partner_id == partner_id)
