"""The forms with which staff write newsletters."""

from collections.abc import Callable
from typing import Any

from wtforms import FileField, HiddenField
from wtforms.validators import ValidationError

from .. import i18n
from ..forms import EditForm, Line, Lines, StaffForm, Ticks, not_blank
from ..text import is_slug
from . import personal
from .blocks import Block
from .drafts import Typed
from .marking import Marked
from .models import Newsletter
from .service import Facts

ONE_LINE = "This is one line: a line break in it could add something to the letter that nobody sees."
LONGEST_BODY = 40_000
Trouble = Callable[[Block], str]


def one_line(_form: object, field: Any) -> None:
    """Refuse a line break, which a header of a letter must not hold (RFC 5322, 2.2)."""
    if any(sign in str(raw).strip() for raw in field.raw_data or [] for sign in ("\n", "\r")):
        raise ValidationError(ONE_LINE)


def known_fields(_form: object, field: Any) -> None:
    """Refuse a personal field that does not exist, or that has nothing to stand in for it."""
    if wrong := personal.in_line(field.data or "")[1]:
        raise ValidationError(wrong[0])


class FactsForm(EditForm):
    """What is true of a newsletter in every language."""

    title = Line("Title, for us", [not_blank("Give the newsletter a title.")], most=120)
    slug = Line("Address in the archive (small letters, digits, hyphens)", [not_blank("Give it an address.")], most=60)
    from_name = Line("Name of the sender, if another than usual", [one_line], most=80)
    accepted = Ticks("Languages that get it in English on purpose")

    def __init__(self, row: Newsletter | None = None, **known: Any) -> None:
        names = ("title", "slug", "from_name", "version")
        said = {name: getattr(row, name) for name in names} if row else {}
        super().__init__(data={**said, "accepted": row.fallbacks if row else [], **known})
        self.accepted.choices = [(one.code, one.name) for one in i18n.site().languages if one.code != "en"]

    def validate_slug(self, field: Line) -> None:
        """The address must be one."""
        if not is_slug(field.data or ""):
            raise ValidationError("Use small letters, digits and single hyphens only, for example january-2027.")

    @property
    def facts(self) -> Facts:
        """What was said; only of a form that is valid."""
        chosen = " ".join(one.code for one in i18n.site().languages if one.code in (self.accepted.data or ()))
        return Facts(self.title.data or "", self.slug.data or "", self.from_name.data or "", chosen)


class EditionForm(EditForm):
    """An edition in one language. `trouble` says what is wrong with what a block names."""

    subject = Line("Subject", [not_blank("Give it a subject."), one_line, known_fields], most=150)
    preheader = Line("After the subject, in the list of letters", [one_line, known_fields], most=150)
    body = Lines("The newsletter (Markdown)", [not_blank("Write something.")], most=LONGEST_BODY)
    shown = HiddenField()  # the marks of the English words beside a first translation
    trouble: Trouble | None = None

    @property
    def marks(self) -> list[str]:
        """The marks of the English words that were shown, as they were sent."""
        return str((self.shown.raw_data or [""])[0]).split()  # `data` would be today's where none was sent

    @property
    def typed(self) -> Typed:
        """What was typed, right or wrong."""
        return Typed(self.subject.data or "", self.preheader.data or "", self.body.data or "")

    def validate(self, extra_validators: Any = None) -> bool:
        """Also reads the text: each thing that is wrong is said with its line."""
        valid = super().validate(extra_validators)
        if not self.body.errors:
            wrong = self._wrong()
            self.body.errors = ["\n".join(wrong)] if wrong else []
        return valid and not self.body.errors

    def _wrong(self) -> list[str]:
        marked = Marked(self.body.data or "")
        found = [(one.line, str(one)) for one in marked.problems]
        if self.trouble is not None:
            named = ((block.line, self.trouble(block)) for block in marked.blocks)
            found += [(line, f"Line {line}: {said}") for line, said in named if said]
        return [said for _, said in sorted(found)]


class PictureForm(StaffForm):
    """A picture, and what it shows. The door takes the file itself: forms of this site read fields alone."""

    picture = FileField("Picture")
    alt = Line(
        "What it shows, for those who do not see it",
        [not_blank("Say in a few words what the picture shows.")],
        most=200,
    )


class LinkForm(StaffForm):
    """An address off this site that somebody stands for."""

    address = Line("Address", [not_blank("Say which address.")], most=500)
