"""`campaign.toml`: all that is this campaign's own and no page of words, read once and checked."""

import re
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

Words = dict[str, Annotated[str, StringConstraints(min_length=1)]]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
Web = Annotated[str, StringConstraints(pattern=r"^https://[^\s\"'<>]+$")]
Reach = Annotated[str, StringConstraints(pattern=r"^$|^[^@\s\"'<>]+@[^@\s\"'<>]+$|^https://[^\s\"'<>]+$")]
LEAST_CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3


class Mistake(Exception):
    """Something in the content is wrong; says the file, the line and what to do."""

    def __init__(self, path: Path, line: int, what: str) -> None:
        super().__init__(f"{path.name}:{line}: {what}")
        self.path, self.line, self.what = path, line, what


class Part(BaseModel):
    """A table of campaign.toml: nothing unknown, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Month(Part):
    """The awareness month: first and last day as `MM-DD`, every year."""

    first: Annotated[str, StringConstraints(pattern=r"^\d\d-\d\d$")] = Field(alias="from")
    until: Annotated[str, StringConstraints(pattern=r"^\d\d-\d\d$")]


class About(Part):
    """Who we are."""

    name: Words
    tagline: Words
    organisation: str
    organisation_short: str
    time_zone: str
    postal_address: str
    contact: Reach
    month: Month
    partners_note: Words


class Sender(Part):
    """In whose name letters go out."""

    sender_name: Words
    sender_address: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")]


class Contacts(Part):
    """Where each kind of question goes: a mail address or a page; an empty one is not shown. Roles, never persons."""

    press: Reach = ""
    volunteers: Reach = ""
    partners: Reach = ""
    accessibility: Reach = ""
    security: Reach = ""


class Discretion(Part):
    """How letters look to whoever glances at a phone, for people who asked for that: dull, and about nothing."""

    sender_name: Words = {"en": "Member services"}
    subject: Words = {"en": "Account notice"}


class Exit(Part):
    """Where the quick exit leads: an ordinary page that says nothing about its reader."""

    address: dict[str, Web]


class Language(Part):
    """One language of the site. `code` stands in the address, `tag` in the page (BCP 47).

    `numbers` names the region whose numbers and dates are meant, where the tag alone would mean another one.
    `interface` is the mark that `campaign check` names, once a native speaker has reviewed the interface; it stops
    holding when a text changes that people agree to or that speaks of the hotline.
    """

    code: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[a-z]{4})?$")]
    name: str
    tag: str
    numbers: str = ""
    interface: str = ""

    @property
    def prefix(self) -> str:
        """What stands before every address in this language; nothing in English."""
        return "" if self.code == "en" else f"/{self.code}"


class Review(Part):
    """Which pages wait for a native speaker's review, beside those that always do, and what a demonstration shows."""

    pages_too: list[str] = []
    drafts_in_demo: bool = True


class Hotline(Part):
    """A number to call for help. `number` is dialled (E.164), `shown` is read."""

    key: str
    number: Annotated[str, StringConstraints(pattern=r"^\+\d{8,15}$")]
    shown: str
    letters: str = ""
    name: Words
    note: Words

    @model_validator(mode="after")
    def _same_digits(self) -> "Hotline":
        if re.sub(r"\D", "", self.shown) != self.number[1:]:
            raise ValueError(f"shown ({self.shown}) and number ({self.number}) are not the same number")
        return self


class Emergency(Part):
    """The number for danger at this moment."""

    number: Annotated[str, StringConstraints(pattern=r"^\d{3}$")]


class Goal(Part):
    """One of the things the campaign is for."""

    title: Words
    text: Words


class Partner(Part):
    """An organisation of the coalition."""

    name: str


class Palette(Part):
    """Colours of one scheme, light or dark; text colours must stand out from what lies behind them."""

    ink: Colour
    paper: Colour
    accent: Colour
    accent_ink: Colour
    help: Colour
    help_ink: Colour
    line: Colour
    muted: Colour
    surface: Colour

    @model_validator(mode="after")
    def _readable(self) -> "Palette":
        pairs = [("ink", "paper"), ("ink", "surface"), ("muted", "paper"), ("muted", "surface")]
        pairs += [("accent_ink", "accent"), ("help_ink", "help"), ("accent", "paper"), ("help", "paper")]
        for front, back in pairs:
            if (ratio := contrast(getattr(self, front), getattr(self, back))) < LEAST_CONTRAST:
                raise ValueError(f"{front} on {back} has a contrast of {ratio:.1f}; it needs {LEAST_CONTRAST}")
        return self


class Colours(Palette):
    """The light scheme, and the dark one inside it."""

    dark: Palette


class Limits(Part):
    """Numbers that a campaign may set for itself."""

    letters_per_day: int = Field(ge=1, le=10)
    reminder_after_days: int = Field(ge=1, le=10)
    reminders: int = Field(ge=0, le=3)
    message_characters: int = Field(ge=50, le=1000)
    minimum_age: int = Field(ge=13, le=21)
    signatures_from_one_network: int = Field(default=30, ge=1, le=10_000)
    network_minutes: int = Field(default=10, ge=1, le=60)
    held_from_one_domain: int = Field(default=10, ge=0, le=10_000)


class Shifts(Part):
    """What a campaign asks of volunteers' shifts: hours, and the hour of the day after which minors have gone home."""

    rest_hours: int = Field(default=10, ge=0, le=24)
    hours_a_day: int = Field(default=8, ge=1, le=16)
    minors_hours_a_day: int = Field(default=4, ge=1, le=8)
    minors_until: int = Field(default=20, ge=12, le=24)


class Newsletters(Part):
    """How newsletters go out.

    `known_sites`: other sites that links in them may lead to without being looked at. `per_minute`: letters that leave
    in a minute, at first; staff can change it on the way. `connections`: lines to the mail server. `in_hand`: letters
    under way at once, and so how many at most are uncertain after a power cut. `second_person_above`: where more people
    than that get it, somebody else than its writer approves it first.
    """

    known_sites: list[Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]] = []
    per_minute: int = Field(default=3_600, ge=1, le=100_000)
    connections: int = Field(default=8, ge=1, le=20)
    in_hand: int = Field(default=16, ge=1, le=40)
    second_person_above: int = Field(default=200, ge=0, le=1_000_000)


class Campaign(Part):
    """What campaign.toml holds."""

    campaign: About
    contacts: Contacts = Contacts()
    mail: Sender
    discretion: Discretion = Discretion()
    exit: Exit
    languages: list[Language] = Field(min_length=1)
    review: Review = Review()
    hotlines: list[Hotline] = Field(min_length=1)
    emergency: Emergency
    goals: list[Goal]
    partners: list[Partner]
    colours: Colours
    limits: Limits
    shifts: Shifts = Shifts()
    newsletters: Newsletters = Newsletters()

    @property
    def hotline(self) -> Hotline:
        """The first number, the one on every page."""
        return self.hotlines[0]

    def language(self, code: str) -> Language | None:
        """The language with this code, if the site has it."""
        return next((language for language in self.languages if language.code == code), None)


def read_campaign(path: Path) -> Campaign:
    """The campaign's settings. Raises Mistake with file and line."""
    text = path.read_text(encoding="utf-8")
    try:
        campaign = Campaign.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        said = re.search(r"line (\d+)", str(error))
        raise Mistake(path, int(said[1]) if said else 1, str(error)) from error
    except ValidationError as error:
        # A misspelled key is also a missing one; the first is what its writer needs to hear.
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        where = [str(part) for part in first["loc"]]
        raise Mistake(path, toml_line(text, where), f"{'.'.join(where)}: {first['msg']}") from error
    _complete(path, text, campaign)
    return campaign


def _complete(path: Path, text: str, campaign: Campaign) -> None:
    """Every table of words has a text in English at least, and names no language that the site lacks."""
    codes = {language.code for language in campaign.languages}
    if "en" not in codes:
        raise Mistake(path, toml_line(text, ["languages"]), "English must be one of the languages")
    tables = {"campaign.name": campaign.campaign.name, "campaign.tagline": campaign.campaign.tagline}
    tables |= {"campaign.partners_note": campaign.campaign.partners_note}
    tables |= {"discretion.sender_name": campaign.discretion.sender_name}
    tables |= {"discretion.subject": campaign.discretion.subject}
    tables |= {"mail.sender_name": campaign.mail.sender_name, "exit.address": campaign.exit.address}
    for index, line in enumerate(campaign.hotlines):
        tables |= {f"hotlines.{index}.name": line.name, f"hotlines.{index}.note": line.note}
    for index, goal in enumerate(campaign.goals):
        tables |= {f"goals.{index}.title": goal.title, f"goals.{index}.text": goal.text}
    for where, words in tables.items():
        if "en" not in words or set(words) - codes:
            number = toml_line(text, where.split("."))
            raise Mistake(path, number, f"{where}: needs `en`, and only languages of [[languages]]")


def toml_line(text: str, where: list[str]) -> int:
    """The line in a TOML text on which a key such as ["hotlines", "1", "number"] stands, or its table."""
    if where[0] == "languages" and (row := _row_of(text, where)):
        return row
    found, table, index, wanted = 1, where[0], 0, int(where[1]) if len(where) > 1 and where[1].isdigit() else 0
    inside = False
    keys = set(where[1:])
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[+\s*([\w.]+)", line):
            inside = (header[1] == table and index == wanted) or header[1] == ".".join(
                where[: header[1].count(".") + 1]
            )
            index += header[1] == table
            found = number if inside else found
        elif inside and (key := re.match(r"\s*([\w-]+)(?:\.[\w-]+)?\s*=", line)) and key[1] in keys:
            return number
    return found


def _row_of(text: str, where: list[str]) -> int:
    """The line of a language where each has one: the rows between `languages = [` and `]`; 0 where it is otherwise."""
    lines = text.splitlines()
    start = next((number for number, line in enumerate(lines, 1) if re.match(r"languages\s*=\s*\[", line)), 0)
    rows = [number for number, line in enumerate(lines, 1) if start < number and re.match(r"\s*\{\s*code\b", line)]
    wanted = int(where[1]) if len(where) > 1 and where[1].isdigit() else -1
    return rows[wanted] if start and 0 <= wanted < len(rows) else start


def contrast(front: str, back: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    light, dark = sorted((_luminance(front), _luminance(back)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
