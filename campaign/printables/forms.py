"""The forms of those who make codes and point them elsewhere."""

from dataclasses import replace
from typing import Any

from wtforms import BooleanField, DecimalField, FileField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from .. import i18n
from ..forms import EditForm, Line, StaffForm, Ticks, not_blank
from ..places import service as places
from ..pledges.board import Card
from ..staff import organisations
from . import formats
from .designs import Design
from .models import MOST_PIECES
from .prints import LONGEST, Order
from .rows import Line as Piece


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


A_NUDGE = NumberRange(
    -formats.FARTHEST, formats.FARTHEST, f"From -{formats.FARTHEST:.0f} to {formats.FARTHEST:.0f} mm."
)
AIMS = {"sign": "Scan to sign", "volunteer": "Scan to volunteer", "come": "Scan to come"}
EVENT = {"title": "What it is", "date": "On which day", "time": "At what time", "place": "Where"}


class PrintForm(StaffForm):
    """A print of one design, without the fields that it has no use for. The door takes the file itself."""

    title = Line(
        "What do you call it?", [not_blank("Give it a name, such as: Thai cards for three temples.")], most=120
    )
    target = SelectField("Its codes lead to")
    language = SelectField("Language")
    second = SelectField("Second language", default="")
    partner_id = SelectField("For which partner", default="")
    partner = BooleanField("Print the partner’s name")
    logo = BooleanField("Print the partner’s logo in the code")
    aim = SelectField("What it calls for", default="")
    event_title = Line(EVENT["title"], [not_blank("Say what it is.")], most=LONGEST["event_title"])
    event_date = Line(EVENT["date"], [not_blank("Say on which day.")], most=LONGEST["event_date"])
    event_time = Line(EVENT["time"], [not_blank("Say at what time.")], most=LONGEST["event_time"])
    event_place = Line(EVENT["place"], [not_blank("Say where.")], most=LONGEST["event_place"])
    places = Ticks("Places", coerce=int)
    named = BooleanField("Print the name of the place on each piece")
    copies = IntegerField(
        "Pieces for each place", [NumberRange(1, MOST_PIECES, f"A number from 1 to {MOST_PIECES:,}.")], default=1
    )
    rows = FileField("Or a list of places (CSV, at most 1 MB)")
    paper = SelectField("Paper", choices=[SelectChoice(*one) for one in formats.PAPERS.items()])
    output = SelectField("Printed by", choices=[SelectChoice(*one) for one in formats.OUTPUTS.items()])
    nudge_across = DecimalField("Move to the right (mm)", [Optional(), A_NUDGE], default=0)
    nudge_down = DecimalField("Move down (mm)", [Optional(), A_NUDGE], default=0)

    def __init__(self, design: Design, offered: dict[str, list[tuple[Any, str]]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        unused = [] if design.counted else ["target"]
        unused += [] if design.aims else ["aim"]
        unused += [] if "event" in design.lines else [f"event_{part}" for part in EVENT]
        unused += [
            one
            for one, line in (("named", "place"), ("partner", "partner"), ("logo", "logo"))
            if line not in design.lines
        ]
        for name in unused:
            del self[name]
        if design.counted:
            self.target.choices = offered["targets"]
        if design.aims:
            self.aim.choices = [(aim, AIMS.get(aim, aim)) for aim in design.aims]
        self.language.choices = offered["languages"]
        self.second.choices = [("", "None"), *offered["languages"]]
        self.partner_id.choices = [("", "None: it is the campaign’s own"), *offered["partners"]]
        self.places.choices = offered["places"]

    def says(self, name: str) -> str:
        """What a field says, as text; empty where the design has no such field."""
        return str(self[name].data or "") if name in self else ""

    def order(self, design: Design) -> Order:
        """What the whole print has in common."""
        said = {f"event_{part}": self.says(f"event_{part}") for part in EVENT}
        said |= {"aim": self.says("aim"), "partner": self.says("partner"), "logo": self.says("logo")}
        nudge = round((self.nudge_across.data or 0) * 10), round((self.nudge_down.data or 0) * 10)
        how = self.says("target"), self.says("paper"), self.says("output"), nudge
        return Order(self.says("title"), design.slug, *how, {name: text for name, text in said.items() if text})

    def usual(self) -> Piece:
        """What holds for a piece of which a list says nothing else."""
        whose = organisations.number(self.partner_id.data)
        return Piece(
            self.says("language"),
            self.says("second"),
            self.says("target"),
            partner_id=whose,
            copies=self.copies.data or 1,
        )

    def ticked(self) -> list[Piece]:
        """A piece for each place that is ticked. Asks the records."""
        ids, usual = self.places.data or [], self.usual()
        names = places.names(ids)
        chosen = [(one, names[one]) for one in ids]
        lines = {one: name if self.says("named") else "" for one, name in chosen}
        return [replace(usual, place_id=one, place=name, place_line=lines[one]) for one, name in chosen]


class FlyerForm(StaffForm):
    """In which language a flyer is, and where its code leads."""

    language = SelectField("In the language")

    @classmethod
    def of(cls, codes: list[str]) -> "FlyerForm":
        """The form with the languages that have the words of a flyer."""
        form = cls()
        form.language.choices = [(code, i18n.find(code).name) for code in codes]
        return form
