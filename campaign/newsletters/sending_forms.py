"""The forms of sending: when and how fast, a letter to oneself, another pace."""

from datetime import datetime, timedelta
from typing import Any

from wtforms import DateTimeLocalField, HiddenField, IntegerField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from .. import clock, i18n
from ..events import zones
from ..forms import StaffForm, required
from . import starting
from .runs import Way

FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
MOST = 100_000
FROM_HERE, THROUGH_MAILCHIMP = "From here, by our mail server", "Through Mailchimp"
HOW_MANY = f"Give a number from 1 to {MOST:,}."


def soon() -> datetime:
    """A quarter of an hour that is not far away, on the clocks of the campaign: what the form offers."""
    at = clock.now() + timedelta(hours=1)
    return zones.wall(at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0), i18n.site().campaign.time_zone)


class PaceForm(StaffForm):
    """How many letters may leave in a minute."""

    per_minute = IntegerField("Letters a minute, at most", [required(HOW_MANY), NumberRange(1, MOST, HOW_MANY)])

    def validate(self, extra_validators: Any = None) -> bool:
        """What is no number is told so in our words."""
        valid = super().validate(extra_validators)
        if self.per_minute.errors:
            self.per_minute.errors = [HOW_MANY]
        return bool(valid)


class GoForm(PaceForm):
    """Let it go: now, or at a quarter of an hour. `seen` is the mark of the words that were looked at.

    `way`: by whom it goes. Nobody sets a pace for Mailchimp, so what stands there is passed over.
    """

    way = RadioField(
        "By whom",
        choices=[SelectChoice(Way.SMTP, FROM_HERE), SelectChoice(Way.MAILCHIMP, THROUGH_MAILCHIMP)],
        default=Way.SMTP,
    )
    when = RadioField("When", choices=[SelectChoice("now", "Now"), SelectChoice("at", "At a time")], default="now")
    at = DateTimeLocalField("Day and time", [Optional()], format=FORMATS)
    seen = HiddenField()
    moment: datetime | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Also reads the time on the clocks of the campaign, and refuses one that is over or comes twice."""
        valid = super().validate(extra_validators)
        if self.way.data == Way.MAILCHIMP and self.per_minute.errors:
            self.per_minute.errors, self.per_minute.data = [], i18n.site().newsletters.per_minute
            valid = not self.errors
        if self.when.data != "at" or self.at.errors:
            return valid
        self.at.errors = [said] if (said := self._read()) else []
        return valid and not self.at.errors

    def _read(self) -> str:
        """What is wrong with the time; reads it on the way."""
        if self.at.data is None:
            return "Say when: a day and a time."
        try:
            self.moment = zones.moment(self.at.data, i18n.site().campaign.time_zone)
        except zones.NoSuchTime as error:
            return str(error)
        except OverflowError:
            return starting.FAR
        return starting.too_odd(self.moment, clock.now())


class TrialForm(StaffForm):
    """In which language one gets it."""

    language = SelectField("As readers get it in")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.language.choices = [(one.code, one.name) for one in i18n.site().languages]


class SeenForm(StaffForm):
    """That these words were looked at."""

    seen = HiddenField()
