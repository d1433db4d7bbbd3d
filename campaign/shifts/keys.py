"""Links for a shift's day: staff lend one to a helper without an account and take it back when they like.

The link is signed and names the row here, which says for which shift; so it opens nothing else. It opens and closes
with the shift, and moves with it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import gettext
from sqlalchemy import select

from .. import db
from ..errors import Refused
from ..events import times
from .models import Shift, ShiftHelper, ShiftState

BEFORE = timedelta(hours=12)  # so long before the start the door opens: helpers are prepared the evening before
AFTER = timedelta(hours=6)  # so long after the end a helper may still check out who stayed
MOST = 30  # links of one shift that stand at once


def lend(shift_id: int, name: str, account_id: int | None, now: datetime) -> int:
    """A new link; its id. Raises LookupError, and Refused when it would open nothing, or there are many."""
    if not opens_something(_shift(shift_id), now):
        raise Refused("This shift was cancelled, or is over.")
    if sum(one.ended_at is None for one in lent(shift_id)) >= MOST:
        raise Refused(f"There are {MOST} links for this shift. End some of them first.")
    helper = ShiftHelper(shift_id=shift_id, name=name, account_id=account_id, made_at=now)
    db.session().add(helper)
    db.session().flush()
    return helper.id


def opens_something(shift: Shift, now: datetime) -> bool:
    """Whether a link that is made now would open the door, at once or later."""
    return shift.state == ShiftState.OPEN and now < shift.ends_at + AFTER


def _shift(shift_id: int) -> Shift:
    if (shift := db.session().get(Shift, shift_id, populate_existing=True)) is None:
        raise LookupError(shift_id)
    return shift


def lent(shift_id: int) -> Sequence[ShiftHelper]:
    """The links of a shift, newest first."""
    found = select(ShiftHelper).where(ShiftHelper.shift_id == shift_id).order_by(ShiftHelper.id.desc())
    return db.session().scalars(found.limit(200)).all()


def get(helper_id: int) -> ShiftHelper:
    """The link. Raises LookupError."""
    if (helper := db.session().get(ShiftHelper, helper_id, populate_existing=True)) is None:
        raise LookupError(helper_id)
    return helper


def state(helper: ShiftHelper, shift: Shift, now: datetime) -> str:
    """In a word, for staff."""
    if helper.ended_at is not None:
        return "ended"
    if not opens_something(shift, now):
        return "over"
    return "open" if now >= shift.starts_at - BEFORE else "not yet open"


def end(shift_id: int, helper_id: int, now: datetime) -> None:
    """It opens nothing any more. Twice is harmless. Raises LookupError."""
    helper = get(helper_id)
    if helper.shift_id != shift_id:
        raise LookupError(helper_id)
    helper.ended_at = helper.ended_at or now
    db.session().flush()


def use(helper_id: int, now: datetime) -> ShiftHelper:
    """The link, if it opens the door now. Raises LookupError, and Refused with a sentence for whoever holds it."""
    helper = get(helper_id)
    shift = _shift(helper.shift_id)
    word = state(helper, shift, now)
    if word == "ended":
        raise Refused(gettext("This link was ended. Ask whoever gave it to you for a new one."))
    if shift.state != ShiftState.OPEN:
        raise Refused(gettext("This shift was cancelled."))
    if word == "over":
        raise Refused(gettext("This link was for one day, and that day is over."))
    if word == "not yet open":
        raise Refused(gettext("This link opens on %(day)s.", day=times.at(shift.starts_at - BEFORE, shift.zone)))
    return helper
