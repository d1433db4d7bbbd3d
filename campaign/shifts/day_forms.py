"""The forms of a shift's day: a volunteer who is not on the list, at both doors, and a link for a helper."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, ValidationError

from ..errors import Plea
from ..forms import Line, PublicForm, StaffForm, not_blank, reads_like_a_plea

WHO = "Type their full name or mail address."


def _no_address(_form: object, field: Any) -> None:
    if "@" in (field.data or ""):
        raise ValidationError(WHO)


class _WalkIn:
    name: Any

    @property
    def typed(self) -> str:
        """What was typed."""
        return self.name.data or ""


class WalkInForm(_WalkIn, PublicForm):
    """At the door of a helper: whole names alone. Its address is a key, so no robot has it."""

    name = Line("Full name", [not_blank(WHO), _no_address], most=200)
    need = HiddenField()  # so that it comes again with the form where the hotline was shown

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields alone, for a door is quick. Raises Plea when what was typed reads like a call for help."""
        if reads_like_a_plea(self.typed):
            raise Plea(self)
        return bool(FlaskForm.validate(self, extra_validators))


class StaffWalkInForm(_WalkIn, StaffForm):
    """At the door of staff."""

    name = Line("Full name or mail address", [not_blank(WHO)], most=320)


class LendForm(StaffForm):
    """A link for a helper: where they stand, which is what it is called by."""

    name = Line("Where the helper stands", [not_blank("Say where, so that you know which link to end.")], most=100)
