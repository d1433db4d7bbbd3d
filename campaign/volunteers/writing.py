"""The forms with which staff keep lists and trainings, and write about volunteers."""

from datetime import date, datetime
from typing import Any, cast

from wtforms import DateField, DateTimeLocalField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional, ValidationError

from .. import i18n
from ..events import zones
from ..events.writing import A_TIME, FORMATS, sane_year
from ..forms import EditForm, Line, Lines, StaffForm, Ticks, not_blank, required
from .keeping import Said
from .lists import Named
from .models import YOUNGEST, RequirementKind, Training
from .trainings import Plan

KINDS = [SelectChoice(kind.value, kind.value.capitalize()) for kind in RequirementKind]
AGES = [SelectChoice(str(age), str(age)) for age in YOUNGEST.values()]
A_DAY = "Give a day, for example 2027-01-11."


class ItemForm(EditForm):
    """One thing of a list: its name in every language; without one in theirs people read the English."""

    place = IntegerField("Place in the list", [Optional(), NumberRange(0, 999, "Give a number from 0 to 999.")])

    @classmethod
    def of(cls, kind: str, known: dict[str, Any], requirements: list[Named]) -> Any:
        """The form for this kind of thing, with what is known of it."""
        fields: dict[str, Any] = {}
        for one in i18n.site().languages:
            asked = [not_blank("Give it a name in English.")] if one.code == "en" else []
            fields[f"name-{one.code}"] = Line(f"Name in {one.name}", asked, most=80)
            if kind == "role":
                fields[f"summary-{one.code}"] = Line(f"What one does, in {one.name}", most=300)
        if kind == "role":
            fields["minimum_age"] = SelectField("Minimum age", choices=AGES)
            fields["requires"] = Ticks("What it requires")
        if kind == "requirement":
            fields["kind"] = SelectField("Kind", choices=KINDS)
            fields["months"] = IntegerField(
                "Holds for so many months (empty: for good)",
                [Optional(), NumberRange(1, 240, "Give a number of months from 1 to 240.")],
            )
        form: Any = type("ItemForm", (cls,), fields)(data=known)
        if kind == "role":
            form.requires.choices = [(str(one.id), one.name) for one in requirements]
        return form

    def said(self) -> Said:
        """What was said."""
        codes = [one.code for one in i18n.site().languages]
        names = {code: (self[f"name-{code}"].data or "", self._summary(code)) for code in codes}
        facts: dict[str, Any] = {"place": self.place.data or 0}
        if "minimum_age" in self:
            facts["minimum_age"] = int(self.minimum_age.data)
        if "months" in self:
            facts |= {"kind": self.kind.data, "months": self.months.data}
        requires = [int(one) for one in self.requires.data or ()] if "requires" in self else []
        return Said(names, facts, requires)

    def _summary(self, code: str) -> str:
        name = f"summary-{code}"
        return str(self[name].data or "") if name in self else ""


class TrainingForm(EditForm):
    """A training; times are those on the wall of `zone`."""

    requirement = SelectField("What it gives")
    starts = DateTimeLocalField("Begins", [required(A_TIME), sane_year], format=FORMATS)
    ends = DateTimeLocalField("Ends", [required(A_TIME), sane_year], format=FORMATS)
    zone = SelectField("On the clocks of")
    trainer = Line("Who trains", [not_blank("Say who trains.")], most=100)
    place = SelectField("Place")

    def __init__(self, given: list[Named], places: list[tuple[int, str]], one: Training | None = None) -> None:
        super().__init__(data=_known(one))
        self.requirement.choices = [(str(each.id), each.name) for each in given]
        self.zone.choices = zones.choices(one.zone if one else "")
        self.place.choices = [("", "No place"), *((str(each), name) for each, name in places)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Also reads the times on the clock that was chosen, and looks at their order."""
        valid = super().validate(extra_validators)
        self.moments = [self._moment(field) for field in (self.starts, self.ends)]
        starts, ends = self.moments
        if starts and ends and not 0 < (ends - starts).total_seconds() <= 24 * 3600:
            self.ends.errors = ["The end must come after the start, within a day."]
        return valid and not self.errors

    def _moment(self, field: Any) -> datetime | None:
        if not field.data or field.errors or self.zone.errors:
            return None
        try:
            return zones.moment(field.data, self.zone.data)
        except zones.NoSuchTime as error:
            field.errors = [str(error)]
            return None

    def plan(self) -> Plan:
        """What was said; only of a form that is valid."""
        starts, ends = cast("list[datetime]", self.moments)
        where = int(self.place.data) if self.place.data else None
        return Plan(int(self.requirement.data), starts, ends, self.zone.data, self.trainer.data or "", where)


def _known(one: Training | None) -> dict[str, Any]:
    if one is None:
        return {"zone": i18n.site().campaign.time_zone}
    plain = {"requirement": str(one.requirement_id), "zone": one.zone, "trainer": one.trainer}
    plain |= {"place": str(one.place_id or ""), "version": str(one.version)}
    return {**plain, "starts": zones.wall(one.starts_at, one.zone), "ends": zones.wall(one.ends_at, one.zone)}


class CodeForm(StaffForm):
    """For whom a trainer's code is made."""

    trainer = Line("Trainer", [not_blank("Say who shows the code.")], most=100)


class VouchForm(StaffForm):
    """That somebody has what is required, since when."""

    requirement = SelectField("What")
    held_on = DateField("Since", [required(A_DAY)])
    today: date | None = None

    def __init__(self, given: list[Named], today: date) -> None:
        super().__init__(data={"held_on": today})
        self.requirement.choices = [(str(one.id), one.name) for one in given]
        self.today = today

    def validate_held_on(self, field: Any) -> None:
        """Not in the future, and no slip in the year."""
        assert self.today is not None
        if field.data and field.data > self.today:
            raise ValidationError(
                "Nothing can be dated in the future. A training that is to come is planned under Trainings."
            )
        if field.data and field.data.year < 2000:
            raise ValidationError("Give a year from 2000 on.")


class ReasonForm(StaffForm):
    """Why something is taken back or ended: the volunteer reads it."""

    reason = Line("Reason (the volunteer reads it)", [not_blank("Say why: the volunteer reads it.")], most=200)


class NoteForm(EditForm):
    """What staff note of a volunteer, and the languages in which somebody has heard them."""

    note = Lines("Note (the volunteer can ask to see it)", most=1_000)
    heard = Ticks("Languages that one of us has heard")

    def __init__(self, note: str, heard: list[str], version: int, spoken: list[tuple[str, str]]) -> None:
        super().__init__(data={"note": note, "heard": heard, "version": version})
        self.heard.choices = spoken
