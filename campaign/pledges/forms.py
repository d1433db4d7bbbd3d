"""The forms of a signer and of those who write pledges."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, DateTimeLocalField, HiddenField, IntegerField, SelectField
from wtforms.validators import NumberRange, Optional, ValidationError

from .. import i18n
from ..forms import EditForm, EmailField, Line, Lines, PublicForm, StaffForm, not_blank, required
from ..partners.models import Partner
from ..supporters.forms import JoiningForm
from ..text import is_slug
from .asides import Conditions
from .board import Card

if TYPE_CHECKING:
    from ..links.models import Code

ANY = "any"


def in_our_time(_form: object, field: Any) -> None:
    """A time of the campaign, and no slip in the year."""
    if field.data and not 2000 <= field.data.year <= 2100:
        raise ValidationError("Give a year between 2000 and 2100.")


class SignForm(JoiningForm):
    """Name and address of a signer; everything else is a wish."""

    place = Line(lazy_gettext("ZIP code or city"), most=80)
    message = Lines(lazy_gettext("Why do you sign?"), most=280)
    show_name = BooleanField(i18n.guarded("Show my first name and my message on this page"))
    old_enough = BooleanField(validators=[required(lazy_gettext("You must be old enough to sign."))])
    ORDER = (*JoiningForm.ORDER, "old_enough")

    def __init__(self, *args: Any, offer: Partner | None = None, **kwargs: Any) -> None:
        super().__init__(*args, offer=offer, **kwargs)
        limits = i18n.site().limits
        self.message.most = limits.message_characters
        self.old_enough.label.text = i18n.guarded("I am %(age)d years old or older", age=limits.minimum_age)

    def validate_message(self, field: Lines) -> None:
        """The campaign may set a limit below the form's own."""
        if len(field.data or "") > field.most:
            raise ValidationError(gettext("Please use at most %(max)d characters.", max=field.most))


class ResendForm(PublicForm):
    """Asks for the letter again."""

    email = EmailField(lazy_gettext("Email address"))


class PledgeForm(EditForm):
    """Address and goal of a pledge."""

    slug = Line("Address (small letters, digits, hyphens)", [not_blank("Give the pledge an address.")], most=60)
    goal = IntegerField("Goal (signatures)", [NumberRange(1, 100_000_000, "A goal is a number from 1 up.")])

    def validate_slug(self, field: Line) -> None:
        """The address must be one."""
        if not is_slug(field.data or ""):
            raise ValidationError("Use small letters, digits and single hyphens only, for example new-year.")


class WordsForm(EditForm):
    """A pledge in one language."""

    title = Line("Title", [not_blank("Give the pledge a title.")], most=120)
    promise = Lines("The promise, as the signer says it", [not_blank("Write what a signer promises.")], most=600)
    body = Lines("More about it (Markdown)", most=20_000)


class AsideForm(StaffForm):
    """Conditions by which signatures are looked at and set aside; all of them must fit. `newest` is what was seen."""

    pledge = SelectField("Pledge", default="")
    code = SelectField("Came by the code", default="")
    network = SelectField("Network of today", default="")
    crowded = BooleanField("Only what came over the limit of its network")
    state = SelectField(
        "State", default="", choices={"": ANY, "confirmed": "confirmed", "unconfirmed": "not confirmed"}
    )
    domain = Line("Mail domain", most=254)
    name = Line("Name", most=100)
    language = SelectField("Language", default="")
    since = DateTimeLocalField("Signed from", [Optional(), in_our_time])
    until = DateTimeLocalField("Signed before", [Optional(), in_our_time])
    reason = Line("Why do you set them aside?", most=200)
    newest = HiddenField()
    CONDITIONS = ("pledge", "code", "network", "crowded", "state", "domain", "name", "language", "since", "until")

    def __init__(self, pledges: list[Card], codes: list["Code"], networks: list[tuple[str, int]]) -> None:
        super().__init__()
        self.pledge.choices = [("", ANY), *((card.slug, card.title) for card in pledges)]
        self.code.choices = [("", ANY), *((str(one.id), f"{one.code} {one.note}") for one in codes)]
        self.network.choices = [("", ANY), *((key, f"{key[:6]}: {number} signatures") for key, number in networks)]
        self.language.choices = [("", ANY), *((one.code, one.name) for one in i18n.site().languages)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Something must be asked for: an empty form would mean everything."""
        self.conditions_wrong = not super().validate(extra_validators)
        if not self.conditions_wrong and self.conditions.empty:
            self.conditions_wrong = True
            self.form_errors.append("Choose at least one condition: without any, every signature would fit.")
        return not self.conditions_wrong

    def validate_deed(self) -> bool:
        """For the deed itself there must be a reason, for those who look at it later."""
        valid = self.validate()
        if valid and not self.reason.data:
            self.reason.errors = ["Say why, for those who look at it later."]
        return valid and not self.reason.errors

    @property
    def conditions(self) -> Conditions:
        """What was chosen; times on the clock of the campaign's wall."""
        return Conditions(
            pledge=self.pledge.data or "",
            code_id=int(self.code.data) if self.code.data else None,
            network=self.network.data or "",
            since=i18n.from_local(self.since.data) if self.since.data else None,
            until=i18n.from_local(self.until.data) if self.until.data else None,
            domain=(self.domain.data or "").lower().removeprefix("@"),
            name=self.name.data or "",
            state=self.state.data or "",
            language=self.language.data or "",
            crowded=bool(self.crowded.data),
        )

    @property
    def in_words(self) -> str:
        """The conditions in a line, to be kept with the batch; of a network only its label."""
        return "; ".join(_in_words(self[name]) for name in self.CONDITIONS if self[name].data)

    @property
    def seen(self) -> int:
        """The newest signature that was looked at; 0 when that cannot be read."""
        text = str(self.newest.data or "")
        return int(text) if text.isdecimal() and len(text) < 19 else 0


def _in_words(field: Any) -> str:
    if isinstance(field, BooleanField):
        return str(field.label.text)
    if isinstance(field, SelectField):
        return f"{field.label.text}: {dict(field.choices)[field.data]}"
    shown = field.data.strftime("%Y-%m-%d %H:%M") if isinstance(field.data, datetime) else field.data
    return f"{field.label.text}: {shown}"
