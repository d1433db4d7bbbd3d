"""The forms with which volunteers and staff write hours down, correct them, and look at their sums."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext
from wtforms import DateField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, ValidationError

from .. import i18n
from ..forms import EditForm, Line, Number, PublicForm, StaffForm, not_blank, required
from ..volunteers.lists import Named
from .hours import A_DAY, Entry
from .models import Hours

MOST = 24  # hours of an entry
SOME = lazy_gettext("Give hours or minutes.")
A_NUMBER = lazy_gettext("Give whole numbers: hours from 0 to 24, minutes from 0 to 59.")


class _Written:
    """What both forms have: what was done, when, and how long."""

    worked_on = DateField(lazy_gettext("Day"), [required(lazy_gettext("Give a day."))])
    role = SelectField(lazy_gettext("Role"))
    hours = Number(lazy_gettext("Hours"), [NumberRange(0, MOST, A_NUMBER)])
    minutes = Number(lazy_gettext("Minutes"), [NumberRange(0, 59, A_NUMBER)])
    language = SelectField(lazy_gettext("Language that you used"), default="")
    note = Line(lazy_gettext("What you did"), [not_blank(lazy_gettext("Say in a few words what you did."))], most=300)

    def offer(self, roles: list[Named], today: date) -> None:
        """Roles and languages to choose from, and today."""
        self.role.choices = [SelectChoice(str(one.id), one.name) for one in roles]
        spoken = [SelectChoice(one.code, one.name) for one in i18n.site().languages]
        self.language.choices = [SelectChoice("", str(lazy_gettext("none in particular"))), *spoken]
        if self.worked_on.data is None and not self.worked_on.raw_data:
            self.worked_on.data = today

    def validate_minutes(self, field: Any) -> None:
        """Some time, and no more than a day has."""
        if not self.hours.errors and not 0 < self.total <= A_DAY:
            raise ValidationError(str(SOME))

    @property
    def total(self) -> int:
        """All of it in minutes."""
        return 60 * (self.hours.data or 0) + (self.minutes.data or 0)

    def entry(self) -> Entry:
        """What was said; only of a form that is valid."""
        day = self.worked_on.data
        assert day is not None
        return Entry(int(self.role.data), day, self.total, self.note.data or "", self.language.data or "")


class LogForm(_Written, PublicForm):
    """Other work that a volunteer writes down."""


class WriteDownForm(_Written, StaffForm):
    """The same, by staff."""

    language = SelectField("Language that was used", default="")
    note = Line("What it was (the volunteer reads it)", [not_blank("Say in a few words what it was.")], most=300)


class CorrectForm(EditForm):
    """Other hours and minutes for an entry."""

    hours = Number("Hours", [NumberRange(0, MOST, "Give hours from 0 to 24.")])
    minutes = Number("Minutes", [NumberRange(0, 59, "Give minutes from 0 to 59.")])

    def __init__(self, one: Hours) -> None:
        super().__init__(data={"hours": one.minutes // 60, "minutes": one.minutes % 60, "version": str(one.version)})

    def validate_minutes(self, field: Any) -> None:
        """No more than a day has."""
        if not self.hours.errors and self.total > A_DAY:
            raise ValidationError("Nobody works more than 24 hours.")

    @property
    def total(self) -> int:
        """All of it in minutes."""
        return 60 * (self.hours.data or 0) + (self.minutes.data or 0)
