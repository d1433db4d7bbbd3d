"""The forms of a guest: come, ask for the letter again, come with more or fewer."""

import json
from functools import lru_cache
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, ValidationError

from .. import i18n
from ..errors import Plea
from ..forms import EmailField, FieldsAlone, Line, Lines, PublicForm, StaffForm, not_blank, reads_like_a_plea, required
from ..partners.models import Partner
from ..supporters.forms import JoiningForm
from .board import Question
from .models import LARGEST_PARTY, Answer

HOW_MANY = lazy_gettext("Please give a number from 1 to %(most)d.", most=LARGEST_PARTY)


class PartyField(IntegerField):
    """How many come, the one who asks counted."""

    data: int | None

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, [required(HOW_MANY), NumberRange(1, LARGEST_PARTY, HOW_MANY)], **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([one.strip()[:20] for one in valuelist])
        except ValueError as error:
            self.data = None
            raise ValueError(str(HOW_MANY)) from error


class RsvpForm(JoiningForm):
    """Who comes, with how many, and what they need. `RsvpForm.of` adds what staff ask at one event."""

    party = PartyField(lazy_gettext("How many people come, with you?"), default=1)
    interpretation = SelectField(lazy_gettext("Do you need interpretation?"), default="", validate_choice=False)
    access_needs = Lines(lazy_gettext("What do you need to take part?"), most=500)
    questions: tuple[Question, ...] = ()
    capacity: int | None = None

    def __init__(self, *args: Any, offer: Partner | None = None, capacity: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, offer=offer, **kwargs)
        self.capacity = capacity
        none = gettext("No, thank you")
        self.interpretation.choices = [("", none), *((one.code, one.name) for one in i18n.site().languages)]
        if self.interpretation.data not in dict(self.interpretation.choices):
            self.interpretation.data = ""

    @classmethod
    def of(cls, questions: list[Question], **known: Any) -> "RsvpForm":
        """The form of an event with these questions."""
        return _with(tuple(questions))(**known)

    def asked(self) -> list[Any]:
        """The fields of the questions of staff."""
        return [self[_name(one)] for one in self.questions]

    @property
    def answers(self) -> str:
        """What was answered, as JSON from the question's id; empty when nothing was."""
        said = {str(one.id): self[_name(one)].data for one in self.questions if self[_name(one)].data}
        return json.dumps(said, ensure_ascii=False) if said else ""

    def validate_party(self, field: PartyField) -> None:
        """More than there are seats at all would wait for ever."""
        if self.capacity is not None and (field.data or 0) > self.capacity:
            raise ValidationError(
                gettext("There are only %(seats)d seats. Please come with fewer.", seats=self.capacity)
            )


def _name(one: Question) -> str:
    return f"answer_{one.id}"


@lru_cache(maxsize=200)
def _with(questions: tuple[Question, ...]) -> type[RsvpForm]:
    """The form with these questions: a class, for so the forms library makes fields; kept, as it costs time."""
    fields = {_name(one): _field(one) for one in questions}
    return type("RsvpForm", (RsvpForm,), {**fields, "questions": questions}) if questions else RsvpForm


def _field(one: Question) -> Any:
    asked = [not_blank(lazy_gettext("Please answer this question."))] if one.required else []
    if one.answer == Answer.YES_NO:
        said = (("", "–"), ("yes", lazy_gettext("Yes")), ("no", lazy_gettext("No")))
        choices = [SelectChoice(value, label) for value, label in said]
        return SelectField(one.words, asked, choices=choices, default="")
    return Line(one.words, asked, most=200)


class ResendForm(PublicForm):
    """Asks for the letter again."""

    email = EmailField(lazy_gettext("Email address"))


class ChangeForm(FlaskForm):
    """Come with more or with fewer. Who holds the link has read a letter: no trap, and no time to wait for."""

    class Meta(FieldsAlone, FlaskForm.Meta):
        csrf = False

    party = PartyField(lazy_gettext("How many people come, with you?"))


class _WalkIn:
    """Somebody who came without an RSVP: how many, and a name if they gave one."""

    name = Line(lazy_gettext("Name"), most=100)
    came = PartyField(lazy_gettext("How many came"), default=1)
    press = HiddenField()


class WalkInForm(_WalkIn, PublicForm):
    """The same at the door of a helper. Its address is a key, so no robot has it, and a door is quicker than 2 s."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields alone. Raises Plea when the name reads like a call for help."""
        if reads_like_a_plea(self.name.data or ""):
            raise Plea(self)
        return bool(FlaskForm.validate(self, extra_validators))


class StaffWalkInForm(_WalkIn, StaffForm):
    """The same at the door of staff."""
