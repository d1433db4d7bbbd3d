"""The forms of those who hold an event: a link for a helper at the door, a message to the guests."""

from datetime import date

from wtforms import RadioField, SelectField
from wtforms.fields.choices import SelectChoice

from .. import i18n
from ..forms import Line, Lines, StaffForm, not_blank
from .messages import Words
from .models import Audience, EventNews
from .writing import no_telephone


class LendForm(StaffForm):
    """A link for a helper at the door: where they stand, which is what it is called by, and for which day."""

    name = Line("Where the helper stands", [not_blank("Say where, so that you know which link to end.")], most=100)
    day = SelectField("For which day")

    @classmethod
    def of(cls, days: list[date]) -> "LendForm":
        """The form with the days of an event."""
        form = cls()
        form.day.choices = [(one.isoformat(), i18n.show_date(one)) for one in days]
        return form

    @property
    def date(self) -> date:
        """The day that was chosen."""
        return date.fromisoformat(self.day.data)


class MessageForm(StaffForm):
    """What a host writes to the guests. The subject stands in the letter; the mail's own subject says nothing of it."""

    audience = RadioField(
        "To guests",
        choices=[
            SelectChoice("firm", "who have a seat"),
            SelectChoice("waiting", "who wait"),
            SelectChoice("all", "all"),
        ],
        default="firm",
    )
    language = SelectField("Written in", default="en")
    subject = Line("Heading", [not_blank("Say in a few words what it is about."), no_telephone], most=120)
    words = Lines("Message", [not_blank("Write the message."), no_telephone], most=3_000)

    @classmethod
    def of(cls, there: EventNews | None = None) -> "MessageForm":
        """The form, with what was written."""
        form = cls(obj=there)
        form.language.choices = [(one.code, one.name) for one in i18n.site().languages]
        return form

    @property
    def said(self) -> Words:
        """What was written."""
        known = (self.subject.data or "", self.words.data or "", self.language.data)
        return Words(*known, Audience(self.audience.data))
