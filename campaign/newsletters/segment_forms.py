"""The form of a segment: its name, and the rule that stands in the fields around it."""

from typing import Any

from flask import request
from wtforms import SelectField
from wtforms.validators import ValidationError

from ..forms import EditForm, Line, not_blank
from . import segment_editing, segment_kinds, segment_rules, segments
from .models import Newsletter
from .segment_rules import Rule


class SegmentForm(EditForm):
    """Name and rule. `before` is the rule that was saved: what it says can be kept, though it is offered no more."""

    name = Line("Name", [not_blank("Give the segment a name.")], most=80)

    def __init__(self, *args: Any, before: Rule = segment_rules.EVERYBODY, but: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.before, self.but = before, but
        self.rule = segment_editing.read(request.form) if request.method == "POST" else before
        self.offered = segments.choices(self.rule)

    def validate_name(self, field: Line) -> None:
        """Two segments with one name would be taken for one another."""
        if segments.taken(field.data or "", self.but):
            raise ValidationError("There is a segment with this name already.")

    def press(self, button: str) -> None:
        """Change the rule as the button says; nothing is saved."""
        self.rule = segment_editing.press(self.rule, button, request.form)
        self.offered = segments.choices(self.rule)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the name, and that the rule means something."""
        valid = bool(super().validate(extra_validators))
        if wrong := self.mistake():
            self.form_errors.append(wrong)
        return valid and not wrong

    def mistake(self) -> str:
        """What is wrong with the rule, in a sentence; empty when nothing is."""
        kept = {(one.kind, one.value) for one in segment_rules.conditions(self.before)}
        new = [one for one in segment_rules.conditions(self.rule) if (one.kind, one.value) not in kept]
        wrong = (segment_kinds.mistake(one, self.offered[one.kind]) for one in new)
        return segment_rules.mistake(self.rule) or next(filter(None, wrong), "")


class AudienceForm(EditForm):
    """Whom a newsletter is for: a segment, or everybody."""

    segment = SelectField("For")

    def __init__(self, offered: list[tuple[str, str]], obj: Newsletter) -> None:
        super().__init__(obj=obj, segment=str(obj.audience_id or ""))
        self.segment.choices = offered

    @property
    def chosen(self) -> int | None:
        """The id of the segment; None for everybody."""
        return int(self.segment.data) if self.segment.data else None
