"""What happens to shifts by time alone: who took them is forgotten, and who was asked."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select

from .. import db
from ..supporters import retention
from .models import Placement, Shift, ShiftAsk


@retention.obeys("placements")
def forget_placements(until: datetime, dry_run: bool) -> int:
    """Forget who was on shifts that ended before this moment; their hours stay."""
    over = select(Shift.id).where(Shift.ends_at < until)
    return _delete(Placement, Placement.shift_id.in_(over), dry_run)


@retention.obeys("shift_asks")
def forget_asks(until: datetime, dry_run: bool) -> int:
    """Forget whom we asked before this moment."""
    return _delete(ShiftAsk, ShiftAsk.asked_at < until, dry_run)


def _delete(table: Any, which: Any, dry_run: bool) -> int:
    number = int(db.session().scalar(select(func.count()).select_from(table).where(which)) or 0)
    if number and not dry_run:
        db.session().execute(delete(table).where(which))
    return number
