"""Who has come to a shift: checking volunteers in and out, and taking that back. The page is the one of events' doors.

A placement can be checked in once; whoever is second is told so. What was worked is credited in the same transaction.
A helper with a link sees short names.
"""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext
from sqlalchemy import ColumnElement, func, select

from .. import db
from ..errors import Refused
from ..events import times
from ..events.arrivals import Came, Figures, Line
from ..links import rules as codes
from ..places import service as places
from ..text import clean, fold
from ..volunteers import service as volunteers
from ..volunteers.models import Volunteer
from . import hours, keys, listing, walk_ins
from .models import TAKES_A_PLACE, Placement, Shift, ShiftNeed, ShiftState

LATELY = timedelta(days=8)  # so long after the end a list from paper may be brought in; later nothing changes any more
MOST_LINES = 50
NO_SPACES = ("CJK", "HANGUL", "HIRAGANA", "KATAKANA")  # what writes a whole name without a space
HERE = Placement.state.in_(TAKES_A_PLACE)


@dataclass(frozen=True)
class Present(Line):
    """A volunteer as the door sees them: `role` is what they do, `left` when they were checked out."""

    role_id: int = 0
    left: datetime | None = None


@dataclass(frozen=True)
class ShiftRoll:
    """Those who have taken a shift, as the door counts them; `helper_id`: for whoever holds this link."""

    shift: Shift
    place: str
    helper_id: int | None = None

    @property
    def title(self) -> str:
        """Where the shift is."""
        return self.place

    @property
    def when(self) -> str:
        """When it is."""
        return times.span(self.shift.starts_at, self.shift.ends_at, self.shift.zone)

    def figures(self) -> Figures:
        """How many are here now, how many are still expected, and how many are needed."""
        mine = (Placement.shift_id == self.shift.id) & HERE
        came, left = Placement.checked_in_at.is_not(None), Placement.checked_out_at.is_not(None)
        here = _number(mine & came & ~left)
        needed = select(func.coalesce(func.sum(ShiftNeed.number), 0)).where(ShiftNeed.shift_id == self.shift.id)
        return Figures(here, _number(mine & ~came), db.session().scalar(needed) or 0, None)

    def expected(self) -> tuple[list[Line], bool]:
        """Who has taken it and has not come yet."""
        return self._lines(Placement.checked_in_at.is_(None))

    def find(self, typed: str) -> tuple[list[Line], bool]:
        """Volunteers by a part of the name or by the code that they show."""
        text = "".join(typed.split()).replace("-", "").upper()
        if text and all(character in codes.ALPHABET for character in text):
            found = self._lines(Placement.door_code == text)
            if found[0]:
                return found
        key = fold(clean(typed))[:200]
        return self._lines(Volunteer.name_key.contains(key, autoescape=True)) if key else ([], False)

    def look(self, line_id: int) -> Line | None:
        """One of them; None when they are not on the list (any more)."""
        lines, _ = self._lines(Placement.id == line_id)
        return lines[0] if lines else None

    def recent(self) -> Sequence[Line]:
        """Who has come, the last first: they are to be checked out."""
        came = (Placement.shift_id == self.shift.id) & HERE & Placement.checked_in_at.is_not(None)
        found = _who().where(came).order_by(Placement.checked_in_at.desc(), Placement.id.desc())
        return self._shown([_line(*row) for row in db.session().execute(found.limit(MOST_LINES))])

    def _lines(self, which: ColumnElement[bool]) -> tuple[list[Line], bool]:
        mine = (Placement.shift_id == self.shift.id) & HERE
        found = _who().where(mine, which).order_by(Volunteer.name_key, Placement.id).limit(MOST_LINES + 1)
        rows = [_line(*row) for row in db.session().execute(found)]
        return self._shown(rows[:MOST_LINES]), len(rows) > MOST_LINES

    def _shown(self, rows: list[Present]) -> list[Line]:
        return short_names(rows) if self.helper_id else [*rows]

    def check_in(self, line_id: int, came: int, now: datetime, *, let_in: bool) -> Came:
        """They have come. Raises LookupError when they are not on the list (any more)."""
        one = self._held(line_id)
        if one.checked_in_at is not None:
            return Came.ALREADY
        one.helper_id = self._by(one)
        walk_ins.arrive(one, now)
        return Came.COUNTED

    def check_out(self, line_id: int, now: datetime) -> bool:
        """They leave: their hours are credited. False when they had left already. Raises LookupError."""
        one = self._held(line_id)
        if one.checked_in_at is None:
            raise LookupError(line_id)
        if one.checked_out_at is not None:
            return False
        one.checked_out_at, one.helper_id = now, self._by(one)
        db.session().flush()
        hours.credit(one, now)
        return True

    def _by(self, one: Placement) -> int | None:
        """The link that stays written on a place: by which somebody was added, else by which anything was done last."""
        return one.helper_id if one.walk_in else self.helper_id or one.helper_id

    def undo(self, line_id: int, now: datetime) -> bool:
        """Take the last step back: that they left, or else that they came, or were added. False when nothing stood.

        Raises LookupError, and Refused for whoever holds a link once staff have corrected the hours.
        """
        one = self._held(line_id)
        if one.checked_in_at is None:
            return False
        if self.helper_id and hours.corrected(one.id):
            raise Refused(gettext("The hours were corrected already. Please ask the coordinator."))
        one.helper_id = self._by(one) or self.helper_id  # what a link has done, and taken back, stays to be seen
        hours.take_away(one.id, came=one.checked_out_at is not None)
        if one.checked_out_at is not None:
            one.checked_out_at = None
        else:
            one.checked_in_at = None
            if one.walk_in:
                walk_ins.leave_again(self.shift.id, one, now)
        db.session().flush()
        return True

    def add(self, typed: str, need_id: int, now: datetime, *, let_in: bool) -> tuple[Came, int]:
        """Add a volunteer who is not on the list, and check them in; what became of it, and their line.

        Raises LookupError, and Refused with the reason. Who holds a link gets one sentence for all who are not added;
        whom they do add is a volunteer, of which the link stays written on the place, though it be taken back.
        """
        staff = self.helper_id is None
        try:
            came, one = walk_ins.add(self.shift.id, typed, need_id, now, let_in=let_in, staff=staff)
        except Refused:
            if staff:
                raise
            words = gettext(
                "They could not be added. Please ask the coordinator, or let them take it on their own page."
            )
            raise Refused(words) from None
        if came is Came.COUNTED and one is not None:
            one.helper_id = self.helper_id
        return came, one.id if one else 0

    def needs(self) -> list[ShiftNeed]:
        """What it needs, to choose from."""
        return [one for one in listing.needs_of(self.shift.id) if one.number]

    def time(self, moment: datetime) -> str:
        """A time of day on the shift's clock."""
        return times.hour(moment, self.shift.zone)

    def _held(self, line_id: int) -> Placement:
        """A placement of this shift, locked after its volunteer and the shift.

        Raises LookupError, and Refused for a shift that was cancelled.
        """
        if (one := db.session().get(Placement, line_id, populate_existing=True)) is None:
            raise LookupError(line_id)
        volunteers.held(one.volunteer_id)
        found = select(Shift).where(Shift.id == self.shift.id).with_for_update()
        shift = db.session().scalar(found.execution_options(populate_existing=True))
        if shift is None or shift.state != ShiftState.OPEN:
            raise Refused(gettext("This shift was cancelled."))
        one = db.session().get(Placement, line_id, populate_existing=True)  # it may have been given back meanwhile
        if one is None or one.shift_id != shift.id or one.state not in TAKES_A_PLACE:
            raise LookupError(line_id)
        return one


def roll(shift_id: int, now: datetime) -> ShiftRoll:
    """Those of a shift. Raises LookupError, and Refused when it was cancelled, or is not near in time."""
    if (shift := db.session().get(Shift, shift_id)) is None:
        raise LookupError(shift_id)
    if shift.state != ShiftState.OPEN:
        raise Refused("This shift was cancelled.")
    if now < shift.starts_at - keys.BEFORE:
        raise Refused("Nobody can be checked in more than 12 hours before a shift.")
    if now > shift.ends_at + LATELY:
        raise Refused(f"This shift has been over for more than {LATELY.days} days. Who came stands; correct the hours.")
    return ShiftRoll(shift, places.get(shift.place_id).name)


def lent_roll(helper_id: int, now: datetime) -> ShiftRoll:
    """Those of the shift that a link opens now. Raises LookupError, and Refused with a sentence for its holder."""
    helper = keys.use(helper_id, now)
    shift = db.session().get_one(Shift, helper.shift_id)
    return ShiftRoll(shift, places.get(shift.place_id).name, helper_id)


def near(shift: Shift, now: datetime) -> bool:
    """Whether volunteers can be checked in and out at this time."""
    return shift.starts_at - keys.BEFORE <= now <= shift.ends_at + LATELY


def _who() -> Any:
    found = select(Placement, Volunteer, ShiftNeed.role_id).join(Volunteer, Volunteer.id == Placement.volunteer_id)
    return found.join(ShiftNeed, ShiftNeed.id == Placement.need_id)


def _line(one: Placement, volunteer: Volunteer, role_id: int) -> Present:
    came = int(one.checked_in_at is not None)
    return Present(one.id, volunteer.name, 1, one.state, came, one.checked_in_at, False, role_id, one.checked_out_at)


def short_names(rows: Sequence[Present]) -> list[Line]:
    """The same by the first part of their names; those who share it, with one letter more.

    A name that Chinese, Japanese or Korean signs write without a space has its first sign for that part.
    """
    firsts = Counter(_parts(one.name)[0] for one in rows)
    return [replace(one, name=_short(one.name, alone=firsts[_parts(one.name)[0]] == 1)) for one in rows]


def _short(name: str, *, alone: bool) -> str:
    first, more, mark = _parts(name)
    return f"{first}{mark}" if alone or not more else f"{first}{mark or ' '}{more}{'' if mark else '.'}"


def _parts(name: str) -> tuple[str, str, str]:
    """The first part of a name, the letter that tells it from another, and what stands for all that is left out."""
    first, *others = name.split(" ")
    if others:
        return first, others[-1][:1], ""
    if len(name) > 1 and unicodedata.name(name[0], "").startswith(NO_SPACES):
        return name[0], name[-1] if len(name) > 2 else "", "…"
    return name, "", ""


def _number(which: ColumnElement[bool]) -> int:
    return db.session().scalar(select(func.count(Placement.id)).where(which)) or 0
