"""The forms of those who make codes and point them elsewhere."""

from typing import Any

from wtforms import SelectField

from .. import i18n
from ..forms import EditForm, Line, StaffForm, not_blank
from ..pledges.board import Card
from ..staff import organisations


class CodeForm(StaffForm):
    """A code for a pledge, in a language, with a note that says where the poster will hang."""

    pledge = SelectField("It leads to the pledge")
    language = SelectField("In the language")
    partner_id = SelectField("For which partner", coerce=organisations.number)
    place = SelectField("At which place?", default="")
    note = Line("Where will it hang?", [not_blank("Say where it will hang, to tell one code from another.")], most=200)

    def __init__(
        self, pledges: list[Card], partners: list[tuple[str, str]], places: list[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.place.choices = [("", "No place of ours"), *((str(one), name) for one, name in places)]
        self.pledge.choices = [(card.slug, card.title) for card in pledges]
        self.partner_id.choices = [("", "None: it is the campaign’s own"), *partners]
        self.language.choices = [(one.code, one.name) for one in i18n.site().languages]


class TargetForm(EditForm):
    """Where a code leads that has been printed already."""

    target = Line("It leads to", [not_blank("Give the address of a page of this site.")], most=200)


class LiftForm(StaffForm):
    """For how long many may sign by a code from one network."""

    hours = SelectField(
        "For how long", coerce=int, choices={"2": "2 hours", "4": "4 hours", "8": "8 hours", "24": "a day"}
    )


class FlyerForm(StaffForm):
    """In which language a flyer is, and where its code leads."""

    language = SelectField("In the language")

    @classmethod
    def of(cls, codes: list[str]) -> "FlyerForm":
        """The form with the languages that have the words of a flyer."""
        form = cls()
        form.language.choices = [(code, i18n.find(code).name) for code in codes]
        return form
