"""The forms of those who keep places, of those who merge two, and of those who bring in a list."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from wtforms import FileField, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from .. import i18n
from ..forms import EditForm, Line, Lines, StaffForm, Ticks, not_blank
from .models import Place
from .rules import KINDS, LABELS, MOST, Facts, fault_of

LEAD = "The lead"
KIND_CHOICES = [SelectChoice(kind.value, label) for kind, label in KINDS.items()]


def words_for_templates() -> dict[str, object]:
    """What the templates of places know: kinds, labels, how languages are called."""
    languages = {one.code: one.name for one in i18n.site().languages}
    return {"kinds": {kind.value: label for kind, label in KINDS.items()}, "labels": LABELS, "spoken": languages}


class OwnPlaceForm(EditForm):
    """What can be said of a place. `seen` names places that may be the same one, once they were shown."""

    name = Line(LABELS["name"], [not_blank("Give the place a name.")], most=MOST["name"])
    kind = SelectField(LABELS["kind"], choices=KIND_CHOICES, default="other")
    address = Lines(LABELS["address"], most=MOST["address"])
    area = Line(LABELS["area"], most=MOST["area"])
    city = Line(LABELS["city"], most=MOST["city"])
    zip = Line(LABELS["zip"], most=MOST["zip"])
    languages = Ticks(LABELS["languages"])
    access = Lines(LABELS["access"], most=MOST["access"])
    seen = HiddenField()

    def __init__(self, place: Place | None = None, **kwargs: Any) -> None:
        said = {one.name: getattr(place, one.name) for one in fields(Facts)} if place else {}
        said |= {"languages": place.spoken, "version": place.version} if place else {}
        super().__init__(data={**said, **kwargs})
        self.languages.choices = [(one.code, one.name) for one in i18n.site().languages]

    def validate_zip(self, field: Line) -> None:
        """Five digits, or five and four."""
        if fault := fault_of("zip", field.data or ""):
            raise ValidationError(fault)

    @property
    def shown(self) -> set[int]:
        """The places that may be the same and have been shown."""
        return numbers(str(self.seen.data or "").split())

    def show(self, alike: Iterable[Place]) -> None:
        """Remember that these have been shown: sent again, the form is taken."""
        self.seen.data = " ".join(str(one.id) for one in alike)

    def facts(self, **more: Any) -> Facts:
        """What was said, cleaned."""
        plain = ("name", "kind", "address", "area", "city", "zip", "access")
        said: dict[str, Any] = {name: self[name].data or "" for name in plain}
        chosen = set(self.languages.data or ())
        return Facts(**said, languages=tuple(one.code for one in i18n.site().languages if one.code in chosen), **more)


class PlaceForm(OwnPlaceForm):
    """The same for those who keep all places: whose it is, and a note that no partner sees."""

    partner_id = SelectField(LABELS["partner_id"], default="")
    note = Lines(LABELS["note"], most=MOST["note"])

    def __init__(self, partners: dict[int, str], may_own: set[int], place: Place | None = None) -> None:
        mine = place.partner_id if place else None
        super().__init__(place, **({"partner_id": str(mine or "")} if place else {}))
        there = [(str(one), name) for one, name in partners.items() if one in may_own or one == mine]
        self.partner_id.choices = [("", LEAD), *there]

    def facts(self, **more: Any) -> Facts:
        """What was said, cleaned."""
        whose = int(self.partner_id.data) if self.partner_id.data else None
        return super().facts(partner_id=whose, note=self.note.data or "", **more)


class MergeForm(StaffForm):
    """Which facts the kept place takes over from the other; and of which versions that was said."""

    taken = Ticks("What is taken over from the other")
    kept_version = HiddenField()
    gone_version = HiddenField()

    def __init__(self, kept: Place, gone: Place, differing: list[str]) -> None:
        empty = [name for name in differing if not getattr(kept, name) and name != "partner_id"]
        super().__init__(data={"taken": empty, "kept_version": kept.version, "gone_version": gone.version})
        self.taken.choices = [(name, LABELS[name]) for name in LABELS]

    def versions(self, kept_id: int, gone_id: int) -> dict[int, int | None]:
        """The versions that were looked at; 0 where that cannot be read."""
        sent = (self.kept_version.raw_data, self.gone_version.raw_data)  # `data` would be the record's own
        seen = [next(iter(numbers(one or [])), 0) for one in sent]
        return {kept_id: seen[0], gone_id: seen[1]}


class ListForm(StaffForm):
    """A file with places. The door itself takes the file from what was sent."""

    list = FileField("The list (CSV, at most 1 MB)")


class BringInForm(StaffForm):
    """That a list is brought in: which, and the rows that are likely doubles and wanted all the same."""

    waiting = HiddenField()


def numbers(texts: Iterable[str]) -> set[int]:
    """Those of these texts that are numbers of rows or records."""
    return {int(one) for one in texts if one.isascii() and one.isdecimal() and len(one) < 19}
