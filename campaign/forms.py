"""What every form shares: a trap, the time it was shown, fields that clean what is typed, clear sentences."""

from collections.abc import Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, ClassVar, cast

from email_validator import EmailNotValidError, validate_email
from flask import current_app, request
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.form import _Auto
from markupsafe import Markup
from wtforms import EmailField as BareEmailField
from wtforms import Field, HiddenField, IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.meta import DefaultMeta
from wtforms.validators import InputRequired, Length, StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from . import cache, i18n, seals
from .errors import Plea
from .phrases import any_found_in
from .text import UNREADABLE, clean, printable

# Domains that many people write from: what a slip such as "gmial.com" was probably meant to be.
FAMILIAR = """
    gmail.com yahoo.com hotmail.com outlook.com icloud.com aol.com live.com msn.com me.com comcast.net ymail.com
    protonmail.com proton.me att.net sbcglobal.net verizon.net naver.com daum.net qq.com 163.com hotmail.es
    yahoo.es yahoo.com.mx outlook.es
""".split()  # noqa: SIM905 (one word a line would be a page)


def readable(_form: object, field: Field) -> None:
    """Refuse what arrived damaged: NUL bytes, and bytes that were not UTF-8."""
    if any(UNREADABLE.search(str(raw)) for raw in field.raw_data or []):
        field.data = UNREADABLE.sub("", str(field.data or ""))
        raise StopValidation(gettext("Some characters could not be read. Please type this again."))


class Line(StringField):
    """One line of text, cleaned; `most` is its longest length in characters."""

    def __init__(self, label: Any = None, validators: Sequence[Any] = (), *, most: int, **kwargs: Any) -> None:
        too_long = Length(max=most, message=lazy_gettext("Please use at most %(max)d characters."))
        super().__init__(label, [readable, *validators, too_long], **kwargs)
        self.most = most

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = clean(valuelist[0]) if valuelist else ""


class Lines(TextAreaField):
    """Several lines of text, cleaned; `most` is its longest length in characters."""

    def __init__(self, label: Any = None, validators: Sequence[Any] = (), *, most: int, **kwargs: Any) -> None:
        too_long = Length(max=most, message=lazy_gettext("Please use at most %(max)d characters."))
        super().__init__(label, [readable, *validators, too_long], **kwargs)
        self.most = most

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = clean(valuelist[0], lines=True) if valuelist else ""


class Number(IntegerField):
    """A whole number; left empty it is 0."""

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata([valuelist[0].strip() or "0"] if valuelist else [])


class Ticks(SelectMultipleField):
    """Several of a list, each with a box of its own."""

    widget, option_widget = ListWidget(prefix_label=False), CheckboxInput()

    def pre_validate(self, _form: object) -> None:
        """Only what is offered; the library's own sentence would repeat whatever was sent."""
        if set(self.data or ()) - {box.data for box in self}:
            raise ValidationError("Choose among these only.")


class EmailField(BareEmailField):
    """A mail address; `data` is what was typed, cleaned, and `mailbox` the form under which it is found again."""

    most = 254
    mailbox = ""
    may_be_left = False

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = clean(valuelist[0]).replace(" ", "") if valuelist else ""

    def pre_validate(self, form: object) -> None:
        readable(form, self)
        if not self.data:
            raise StopValidation(gettext("Please give your email address."))
        sentence = gettext("This does not look like an email address. It should look like name@example.com.")
        if len(self.data) > self.most:  # looking closely at a million characters takes seconds
            raise StopValidation(sentence)
        try:
            checked = validate_email(self.data, check_deliverability=False, allow_smtputf8=False)
        except EmailNotValidError as error:
            raise StopValidation(sentence) from error
        # Domains with other letters are sent to in their plain form (RFC 5890); many servers know no other.
        self.data = checked.ascii_email or checked.normalized
        self.mailbox = mailbox_of(self.data)


def mailbox_of(address: str) -> str:
    """The form under which one mailbox is one record, however its owner spells it."""
    return clean(address).casefold()


def suggestion(address: str) -> str:
    """The address that was probably meant, or nothing when there is no reason to doubt."""
    name, _, domain = address.rpartition("@")
    return f"{name}@{near}" if (near := _near(domain.lower())) else ""


@lru_cache(maxsize=1_000)
def _near(domain: str) -> str:
    """The familiar domain that this one is a slip of, or nothing. Kept, for most people have one of a few."""
    near = [] if domain in FAMILIAR else get_close_matches(domain, FAMILIAR, n=1, cutoff=0.82)
    return near[0] if near else ""


class FieldsAlone:
    """What a form takes its values from: the fields of a sent form, never uploaded files or JSON."""

    def wrap_formdata(self, _form: object, formdata: Any) -> Any:
        """Called by Flask-WTF, which would take files and JSON for fields as well."""
        if formdata is not _Auto:
            return formdata
        return request.form if request.method == "POST" else None

    @property
    def locales(self) -> list[str]:
        """The language of WTForms' own sentences; English where it has none, so that no language is without forms."""
        return [i18n.locale_of(i18n.language()), "en"]

    def get_translations(self, form: Any) -> Any:
        """WTForms' own, which are kept; Flask-WTF would read them from the disk for every request."""
        return DefaultMeta.get_translations(cast(DefaultMeta, self), form)

    def render_field(self, field: Any, render_kw: Any) -> Markup:
        """A field without the signs that no page may hold: what was no number, say, is shown again as it was sent."""
        return printable(DefaultMeta.render_field(cast(DefaultMeta, self), field, render_kw))


class PublicForm(FlaskForm):
    """A form that anybody may send. It has no cookie and so no CSRF token: `refuse_strangers` guards it.

    A trap field that people do not see, and the signed time of rendering, keep simple robots out. Whom they catch
    gets the form again, with everything kept and without the trap: it may be a person, and one press helps.
    """

    class Meta(FieldsAlone, FlaskForm.Meta):
        csrf = False

    # How its page has its fields, by name; `...` is all that are not named, in the order in which they are written.
    ORDER: ClassVar[tuple[Any, ...]] = (...,)

    website = StringField(lazy_gettext("Leave this empty"))
    rendered = HiddenField()
    late = trapped = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if request.method in ("GET", "HEAD"):
            self.rendered.data = cache.GAP if cache.keeping() else seals.render_time()

    @property
    def has_trap(self) -> bool:
        """Whether the form is shown with its trap: not to somebody whose browser has filled it once."""
        return not seals.had_no_trap(self.rendered.data or "")

    def in_order(self) -> list[Field]:
        """The fields in the order of its page: those of a parent class are written first, and may stand below."""
        rest = self.ORDER.index(...)
        return sorted(self, key=lambda one: self.ORDER.index(one.name) if one.name in self.ORDER else rest)

    def free_texts(self) -> list[Field]:
        """The fields into which anything can be typed."""
        return [field for field in self if isinstance(field, Line | Lines)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the fields, the trap and the time of rendering; what falls short is shown again, all kept.

        Raises Plea before anything else is looked at when a text in it reads like a call for help.
        """
        if any(reads_like_a_plea(str(field.data or "")) for field in self.free_texts()):
            raise Plea(self)
        valid, switches = bool(super().validate(extra_validators)), current_app.extensions["switches"]
        self.trapped = switches.trap and bool(self.website.data) and self.has_trap
        age = seals.age_of(self.rendered.data or "")
        self.late = switches.render_time and (age is None or not seals.YOUNGEST <= age <= seals.OLDEST)
        if self.trapped or age is None or age > seals.OLDEST:
            # One that is only too young goes on ageing. After the trap: a person's password manager may have done it.
            self.rendered.data = seals.render_time(without_trap=self.trapped)
        return valid and not self.late and not self.trapped


def reads_like_a_plea(text: str) -> bool:
    """Whether a text may be a call for help, in whatever language it is written."""
    return any_found_in(text, i18n.content().pleas)


class StaffForm(FlaskForm):
    """A form behind the staff door, with Flask-WTF's CSRF token."""

    class Meta(FieldsAlone, FlaskForm.Meta):
        pass


class EditForm(StaffForm):
    """A form that changes a record. `version` tells whether somebody else saved in between."""

    version = HiddenField()

    @property
    def seen_version(self) -> int:
        """The version that was shown when editing began; 0 when there was none, or it cannot be read."""
        text = str((self.version.raw_data or [""])[0])  # `data` would be the record's own where none was sent
        return int(text) if text.isdecimal() and len(text) < 10 else 0

    def overtaken(self, version: int) -> None:
        """Say that somebody else saved in between. Sent again, the form knows of it, and is taken."""
        self.version.data = str(version)
        self.form_errors.append(
            "Somebody else changed this while you were editing. What they saved stands beside your own words. "
            "Save again to put yours in its place, or go back to leave theirs."
        )


def required(sentence: Any) -> InputRequired:
    """This field must be filled in; otherwise the sentence is said."""
    return InputRequired(message=sentence)


class not_blank:  # noqa: N801 (read as a verb, like the validators of the library)
    """The field must hold something after cleaning."""

    field_flags: ClassVar[dict[str, bool]] = {"asked": True}

    def __init__(self, sentence: Any) -> None:
        self.sentence = sentence

    def __call__(self, _form: object, field: Field) -> None:
        if not field.data:
            raise ValidationError(str(self.sentence))


def may_be_left(field: Field) -> bool:
    """Whether a text can be left out: what its label then says. An address can be where its own class says so."""
    if isinstance(field, EmailField):
        return field.may_be_left
    return isinstance(field, Line | Lines) and not field.flags.asked and not field.flags.required
