"""The forms of volunteers: sign up, change what one has said, ask for the link, give an address at a training."""

from functools import lru_cache
from typing import Any, ClassVar, cast

from flask import request
from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField, SelectField
from wtforms.validators import StopValidation, ValidationError

from .. import cache, i18n
from ..forms import EmailField, Line, Lines, PublicForm, Ticks, mailbox_of, not_blank
from ..supporters.forms import JoiningForm
from ..text import is_slug
from . import own_page, phones
from .lists import Named
from .models import AgeBand
from .service import Profile

TOO_YOUNG = "under 16"
WRONG_PHONE = lazy_gettext("This does not look like a phone number. You can also leave it empty.")
HOW_OLD = lazy_gettext("Please say how old you are.")


class Offered(Ticks):
    """Several of what is offered. What is offered no more, or never was, is as good as not ticked."""

    def pre_validate(self, _form: object) -> None:
        """Nothing can be wrong here."""
        self.data = [box.data for box in self if box.checked]


class GuardianField(EmailField):
    """The address of a guardian: asked for where somebody is 16 or 17, ignored elsewhere."""

    may_be_left = True

    def pre_validate(self, form: Any) -> None:
        if form.age_band.data != AgeBand.MINOR:
            self.data = ""
            raise StopValidation
        if not self.data:
            raise StopValidation(gettext("Please give the email address of your guardian."))
        super().pre_validate(form)


class _Profile:
    """What somebody says of themselves. `with_languages` adds a field for each language."""

    age_band = SelectField(lazy_gettext("How old are you?"), default="", validate_choice=False)
    guardian = GuardianField(lazy_gettext("Your guardian's email address"))
    phone = Line(lazy_gettext("Phone"), most=40)
    other_languages = Line(lazy_gettext("Other languages"), most=200)
    roles = Offered(lazy_gettext("What I would like to do"))
    skills = Offered(lazy_gettext("Skills and interests"))
    times = Offered(lazy_gettext("When I have time"))
    area = Line(lazy_gettext("Neighborhood or city"), most=80)
    access_needs = Lines(lazy_gettext("What do you need to take part?"), most=500)
    spoken: tuple[tuple[str, str], ...] = ()
    ABOVE, BELOW = ("name", "email", "age_band", "guardian", "phone"), ("other_languages", "roles", "skills", "times")
    ORDER: ClassVar[tuple[Any, ...]] = (
        *ABOVE,
        ...,
        *BELOW,
        "area",
        "access_needs",
        "newsletter",
        "delivery",
        "mailing",
    )

    def fill(self, roles: list[Named], skills: list[Named]) -> None:
        """Fill in what can be chosen now."""
        me = cast(Any, self)
        me.roles.choices = [(str(one.id), one.name) for one in roles]
        me.skills.choices = [(str(one.id), one.name) for one in skills]
        days, parts = own_page.days(), own_page.parts()
        me.times.choices = [(f"{n}-{part}", words) for n in range(len(days)) for part, words in parts.items()]
        me.age_band.choices = [("", "–"), (TOO_YOUNG, gettext("15 or younger")), *own_page.bands().items()]
        levels = [("", gettext("not at all")), *own_page.levels().items()]
        for field in self.languages():
            field.choices = levels
            if field.data not in dict(levels):
                field.data = ""

    def languages(self) -> list[Any]:
        """The fields of the languages, in the order of the site."""
        return [cast(Any, self)[_name(code)] for code, _ in self.spoken]

    def days(self) -> list[tuple[str, list[Any]]]:
        """The boxes of each day, under its name."""
        boxes = list(cast(Any, self).times)
        width = len(own_page.parts())
        return [(day, boxes[n * width : (n + 1) * width]) for n, day in enumerate(own_page.days())]

    def validate_phone(self, field: Line) -> None:
        """A number that can be dialled, kept in one form."""
        if field.data:
            number = phones.read(field.data)
            if number is None:
                raise ValidationError(str(WRONG_PHONE))
            self.number = number

    def validate_age_band(self, field: Any) -> None:
        """One of those that are offered."""
        if field.data not in {value for value, _ in field.choices if value}:
            raise ValidationError(str(HOW_OLD))

    def profile(self) -> Profile:
        """What was said; only of a form that is valid."""
        me = cast(Any, self)
        times = [(int(one[0]), one[2:]) for one in me.times.data or ()]
        return Profile(
            name=me.name.data or "",
            age_band=me.age_band.data,
            phone=getattr(self, "number", ""),
            languages=[(code, me[_name(code)].data) for code, _ in self.spoken if me[_name(code)].data],
            other_languages=me.other_languages.data or "",
            skills=[int(one) for one in me.skills.data or ()],
            roles=[int(one) for one in me.roles.data or ()],
            times=times,
            area=me.area.data or "",
            access_needs=me.access_needs.data or "",
            guardian=me.guardian.data or "",
        )


def said(known: Profile) -> dict[str, Any]:
    """A profile as the values of the form in which it is changed."""
    plain = ("name", "age_band", "other_languages", "area", "access_needs", "guardian")
    values: dict[str, Any] = {name: getattr(known, name) for name in plain}
    values |= {"phone": phones.opened(known.phone), "times": [f"{day}-{part}" for day, part in known.times]}
    values |= {"skills": [str(one) for one in known.skills], "roles": [str(one) for one in known.roles]}
    return values | {_name(code): level for code, level in known.languages}


def _name(code: str) -> str:
    return f"speaks_{code.replace('-', '_')}"


class SignUpForm(_Profile, JoiningForm):
    """Who wants to help, with what, and when."""

    event = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if request.method in ("GET", "HEAD"):
            slug = (request.args.get("event") or "")[:60]
            if slug and is_slug(slug) and not cache.keeping():
                self.event.data = slug
                i18n.carry(f"?event={slug}")

    def validate_guardian(self, field: GuardianField) -> None:
        """Somebody else than the volunteer."""
        if field.mailbox and field.mailbox == self.email.mailbox:
            raise ValidationError(gettext("This is your own address. We must ask your guardian."))


class ChangeForm(_Profile, PublicForm):
    """The same for a volunteer, whose address stays."""

    name = Line(lazy_gettext("Your name"), [not_blank(lazy_gettext("Please give your name."))], most=100)
    validate_name = JoiningForm.validate_name

    def __init__(self, *args: Any, mine: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mine = mailbox_of(mine)

    def validate_guardian(self, field: GuardianField) -> None:
        """Somebody else than the volunteer."""
        if field.mailbox and field.mailbox == self.mine:
            raise ValidationError(gettext("This is your own address. We must ask your guardian."))

    def validate_age_band(self, field: Any) -> None:
        """Whoever volunteers is 16 by now."""
        super().validate_age_band(field)
        if field.data == TOO_YOUNG:
            raise ValidationError(gettext("Volunteers are 16 or older. If you are younger, please stop volunteering."))


@lru_cache(maxsize=20)
def with_languages(form: type[Any], spoken: tuple[tuple[str, str], ...]) -> type[Any]:
    """The form with a field for each of these languages (code, name), as a class; kept, for making one takes time."""
    fields = {_name(code): SelectField(name, default="", validate_choice=False) for code, name in spoken}
    return type(form.__name__, (form,), {**fields, "spoken": spoken})


class AddressForm(PublicForm):
    """Asks for the address to which a link goes."""

    email = EmailField(lazy_gettext("Email address"))


class CodeForm(PublicForm):
    """The code that a trainer shows."""

    code = Line(
        lazy_gettext("The trainer's code"), [not_blank(lazy_gettext("Please type the trainer's code."))], most=20
    )
