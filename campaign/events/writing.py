"""The forms with which staff and partners write events."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from wtforms import BooleanField, DateTimeLocalField, FileField, HiddenField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional, ValidationError

from .. import i18n
from ..forms import EditForm, Line, Lines, StaffForm, Ticks, not_blank, required
from ..partners.forms import NO_NUMBERS, TELEPHONE
from ..text import is_slug
from . import zones
from .editing import RESERVED, Facts, Words
from .models import LONGEST, MOST_QUESTIONS, Answer, Event, EventTexts, Kind
from .questions import Asked

KINDS = {kind.value: kind.value.capitalize() for kind in Kind}
MOST_SEATS = 100_000
WEB = re.compile(r"https://[a-z0-9.-]+\.[a-z]{2,}(?::\d+)?(?:/[^\s\"'<>\\]*)?", re.IGNORECASE)
NO_NUMBER = re.compile(r"\b\d{4}-\d\d-\d\d\b|\b\d{5}-\d{4}\b")  # a date or a ZIP code is no telephone number
FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
ANSWERS = [SelectChoice(Answer.TEXT.value, "a text"), SelectChoice(Answer.YES_NO.value, "yes or no")]
A_TIME = "Give a day and a time, for example 2027-01-11 18:00."


def no_telephone(_form: object, field: Any) -> None:
    """Nobody must take another number for the hotline."""
    if TELEPHONE.search(NO_NUMBER.sub("", field.data or "")):
        raise ValidationError(NO_NUMBERS)


def sane_year(_form: object, field: Any) -> None:
    """No slip in the year."""
    if field.data and not 2000 <= field.data.year <= 2100:
        raise ValidationError("Give a year between 2000 and 2100.")


@dataclass(frozen=True)
class Choices:
    """What the form of an event lets one choose: places, partners that can host, by id and name."""

    places: list[tuple[int, str]]
    partners: list[tuple[str, str]]


class OwnEventForm(EditForm):
    """What is true of an event in every language, as its host says it; times are those on the wall of `zone`.

    `told` holds the mark of a change that guests will be written about, once that was said.
    """

    slug = Line("Address (small letters, digits, hyphens)", [not_blank("Give the event an address.")], most=60)
    kind = SelectField("Kind", choices=[SelectChoice(kind, label) for kind, label in KINDS.items()])
    starts = DateTimeLocalField("Begins", [required(A_TIME), sane_year], format=FORMATS)
    ends = DateTimeLocalField("Ends", [required(A_TIME), sane_year], format=FORMATS)
    zone = SelectField("On the clocks of")
    place = SelectField("Place")
    link = Line("Link, if one can join online", most=500)
    capacity = IntegerField(
        "Seats", [Optional(), NumberRange(1, MOST_SEATS, f"Give a number of seats from 1 to {MOST_SEATS:,}.")]
    )
    cancel_until = DateTimeLocalField("Seats can be given back until", [Optional(), sane_year], format=FORMATS)
    takes_rsvps = BooleanField("People say here that they come")
    spoken = Ticks("Languages spoken")
    interpreted = Ticks("Interpreted into")
    told = HiddenField()

    def __init__(self, choices: Choices, event: Event | None = None) -> None:
        super().__init__(data=_said(event))
        self.zone.choices = zones.choices(event.zone if event else "")
        self.place.choices = [("", "No place"), *((str(one), name) for one, name in choices.places)]
        self.spoken.choices = self.interpreted.choices = [(one.code, one.name) for one in i18n.site().languages]

    def validate_slug(self, field: Line) -> None:
        """The address must be one, and not that of another page."""
        if not is_slug(field.data or ""):
            raise ValidationError("Use small letters, digits and single hyphens only, for example opening-night.")
        if field.data in RESERVED:
            raise ValidationError("This address leads to a page of its own. Choose another one.")

    def validate_link(self, field: Line) -> None:
        """A whole address: it becomes a link."""
        if field.data and not WEB.fullmatch(field.data):
            raise ValidationError("This is no web address. It should look like https://example.org/meeting.")

    def validate(self, extra_validators: Any = None) -> bool:
        """Also reads the times on the clock that was chosen, and looks at their order."""
        valid = super().validate(extra_validators)
        self.moments = {name: self._moment(self[name]) for name in ("starts", "ends", "cancel_until")}
        return valid and self._in_order() and not self.errors

    def _moment(self, field: Any) -> datetime | None:
        if not field.data or field.errors or self.zone.errors:
            return None
        try:
            return zones.moment(field.data, self.zone.data)
        except zones.NoSuchTime as error:
            field.errors = [str(error)]
            return None

    def _in_order(self) -> bool:
        starts, ends, until = self.moments.values()
        if starts and ends and ends <= starts:
            self.ends.errors = ["The end must come after the start."]
        elif starts and ends and ends - starts > LONGEST:
            self.ends.errors = ["An event lasts 14 days at most. Make several of a longer one."]
        if starts and until and until > starts:
            self.cancel_until.errors = ["This must not be after the start."]
        return not (self.ends.errors or self.cancel_until.errors)

    def facts(self, **more: Any) -> Facts:
        """What was said; only of a form that is valid."""
        starts, ends = self.moments["starts"], self.moments["ends"]
        assert starts is not None and ends is not None
        return Facts(
            slug=self.slug.data or "",
            starts_at=starts,
            ends_at=ends,
            zone=self.zone.data,
            kind=self.kind.data,
            place_id=int(self.place.data) if self.place.data else None,
            link=self.link.data or "",
            capacity=self.capacity.data,
            languages=_spaced(self.spoken),
            interpreted=_spaced(self.interpreted),
            takes_rsvps=bool(self.takes_rsvps.data),
            cancel_until=self.moments["cancel_until"],
            **more,
        )


class EventForm(OwnEventForm):
    """The same for staff: who holds it, and whether it is for the coalition alone."""

    partner = SelectField("Host")
    together = Ticks("Held together with")
    members_only = BooleanField("Only for members of the coalition")

    def __init__(self, choices: Choices, event: Event | None = None, together: set[int] | None = None) -> None:
        super().__init__(choices, event)
        self.partner.choices = [("", "The lead"), *choices.partners]
        self.together.choices = choices.partners
        if not self.is_submitted():
            self.together.data = [str(one) for one in together or ()]

    def facts(self, **more: Any) -> Facts:
        """What was said; only of a form that is valid."""
        host = int(self.partner.data) if self.partner.data else None
        return super().facts(partner_id=host, members_only=bool(self.members_only.data), **more)

    @property
    def with_them(self) -> set[int]:
        """The co-hosts, without the host itself."""
        return {int(one) for one in self.together.data or () if one != self.partner.data}


def _said(event: Event | None) -> dict[str, Any]:
    if event is None:
        begun = {"zone": i18n.site().campaign.time_zone, "kind": Kind.GATHERING.value, "takes_rsvps": True}
        return {**begun, "place": "", "partner": ""}
    said = {name: getattr(event, name) for name in ("slug", "kind", "zone", "link", "capacity", "members_only")}
    until = event.cancel_until
    said |= {"starts": zones.wall(event.starts_at, event.zone), "ends": zones.wall(event.ends_at, event.zone)}
    said |= {"cancel_until": zones.wall(until, event.zone) if until else None, "takes_rsvps": event.takes_rsvps}
    said |= {"place": str(event.place_id or ""), "partner": str(event.partner_id or "")}
    return {**said, "spoken": event.spoken, "interpreted": event.interpreted_into, "version": event.version}


def _spaced(field: Ticks) -> str:
    chosen = [one.code for one in i18n.site().languages if one.code in (field.data or ())]
    return f" {' '.join(chosen)} " if chosen else ""


class WordsForm(EditForm):
    """An event in one language."""

    title = Line("Title", [not_blank("Give the event a title."), no_telephone], most=120)
    summary = Line("In one sentence", [no_telephone], most=300)
    body = Lines("More about it (Markdown)", [no_telephone], most=20_000)
    joining = Lines("How to join, for those with a seat", most=2_000)
    agenda = Lines("Agenda, for members of the coalition (Markdown)", most=10_000)
    picture_alt = Line("What the picture shows, for those who do not see it", most=200)
    thanks = Lines("What the thank you says afterwards", [no_telephone], most=2_000)
    reviewed = BooleanField("A native speaker has checked this text")

    def words(self, there: EventTexts | None) -> Words:
        """What was written; what the form does not hold stays as it was."""
        parts = ("title", "summary", "body", "joining", "agenda", "picture_alt", "thanks")
        said = {name: self[name].data or "" for name in parts}
        return Words(**said, notice=there.notice if there else "", reviewed=bool(self.reviewed.data))


class OwnWordsForm(EditForm):
    """The same as partners write it: without what is for staff to say."""

    PARTS = ("title", "summary", "body", "joining")
    title = Line("Title", [not_blank("Give the event a title."), no_telephone], most=120)
    summary = Line("In one sentence", [no_telephone], most=300)
    body = Lines("More about it (Markdown)", [no_telephone], most=20_000)
    joining = Lines("How to join, for those with a seat", most=2_000)

    def words(self, there: EventTexts | None) -> Words:
        """What was written; what the form does not hold stays as it was."""
        kept = {name: getattr(there, name, "") for name in ("agenda", "picture_alt", "notice", "thanks")}
        return Words(**{name: self[name].data or "" for name in self.PARTS}, **kept, reviewed=False)


class PictureForm(StaffForm):
    """A picture, and what it shows in English. The door takes the file itself: forms of this site read fields alone."""

    picture = FileField("Picture")
    alt = Line(
        "What it shows, for those who do not see it",
        [not_blank("Say in a few words what the picture shows.")],
        most=200,
    )


class CancelForm(StaffForm):
    """That an event is cancelled, and what its guests are told beside that, in each language that it is written in."""

    @classmethod
    def of(cls, codes: list[str]) -> "CancelForm":
        """The form with a field for each of these languages."""
        names = {one.code: one.name for one in i18n.site().languages if one.code in codes}
        fields = {f"notice-{code}": Lines(f"In {name}", [no_telephone], most=1_000) for code, name in names.items()}
        return cast(CancelForm, type("CancelForm", (cls,), fields)())

    @property
    def notices(self) -> dict[str, str]:
        """What was written, by language."""
        return {name.partition("-")[2]: field.data or "" for name, field in self._fields.items() if "-" in name}


class AnswerForm(EditForm):
    """What staff tell the people of a partner about the event that they proposed, as they had read it."""

    message = Lines("Message to the partner", most=1_000)


class QuestionsForm(EditForm):
    """What those who come are asked, in one language; in English also how it is answered. An empty one is not asked."""

    def __init__(self, asked: list[Asked], *, english: bool, version: int) -> None:
        said: dict[str, Any] = {"version": version}
        for number, one in enumerate(asked, start=1):
            said |= {f"words{number}": one.words, f"answer{number}": one.answer, f"needed{number}": one.required}
        super().__init__(data=said)
        self.english = english

    @property
    def asked(self) -> list[Asked]:
        """The questions, in their order; where there is none, one with empty words."""
        numbers = range(1, MOST_QUESTIONS + 1)
        return [Asked(self[f"words{n}"].data or "", self[f"answer{n}"].data, self[f"needed{n}"].data) for n in numbers]


for _number in range(1, MOST_QUESTIONS + 1):
    setattr(QuestionsForm, f"words{_number}", Line(f"Question {_number}", [no_telephone], most=200))
    setattr(QuestionsForm, f"answer{_number}", SelectField(f"Question {_number} is answered by", choices=ANSWERS))
    setattr(QuestionsForm, f"needed{_number}", BooleanField(f"Question {_number} must be answered"))
