"""What is said of a place, how long it may be, and how loosely it is read from a list that somebody else has made."""

import re
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from ..text import cell, clean, fold
from .models import Kind, Place

MOST = {"name": 120, "address": 200, "city": 80, "area": 80, "zip": 10, "access": 500, "note": 500}
ZIP = re.compile(r"[0-9]{5}(-[0-9]{4})?")
A_ZIP = "A ZIP code has five digits, or five and four: 90012, 90012-1234."
KINDS = {kind: kind.value.replace("-", " ").capitalize() for kind in Kind} | {Kind.TRANSIT: "Stop or station"}
LABELS = {
    "name": "Name",
    "kind": "Kind",
    "address": "Address",
    "area": "Area",
    "city": "City",
    "zip": "ZIP code",
    "languages": "Languages spoken there",
    "access": "Access",
    "partner_id": "Whose it is",
    "note": "Note for staff",
}
OTHER_KINDS = {
    "temple": "pagoda wat shrine",
    "church": "parish cathedral chapel",
    "clinic": "healthclinic healthcenter hospital medicalclinic doctor",
    "market": "supermarket grocery grocerystore store shop farmersmarket",
    "restaurant": "cafe coffeeshop diner",
    "school": "college university highschool",
    "community-center": "communitycentre center centre hall communityhall",
    "laundromat": "laundry laundrette coinlaundry",
    "transit": "busstop station trainstation metro transitstop",
    "street": "streetcorner corner sidewalk",
}
# Under which names a column is known, folded; the first one stands in our own lists.
COLUMNS = {
    "name": "name place placename nameofplace venue site sitename location",
    "kind": "kind type category kindofplace typeofplace placetype",
    "address": "address street streetaddress addressline1 addressline2 addressline3 address1 address2 address3",
    "area": "area neighborhood neighbourhood district quarter",
    "city": "city town citytown municipality",
    "zip": "zip zipcode postalcode postcode zippostalcode postal",
    "languages": "languages language languagesspoken languagesspokenthere spoken",
    "access": "access accessnotes accessibility accessnote",
    "partner": "partner whose whoseitis organization organisation owner",
    "note": "note notes noteforstaff staffnote comment comments remark remarks",
}
_FIELD_OF = {name: field for field, names in COLUMNS.items() for name in names.split()}
_KIND_OF = {fold(words): kind for kind, label in KINDS.items() for words in (kind.value, label)}
_KIND_OF |= {name: Kind(kind) for kind, names in OTHER_KINDS.items() for name in names.split()}


@dataclass(frozen=True)
class Facts:
    """What is said of a place, cleaned."""

    name: str
    kind: str = Kind.OTHER.value
    address: str = ""
    city: str = ""
    area: str = ""
    zip: str = ""
    languages: tuple[str, ...] = ()
    access: str = ""
    note: str = ""
    partner_id: int | None = None

    @classmethod
    def of(cls, place: Place) -> "Facts":
        """What a record says."""
        said = {one.name: getattr(place, one.name) for one in fields(cls)}
        return cls(**{**said, "languages": tuple(place.spoken)})

    @cached_property
    def name_key(self) -> str:
        """The name, folded; as it was typed where it is made of signs alone."""
        return (fold(self.name) or self.name)[: MOST["name"]]

    @cached_property
    def address_key(self) -> str:
        """The address, folded."""
        return fold(self.address)[: MOST["address"]]

    @cached_property
    def identity(self) -> tuple[str, str, str, str]:
        """What makes it one place in a list: a second one with the same is the same."""
        return self.name_key, self.zip[:5], self.address_key, fold(self.city)

    def columns(self) -> dict[str, Any]:
        """The same as a record keeps it, with the keys under which it is found."""
        said = {one.name: getattr(self, one.name) for one in fields(self)}
        words = (self.name, self.area, self.city, self.zip, self.address)
        keys = {"name_key": self.name_key, "address_key": self.address_key}
        search = " ".join(fold(one) for one in words)[:700]
        return {**said, "languages": spaced(self.languages), **keys, "search_key": search}


def spaced(languages: tuple[str, ...] | list[str]) -> str:
    """Codes between spaces, so that each can be asked for."""
    return f" {' '.join(languages)} " if languages else ""


def column_named(header: str) -> str | None:
    """The field that a column of a list is about; None when it is none of ours."""
    return _FIELD_OF.get(fold(header))


def kind_named(text: str) -> Kind | None:
    """The kind that somebody has written; something else where nothing is written."""
    return _KIND_OF.get(fold(text)) if fold(text) else Kind.OTHER


def fault_of(field: str, text: str) -> str:
    """Why this cannot be said of a place, in a sentence; empty when it can."""
    if field == "name" and not text:
        return "It has no name."
    if len(text) > MOST[field]:
        return f"{LABELS[field]}: at most {MOST[field]} characters."
    return A_ZIP if field == "zip" and text and not ZIP.fullmatch(text) else ""


def cleaned(field: str, text: str) -> str:
    """A cell as it is kept. The sign that spreadsheets want before what looks like a formula is taken away again."""
    return clean(text.removeprefix("'") if is_marked(text) else text, lines=field in ("address", "access", "note"))


def is_marked(text: str) -> bool:
    """Whether a cell begins with the sign that our own tables put before what looks like a formula."""
    return text.startswith("'") and cell(text[1:]) == text
