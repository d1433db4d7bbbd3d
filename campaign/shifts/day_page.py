"""The page of a shift's day: that of an event's door, with a button for those who leave."""

from dataclasses import dataclass

from flask import request
from flask.typing import ResponseReturnValue

from .. import clock, db
from ..events.arrivals import Line
from ..events.door_page import Door
from .day import Present, ShiftRoll


@dataclass(frozen=True)
class DayDoor(Door):
    """The door of a shift: its roll knows who leaves."""

    def check_out(self, shift: ShiftRoll) -> ResponseReturnValue:
        """They leave."""
        number = request.form.get("id", "")
        line_id = int(number) if number.isdecimal() and len(number) < 19 else 0
        try:
            with db.writing():
                if shift.check_out(line_id, clock.now()):
                    self.note("out", line_id)
        except LookupError:  # given back, or erased, while the page was open
            return self._on(gone=1)
        return self._on(last=line_id)

    def _said(self, last: Line | None) -> str:
        """What was done last, in words for staff."""
        if last is None:
            return "They are not on the list any more." if "gone" in request.args else ""
        name = last.name or "No name given"
        left = last.left if isinstance(last, Present) else None
        if last.at is None:
            return f"Taken back: {name} is not checked in."
        if left is not None:
            return f"{name} was checked out at {self.roll.time(left)}."
        again = "again" in request.args
        return f"{name} was checked in at {self.roll.time(last.at)} already." if again else f"{name} is checked in."
