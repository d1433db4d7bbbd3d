"""The forms of those who want to join, and of staff who look after partners."""

import re
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import FileField, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from ..forms import EditForm, EmailField, Line, Lines, PublicForm, StaffForm, not_blank, suggestion
from .models import Partner, What

WEB = re.compile(r"https?://[a-z0-9.-]+\.[a-z]{2,}(?::\d+)?(?:/[^\s\"'<>\\]*)?", re.IGNORECASE)
MAIL = re.compile(r"[^@\s\"'<>,;:]+@[a-z0-9.-]+\.[a-z]{2,}", re.IGNORECASE)
TELEPHONE = re.compile(r"\d(?:[\s().-]{0,2}\d){6}")
NO_NUMBERS = (
    "Leave telephone numbers out: the only number on this site is the hotline’s, so that nobody calls a wrong one."
)
ASKED = [SelectChoice(what.value, f"its {what.value}") for what in What]
ANSWERS = [SelectChoice("yes", "yes, it agrees"), SelectChoice("no", "no, it takes this back")]
A_WEBSITE = "This is no web address. It should look like https://example.org."


class JoinForm(PublicForm):
    """An organisation that wants to join. `homepage` is its website: `website` is the name of the trap."""

    organisation = Line(
        lazy_gettext("Name of your organization"),
        [not_blank(lazy_gettext("Please give the name of your organization."))],
        most=200,
    )
    homepage = Line(lazy_gettext("Its website"), most=200)
    languages = Line(lazy_gettext("Languages that it serves"), most=200)
    work = Lines(
        lazy_gettext("What it does"),
        [not_blank(lazy_gettext("Please say in a few sentences what it does."))],
        most=1000,
    )
    person = Line(lazy_gettext("Your name"), [not_blank(lazy_gettext("Please give your name."))], most=100)
    email = EmailField(lazy_gettext("Email address"))
    suggestion = HiddenField()
    hint = ""

    def validate_homepage(self, field: Line) -> None:
        """A web address, also without its beginning."""
        if field.data and "://" not in field.data:
            field.data = f"https://{field.data}"
        if field.data and (not WEB.fullmatch(field.data) or len(field.data) > field.most):
            raise ValidationError(
                gettext("This does not look like a web address. It should look like https://example.org.")
            )

    def validate(self, extra_validators: Any = None) -> bool:
        """Also asks once whether a likely slip in the address is meant; sent again unchanged, it is taken."""
        valid = super().validate(extra_validators)
        address = self.email.data or ""
        if not self.email.errors and self.suggestion.data != address:
            self.hint = suggestion(address)
            self.suggestion.data = address if self.hint else ""
        return valid and not self.hint


class AddForm(StaffForm):
    """A partner that has agreed to join in some other way than by the form."""

    name = Line("Name", [not_blank("Give the partner a name.")], most=200)


class ApproveForm(StaffForm):
    """As whom an organisation joins: as a new partner, or as one that is known already."""

    partner = SelectField("Joins as", default="")

    def __init__(self, known: list[Partner], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        ones = [SelectChoice(str(one.id), f"{one.name} ({one.state})") for one in known]
        self.partner.choices = [SelectChoice("", "a new partner"), *ones]


class AgreementForm(StaffForm):
    """What a partner said, as somebody on the staff heard or read it."""

    what = SelectField("What", choices=ASKED)
    given = SelectField("Answer", choices=ANSWERS)
    said_by = Line(
        "Who said so", [not_blank("Say who told us: their role and how, for example: director, by letter.")], most=200
    )


class TextsForm(EditForm):
    """What a partner's page says in one language. `homepage` is its website: that is the name of the trap."""

    about = Lines("Short description", [not_blank("Write what the partner says about itself.")], most=600)
    languages = Line("Languages that it serves", most=200)
    homepage = Line("Website", most=200)
    contact = Line("Contact for the public", most=200)

    def validate_about(self, field: Lines) -> None:
        """Nobody must take another number for the hotline."""
        if TELEPHONE.search(field.data or ""):
            raise ValidationError(NO_NUMBERS)

    def validate_homepage(self, field: Line) -> None:
        """A whole web address: it becomes a link."""
        if field.data and not WEB.fullmatch(field.data):
            raise ValidationError(A_WEBSITE)

    def validate_contact(self, field: Line) -> None:
        """A mail address or a page, never a number."""
        if field.data and not (WEB.fullmatch(field.data) or MAIL.fullmatch(field.data)):
            wrong = "Give a mail address of the organization or a web page."
            raise ValidationError(NO_NUMBERS if TELEPHONE.search(field.data) else wrong)


class LogoForm(StaffForm):
    """A file with a logo. The door takes the file itself: forms of this site read fields alone."""

    logo = FileField("Logo")
