"""Conditions on supporters by what they signed, for the features above that choose readers; see supporters.audience."""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, select

from .. import db
from ..supporters.models import Supporter
from ..text import fold
from .models import COUNTS, Signature


def signed(pledge_id: int) -> ColumnElement[bool]:
    """That a signature of theirs counts for this pledge."""
    return _theirs(Signature.pledge_id == pledge_id)


def came_by(codes: Select[int]) -> ColumnElement[bool]:
    """That one of these codes brought a signature of theirs."""
    return _theirs(Signature.code_id.in_(codes))


def lives_in(area: str) -> ColumnElement[bool]:
    """That they signed with this town or ZIP code, however they spelled it."""
    return _theirs(Signature.area_key == fold(area)[:160])


def signed_between(first: datetime, last: datetime) -> Select[int, int]:
    """Who confirmed a signature between these moments, each once, with the first such signature that counts."""
    row = Signature
    found = select(row.supporter_id, func.min(row.id).label("signature_id")).where(COUNTS)
    return found.where(row.confirmed_at >= first, row.confirmed_at <= last).group_by(row.supporter_id)


def messages_of(supporter_id: int) -> list[str]:
    """All that somebody wrote with their signatures."""
    found = select(Signature.message).where(Signature.supporter_id == supporter_id, Signature.message != "")
    return list(db.session().scalars(found))


def _theirs(which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(Signature.supporter_id == Supporter.id, COUNTS, which).correlate(Supporter)
