"""The forms of a signer and of those who write pledges."""

import re
from typing import Any

from flask import request
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, HiddenField, IntegerField
from wtforms.validators import NumberRange, ValidationError

from .. import cache, i18n
from ..forms import EmailField, Line, Lines, PublicForm, StaffForm, not_blank, required, suggestion
from ..text import is_slug

NOT_A_NAME = re.compile(r"://|www\.|@|\.(?:com|org|net|info)\b|\d(?:\D?\d){4}", re.IGNORECASE)
NEWSLETTER = i18n.guarded("Yes, send me news of the campaign by email. I can leave at any time.")


class SignForm(PublicForm):
    """Name and address of a signer; everything else is a wish."""

    name = Line(lazy_gettext("Your name"), [not_blank(lazy_gettext("Please give your name."))], most=100)
    email = EmailField(lazy_gettext("Email address"))
    place = Line(lazy_gettext("ZIP code or city"), most=80)
    message = Lines(lazy_gettext("Why do you sign?"), most=280)
    show_name = BooleanField(i18n.guarded("Show my first name and my message on this page"))
    newsletter = BooleanField(NEWSLETTER)
    old_enough = BooleanField(validators=[required(lazy_gettext("You must be old enough to sign."))])
    suggestion = HiddenField()
    via = HiddenField()
    hint = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limits = i18n.site().limits
        self.message.most = limits.message_characters
        if request.method in ("GET", "HEAD"):
            self.via.data = cache.VIA if cache.keeping() else (request.args.get("via") or "")[:10]
            i18n.carry(cache.VIA_QUERY if cache.keeping() else f"?via={self.via.data}" if self.via.data else "")
        self.old_enough.label.text = i18n.guarded("I am %(age)d years old or older", age=limits.minimum_age)

    def validate_name(self, field: Line) -> None:
        """The name stands in a letter to somebody who may not have asked for it, so it must not be an advertisement."""
        if NOT_A_NAME.search(field.data or ""):
            raise ValidationError(gettext("Please give your name only, without addresses or numbers."))

    def validate_message(self, field: Lines) -> None:
        """The campaign may set a limit below the form's own."""
        if len(field.data or "") > field.most:
            raise ValidationError(gettext("Please use at most %(max)d characters.", max=field.most))

    def validate(self, extra_validators: Any = None) -> bool:
        """Also asks once whether a likely slip in the address is meant; sent again unchanged, it is taken."""
        valid = super().validate(extra_validators)
        address = self.email.data or ""
        if not self.email.errors and self.suggestion.data != address:
            self.hint = suggestion(address)
            self.suggestion.data = address if self.hint else ""
        return valid and not self.hint


class ResendForm(PublicForm):
    """Asks for the letter again."""

    email = EmailField(lazy_gettext("Email address"))


class PledgeForm(StaffForm):
    """Address and goal of a pledge. `version` tells whether somebody else saved in between."""

    slug = Line("Address (small letters, digits, hyphens)", [not_blank("Give the pledge an address.")], most=60)
    goal = IntegerField("Goal (signatures)", [NumberRange(1, 100_000_000, "A goal is a number from 1 up.")])
    version = HiddenField()

    @property
    def seen_version(self) -> int:
        """The version that was shown when editing began; 0 when that cannot be read."""
        text = str(self.version.data or "")
        return int(text) if text.isdecimal() and len(text) < 10 else 0

    def validate_slug(self, field: Line) -> None:
        """The address must be one."""
        if not is_slug(field.data or ""):
            raise ValidationError("Use small letters, digits and single hyphens only, for example new-year.")


class WordsForm(StaffForm):
    """A pledge in one language."""

    title = Line("Title", [not_blank("Give the pledge a title.")], most=120)
    promise = Lines("The promise, as the signer says it", [not_blank("Write what a signer promises.")], most=600)
    body = Lines("More about it (Markdown)", most=20_000)
