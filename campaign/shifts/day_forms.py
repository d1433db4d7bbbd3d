"""The forms of a shift's day: a volunteer who is not on the list, at both doors, and a link for a helper."""

from typing import Any

from flask_wtf import FlaskForm

from ..errors import Plea
from ..forms import Line, PublicForm, StaffForm, not_blank, reads_like_a_plea

WHO = "Type their full name or mail address."


class _WalkIn:
    name = Line("Full name or mail address", [not_blank(WHO)], most=320)

    @property
    def typed(self) -> str:
        """What was typed."""
        return self.name.data or ""


class WalkInForm(_WalkIn, PublicForm):
    """At the door of a helper. Its address is a key, so no robot has it, and a door is quicker than 2 s."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields alone. Raises Plea when what was typed reads like a call for help."""
        if reads_like_a_plea(self.typed):
            raise Plea(self)
        return bool(FlaskForm.validate(self, extra_validators))


class StaffWalkInForm(_WalkIn, StaffForm):
    """At the door of staff."""


class LendForm(StaffForm):
    """A link for a helper: where they stand, which is what it is called by."""

    name = Line("Where the helper stands", [not_blank("Say where, so that you know which link to end.")], most=100)
