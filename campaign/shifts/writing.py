"""The forms with which staff plan shifts: one, or many over a range of dates."""

from datetime import date, datetime, time, timedelta
from typing import Any, cast

from wtforms import DateField, DateTimeLocalField, HiddenField, IntegerField, SelectField, TimeField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional, ValidationError

from .. import clock, i18n
from ..events import zones
from ..events.writing import A_TIME, FORMATS, no_telephone, sane_year
from ..forms import EditForm, Line, Lines, StaffForm, Ticks, not_blank, required
from ..staff import colleagues
from ..volunteers import phones
from ..volunteers.lists import Named
from . import batches, of_events
from .editing import Needed, Said
from .models import Shift, ShiftNeed

MOST = 200  # people in one role
A_DAY, AN_HOUR = "Give a day, for example 2027-01-11.", "Give a time of day, for example 14:00."
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
AT_MOST_A_YEAR = timedelta(days=366)


class _Shift:
    """What is said of a shift besides its times. `with_roles` adds fields for each role."""

    place = SelectField("Place", [not_blank("Choose a place.")])
    zone = SelectField("On the clocks of")
    colleague = SelectField("Coordinator of the day", default="")
    coordinator = Line("Name of the coordinator", most=100)
    phone = Line("The coordinator’s telephone", most=40)
    note = Lines("Note for those who come", [no_telephone], most=1_000)
    roles: tuple[tuple[int, str], ...] = ()

    def fill(self, places: list[tuple[int, str]], there: Shift | None = None) -> None:
        """Fill in what can be chosen now, with what a shift that is there has, whatever became of it."""
        me = cast(Any, self)
        me.place.choices = [("", "Choose a place"), *((str(each), name) for each, name in places)]
        me.zone.choices = zones.choices(there.zone if there else "")
        us = colleagues.choices(there.coordinator_id if there else None)
        me.colleague.choices = [("", "Nobody of the staff"), *us]
        for role_id, _ in self.roles:
            me[f"spoken-{role_id}"].choices = [(one.code, one.name) for one in i18n.site().languages]

    def validate_phone(self, field: Any) -> None:
        """A number that can be dialled, kept in one form."""
        self.number = ""
        if field.data:
            number = phones.read(field.data)
            if number is None:
                raise ValidationError("This does not look like a phone number. You can also leave it empty.")
            self.number = number

    def needs(self) -> dict[int, Needed]:
        """How many are needed in each role, and the languages among them; roles in which nobody is are left out."""
        me = cast(Any, self)
        numbers = {role_id: me[f"number-{role_id}"].data or 0 for role_id, _ in self.roles}
        codes = [one.code for one in i18n.site().languages]
        return {
            role_id: Needed(number, tuple(code for code in codes if code in (me[f"spoken-{role_id}"].data or ())))
            for role_id, number in numbers.items()
            if number
        }

    @property
    def any_language(self) -> bool:
        """Whether a language is wanted in any role."""
        return any(cast(Any, self)[f"spoken-{role_id}"].data for role_id, _ in self.roles)

    def said(self, starts_at: datetime, ends_at: datetime, **more: Any) -> Said:
        """What was said, at these times; only of a form that is valid."""
        me = cast(Any, self)
        return Said(
            place_id=int(me.place.data),
            starts_at=starts_at,
            ends_at=ends_at,
            zone=me.zone.data,
            needs=self.needs(),
            note=me.note.data or "",
            coordinator=me.coordinator.data or "",
            coordinator_id=int(me.colleague.data) if me.colleague.data else None,
            phone=self.number,
            **more,
        )

    def moment(self, field: Any, written: datetime | None = None) -> datetime | None:
        """The moment that a field names on the clock that was chosen; says in the field where there is none."""
        me = cast(Any, self)
        written = written or field.data
        if not isinstance(written, datetime) or field.errors or me.zone.errors:
            return None
        try:
            return zones.moment(written, me.zone.data)
        except zones.NoSuchTime as error:
            field.errors = [str(error)]
            return None


class ShiftForm(_Shift, EditForm):
    """One shift; times are those on the wall of `zone`. `named` holds the placements of whom it would lose."""

    starts = DateTimeLocalField("Begins", [required(A_TIME), sane_year], format=FORMATS)
    ends = DateTimeLocalField("Ends", [required(A_TIME), sane_year], format=FORMATS)
    opens = DateTimeLocalField("Can be taken from", [Optional(), sane_year], format=FORMATS)
    cancel_until = DateTimeLocalField("Can be given back until", [Optional(), sane_year], format=FORMATS)
    event = SelectField("Belongs to the event", default="")
    named = HiddenField()

    def fill(self, places: list[tuple[int, str]], there: Shift | None = None) -> None:
        """Also the events to come."""
        super().fill(places, there)
        theirs = of_events.choices(clock.now(), there.event_id if there else None)
        self.event.choices = [("", "No event"), *theirs]

    def validate(self, extra_validators: Any = None) -> bool:
        """Also reads the times on the clock that was chosen."""
        valid = super().validate(extra_validators)
        self.moments = [self.moment(one) for one in (self.starts, self.ends, self.opens, self.cancel_until)]
        return valid and not self.errors

    def shift(self) -> Said:
        """What was said; only of a form that is valid."""
        starts, ends, opens, until = self.moments
        assert starts is not None and ends is not None
        event_id = int(self.event.data) if self.event.data else None
        return self.said(starts, ends, opens_at=opens, cancel_until=until, event_id=event_id)

    @property
    def seen(self) -> set[int]:
        """The placements whose holders were named already."""
        return {int(one) for one in (self.named.data or "").split()[:1_000] if one.isdecimal() and len(one) < 19}


class BatchForm(_Shift, StaffForm):
    """Many shifts of one kind, on such days of the week from one date to another."""

    first = DateField("From", [required(A_DAY), sane_year])
    last = DateField("To", [required(A_DAY), sane_year])
    weekdays = Ticks("On these days", choices=[SelectChoice(str(n), day) for n, day in enumerate(DAYS)])
    begins = TimeField("Begins at", [required(AN_HOUR)])
    closes = TimeField("Ends at", [required(AN_HOUR)])
    opens_days = IntegerField("Can be taken so many days before (empty: at once)", [Optional(), NumberRange(1, 365)])
    cancel_hours = IntegerField(
        "Can be given back until so many hours before (empty: until the start)", [Optional(), NumberRange(1, 500)]
    )

    def validate_weekdays(self, field: Any) -> None:
        """One at least."""
        if not field.data:
            raise ValidationError("Choose at least one day of the week.")

    def validate_last(self, field: Any) -> None:
        """Not before the first, and no slip in the year."""
        if field.data and self.first.data and not timedelta(0) <= field.data - self.first.data <= AT_MOST_A_YEAR:
            raise ValidationError("The last day must come after the first, within a year.")

    def validate(self, extra_validators: Any = None) -> bool:
        """Also reads the times of each day on the clock that was chosen."""
        valid = super().validate(extra_validators)
        self.times = self._times() if valid else []
        return valid and not self.errors

    def _times(self) -> list[tuple[datetime, datetime]]:
        first, last, begins, closes = (one.data for one in (self.first, self.last, self.begins, self.closes))
        assert isinstance(first, date) and isinstance(last, date)
        assert isinstance(begins, time) and isinstance(closes, time)
        found, over = [], timedelta(days=1 if closes <= begins else 0)
        for day in batches.days(first, last, {int(one) for one in self.weekdays.data or ()}):
            starts = self.moment(self.begins, datetime.combine(day, begins))
            ends = self.moment(self.closes, datetime.combine(day, closes) + over)
            if starts and ends:
                found.append((starts, ends))
        return found

    def shifts(self) -> list[Said]:
        """What was said of each; only of a form that is valid."""
        days, hours = self.opens_days.data, self.cancel_hours.data
        return [
            self.said(
                starts,
                ends,
                opens_at=starts - timedelta(days=days) if days else None,
                cancel_until=starts - timedelta(hours=hours) if hours else None,
            )
            for starts, ends in self.times
        ]


def with_roles(form: type[Any], roles: list[Named]) -> type[Any]:
    """The form with the fields of each role, as a class."""
    fields: dict[str, Any] = {"roles": tuple((one.id, one.name) for one in roles)}
    for one in roles:
        fields[f"number-{one.id}"] = IntegerField(
            f"{one.name}: how many", [Optional(), NumberRange(0, MOST, f"Give a number from 0 to {MOST}.")]
        )
        fields[f"spoken-{one.id}"] = Ticks(f"{one.name}: languages wanted among them")
    return type(form.__name__, (form,), fields)


def begun(event_id: int = 0) -> dict[str, Any]:
    """What a new form begins with; with the place and times of an event, if one is named."""
    return {"zone": i18n.site().campaign.time_zone, **(of_events.begun(event_id, clock.now()) if event_id else {})}


def known(one: Shift, needs: list[ShiftNeed]) -> dict[str, Any]:
    """A shift as the values of its form."""
    said: dict[str, Any] = {name: getattr(one, name) for name in ("zone", "note", "coordinator", "version")}
    said |= {"place": str(one.place_id), "phone": phones.opened(one.coordinator_phone)}
    said |= {"event": str(one.event_id or ""), "colleague": str(one.coordinator_id or "")}
    for name, at in (("starts", one.starts_at), ("ends", one.ends_at), ("opens", one.opens_at)):
        said[name] = zones.wall(at, one.zone) if at else None
    said["cancel_until"] = zones.wall(one.cancel_until, one.zone) if one.cancel_until else None
    for need in needs:
        said[f"number-{need.role_id}"], said[f"spoken-{need.role_id}"] = need.number, need.languages.split()
    return said


class CancelForm(StaffForm):
    """Why a shift is not held, or taken back: the volunteers read it."""

    reason = Line("Reason (the volunteers read it)", [not_blank("Say why: the volunteers read it.")], most=200)
