"""The forms of the staff door: getting in, one's own account, the accounts of colleagues."""

from typing import Any

from flask import request
from wtforms import HiddenField, PasswordField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, StopValidation, ValidationError

from .. import i18n
from ..forms import EditForm, EmailField, Line, StaffForm, not_blank, readable, required
from . import organisations, passwords
from .roles import NAMES, Role

CODE = [required("Please give the code that your app shows.")]
PASSWORD = [readable, required("Please give your password."), Length(max=passwords.LONGEST)]
NONE = SelectChoice("", "None")
ROLES = [SelectChoice(role.value, NAMES[role].capitalize()) for role in Role]


def _fits_role(form: Any, field: SelectField) -> None:
    if sentence := organisations.misfit(form.role.data, field.data):
        raise ValidationError(sentence)


class KnownEmailField(EmailField):
    """The address of an account, only to be looked up: whether letters reach it was judged when the account was made.

    The sample accounts have addresses at example.invalid, which no letter can reach.
    """

    def pre_validate(self, form: object) -> None:
        """What looks like no address with a name and a domain is told so; of the domain nothing is asked."""
        readable(form, self)
        name, _, domain = (self.data or "").rpartition("@")
        try:
            super().pre_validate(form)
        except StopValidation:
            if not name or not domain or len(self.data or "") > self.most:
                raise


class SignInForm(StaffForm):
    """Mailbox, password, and the code that the app shows now."""

    email = KnownEmailField("Email address")
    password = PasswordField("Password", PASSWORD)
    code = Line("Code from your app", CODE, most=20)


class ProveForm(StaffForm):
    """Password and code once more. `to` is where one was going; `carried` holds what one was about to send there."""

    password = PasswordField("Password", PASSWORD)
    code = Line("Code from your app", CODE, most=20)
    to = HiddenField()
    sent = HiddenField()
    carried = HiddenField()


class NewPasswordForm(StaffForm):
    """A new password: long, and otherwise as its owner likes (NIST SP 800-63B, 5.1.1.2)."""

    password = PasswordField("New password", [readable, required("Please choose a password.")])

    def __init__(self, *args: Any, about: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.about = about

    def validate_password(self, field: PasswordField) -> None:
        """Long enough, and none of those that are guessed first."""
        campaign = i18n.site().campaign
        ours = (*campaign.name.values(), campaign.organisation, campaign.organisation_short, request.host)
        if sentence := passwords.refusal(field.data or "", (*self.about, *ours)):
            raise ValidationError(sentence)


class NewAppForm(StaffForm):
    """A code that proves that the app has the new key."""

    code = Line("Code that the app shows", CODE, most=12)


class SetUpForm(NewPasswordForm, NewAppForm):
    """Password and app, once. The app comes first on the page, as its code is asked for at the end."""


class InviteForm(StaffForm):
    """A colleague to be."""

    email = EmailField("Email address")
    name = Line("Name", [not_blank("Give a name, so that colleagues know who this is.")], most=100)
    role = SelectField("Role", choices=ROLES)
    partner_id = SelectField("Organization", [_fits_role], coerce=organisations.number)

    def __init__(self, *args: Any, offered: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partner_id.choices = [NONE, *offered]


class RoleForm(EditForm):
    """Another role for a colleague, or another organisation."""

    role = SelectField("Role", choices=ROLES)
    partner_id = SelectField("Organization", [_fits_role], coerce=organisations.number)

    def __init__(self, *args: Any, offered: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partner_id.choices = [NONE, *offered]


class ColleagueForm(StaffForm):
    """A colleague to be in one's own organisation, who gets the role that its people have."""

    email = EmailField("Email address")
    name = Line("Name", [not_blank("Give a name, so that colleagues know who this is.")], most=100)
