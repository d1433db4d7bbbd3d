"""The page of a shift's day: that of an event's door, with a button for those who leave, and volunteers to be added."""

from dataclasses import dataclass
from typing import Protocol

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from .. import clock, db, i18n
from ..errors import Refused
from ..events.arrivals import Came, Figures, Line
from ..events.door_page import Door, number
from .day import Present, ShiftRoll
from .day_forms import WHO


class WalkIn(Protocol):
    """The form for a volunteer who is not on the list."""

    def validate(self) -> bool:
        """Whether it can be taken."""

    @property
    def typed(self) -> str:
        """A name or, at the door of staff, a mail address."""


@dataclass(frozen=True)
class DayDoor(Door):
    """The door of a shift: its roll knows who leaves, and can be added to."""

    roll: ShiftRoll

    def check_out(self) -> ResponseReturnValue:
        """They leave."""
        line_id = number("id", 2**63 - 1)
        try:
            with db.writing():
                if self.roll.check_out(line_id, clock.now()):
                    self.note("out", line_id)
        except LookupError:  # given back, or erased, while the page was open
            return self._on(gone=1)
        return self._on(last=line_id)

    def walk_in(self, form: WalkIn) -> ResponseReturnValue:
        """Add a volunteer who is not on the list, and check them in. Twice is harmless."""
        need_id, let_in = number("need", 2**63 - 1), "let_in" in request.form
        if not form.validate():
            return self._instead(gettext("Type their full name.") if self.roll.helper_id else WHO, 422)
        try:
            with db.writing():
                came, line_id = self.roll.add(form.typed, need_id, clock.now(), let_in=let_in)
                if came is Came.COUNTED:
                    self.note("walk-in", line_id)
        except Refused as no:
            return self._instead(str(no), 409)
        except LookupError:
            return self._instead(gettext("This role is not needed any more. Please choose another one."), 409)
        if came is Came.ASK:
            return self._ask("walk_in", {"name": form.typed, "need": str(need_id)})
        return self._on(last=line_id, **({"again": 1} if came is Came.ALREADY else {}))

    def _full(self, now: Figures) -> str:
        """What is to be decided when nothing is free."""
        words = gettext(
            "All places are taken. People who are still to come: %(expected)s. Whom you let in gets one more.",
            expected=i18n.show_number(now.expected),
        )
        return str(words)

    def _said(self, last: Line | None) -> str:
        """What was done last, in words."""
        if last is None:
            return str(gettext("They are not on the list any more.")) if "gone" in request.args else ""
        known = {"name": last.name or gettext("No name given")}
        left = last.left if isinstance(last, Present) else None
        if last.at is None:
            return str(gettext("Taken back: %(name)s is not checked in.") % known)
        known["time"] = self.roll.time(left or last.at)
        if left is not None:
            return str(gettext("%(name)s was checked out at %(time)s.") % known)
        if "again" in request.args:
            return str(gettext("%(name)s was checked in at %(time)s already.") % known)
        return str(gettext("%(name)s is checked in.") % known)
