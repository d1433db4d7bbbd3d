"""What shifts do when something changes for those who take them: a role is removed."""

from sqlalchemy import exists, select

from .. import db
from ..volunteers import keeping
from .models import Hours, ShiftNeed


@keeping.using.connect
def _names(kind: str, id: int) -> bool:
    """A role that a shift ever needed, or that hours were worked in, has a history."""
    if kind != "role":
        return False
    return any(
        db.session().scalar(select(exists().where(column == id))) for column in (ShiftNeed.role_id, Hours.role_id)
    )
