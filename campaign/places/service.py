"""The acts: add a place, change it, retire it, merge two that are one. All their SQL is here."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from blinker import Signal
from flask import current_app
from sqlalchemy import ColumnElement, and_, false, func, or_, select, update

from .. import db
from ..errors import Refused
from ..staff import organisations
from ..text import fold
from .models import Place
from .rules import Facts

merging = Signal("Tells the features above that a place is gone: what names it is to name the one that was kept.")
naming = Signal("Asks the features above what names this place; each answers with a list of Named.")
TURN = "places"
MANY_ALIKE = 10
MANY = 500  # to choose from in a form
MERGED = "One of them was merged meanwhile. Look for the place in the list again."


class Named(NamedTuple):
    """Something that names a place: its kind and number, and what to call it."""

    kind: str
    id: int
    words: str


class Alike(Exception):
    """There are places that may be the same one; nothing was written. Whoever has seen them may go on."""

    def __init__(self, places: list[Place]) -> None:
        super().__init__("places that may be the same")
        self.places = places


@dataclass(frozen=True)
class Wanted:
    """What is looked for: all that is not empty must fit. `whose` is a partner's id, or `lead`."""

    q: str = ""
    kind: str = ""
    language: str = ""
    whose: str = ""
    retired: bool = False

    def sql(self) -> ColumnElement[bool]:
        """The same as a question to the records; never what was merged into another."""
        parts: list[ColumnElement[bool]] = [Place.merged_into_id.is_(None)]
        parts.append(Place.retired_at.is_not(None) if self.retired else Place.retired_at.is_(None))
        words = [folded for word in self.q.split() if (folded := fold(word))]
        parts += [Place.search_key.contains(word) for word in words]
        parts += [false()] if self.q.strip() and not words else []  # signs alone stand in no name
        parts += [Place.kind == self.kind] if self.kind else []
        parts += [Place.languages.contains(f" {self.language} ", autoescape=True)] if self.language else []
        if self.whose:
            mine = int(self.whose) if self.whose.isdecimal() else None
            parts.append(Place.partner_id == mine)
        return and_(*parts)


def find(wanted: Wanted, page: int, size: int) -> list[Place]:
    """Places that fit, by name; one more than `size` when there are more."""
    found = select(Place).where(wanted.sql()).order_by(Place.name_key, Place.id)
    return list(db.session().scalars(found.offset(page * size).limit(size + 1)))


def get(place_id: int) -> Place:
    """The place, also one that is retired or gone. Raises LookupError."""
    if (place := db.session().get(Place, place_id)) is None:
        raise LookupError(place_id)
    return place


def named_by(place_id: int) -> list[Named]:
    """All that names this place."""
    return list(chain.from_iterable(answer for _, answer in naming.send(place_id)))


def alike(facts: Facts, but: int | None = None) -> list[Place]:
    """Places that may be the same: of one name and ZIP code, or at one address; not those that are gone."""
    same_name = and_(Place.name_key == facts.name_key, func.substr(Place.zip, 1, 5) == facts.zip[:5])
    same_address = Place.address_key == facts.address_key if facts.address_key else false()
    found = select(Place).where(Place.merged_into_id.is_(None), or_(same_name, same_address), Place.id != (but or 0))
    return list(db.session().scalars(found.order_by(Place.id).limit(MANY_ALIKE)))


def add(facts: Facts, seen: Iterable[int], now: datetime) -> int:
    """A new place; its id. Raises Alike unless all that may be the same one have been seen."""
    _take_turn()
    _refuse_unseen(facts, seen)
    place = Place(**facts.columns(), added_at=now)
    db.session().add(place)
    db.session().flush()
    return place.id


def change(place_id: int, facts: Facts, version: int | None, seen: Iterable[int]) -> None:
    """Say something else of a place. Raises LookupError, Stale, Refused, and Alike when it now looks like another."""
    _take_turn()
    place = _locked(place_id)
    if place.merged_into_id:
        raise Refused(MERGED)
    db.must_be(place.version, version)
    if facts.identity != Facts.of(place).identity:
        _refuse_unseen(facts, seen, but=place_id)
    _say(place, facts)


def _refuse_unseen(facts: Facts, seen: Iterable[int], but: int | None = None) -> None:
    there = alike(facts, but) if current_app.extensions["switches"].places_in_turn else []
    if {one.id for one in there} - set(seen):
        raise Alike(there)


def _say(place: Place, facts: Facts) -> None:
    for name, value in facts.columns().items():
        setattr(place, name, value)
    place.version += 1


def retire(place_id: int, now: datetime) -> None:
    """Offer a place no more; what names it goes on naming it. Raises LookupError."""
    place = _locked(place_id)
    place.retired_at = place.retired_at or now


def bring_back(place_id: int) -> None:
    """Offer a retired place again. Raises LookupError."""
    _locked(place_id).retired_at = None


def merge(kept_id: int, gone_id: int, taken: Iterable[str], versions: Mapping[int, int | None]) -> None:
    """Make one place of two: what named the other names the one that is kept, which takes these facts over.

    Raises LookupError, Stale, and Refused when one of them is gone already, so that two who merge at once make no loop.
    """
    _take_turn()
    kept, gone = _both(kept_id, gone_id)
    if current_app.extensions["switches"].places_in_turn:
        _refuse_to_merge(kept, gone)
        for one in (kept, gone):
            db.must_be(one.version, versions.get(one.id))
    names = {one.name for one in fields(Facts)} & set(taken)
    theirs = Facts.of(gone)
    _say(kept, replace(Facts.of(kept), **{name: getattr(theirs, name) for name in names}))
    kept.public = kept.public or gone.public
    gone.merged_into_id, gone.version = kept_id, gone.version + 1
    before = update(Place).where(Place.merged_into_id == gone_id)
    db.session().execute(before.values(merged_into_id=kept_id))  # never a way over two
    merging.send(kept_id, gone_id=gone_id)


def _both(kept_id: int, gone_id: int) -> tuple[Place, Place]:
    """Both, locked in the order of their ids: two who merge the same ones wait for each other and never deadlock."""
    if kept_id == gone_id:
        raise LookupError(gone_id)
    found = select(Place).where(Place.id.in_([kept_id, gone_id])).order_by(Place.id).with_for_update()
    both = {one.id: one for one in db.session().scalars(found.execution_options(populate_existing=True))}
    if len(both) < 2:
        raise LookupError(gone_id)
    return both[kept_id], both[gone_id]


def _refuse_to_merge(kept: Place, gone: Place) -> None:
    if kept.merged_into_id or gone.merged_into_id:
        raise Refused(MERGED)
    if kept.retired_at:
        raise Refused("The place that is kept is retired. Bring it back first, or keep the other one.")


def _locked(place_id: int) -> Place:
    found = select(Place).where(Place.id == place_id).with_for_update()
    if (place := db.session().scalar(found.execution_options(populate_existing=True))) is None:
        raise LookupError(place_id)
    return place


def _take_turn() -> None:
    if current_app.extensions["switches"].places_in_turn:
        db.take_turn(TURN)


def to_name(place_id: int) -> int:
    """The id under which something new may name a place from now on. Raises LookupError, Refused when it is retired.

    A merge at the same moment comes before, and is followed, or after, and takes along what was named.
    """
    return all_to_name([place_id])[place_id]


def all_to_name(place_ids: Collection[int]) -> dict[int, int]:
    """The same of many at once, by the ids that were given. Raises LookupError, Refused."""
    if not place_ids:
        return {}
    _take_turn()
    known = _as_now(place_ids)
    kept = _as_now({one.merged_into_id for one in known.values() if one.merged_into_id})
    named = {}
    for place_id in place_ids:
        place = known.get(place_id)
        if place is not None and place.merged_into_id:
            place = kept.get(place.merged_into_id)
        if place is None:
            raise LookupError(place_id)
        if place.retired_at:
            raise Refused("This place is retired. Choose another one, or bring it back first.")
        named[place_id] = place.id
    return named


def _as_now(place_ids: Collection[int]) -> dict[int, Place]:
    found = select(Place).where(Place.id.in_(place_ids)).execution_options(populate_existing=True)
    return {one.id: one for one in db.session().scalars(found)} if place_ids else {}


def show(place_id: int) -> None:
    """Something that everybody may see names this place from now on, so it may be shown itself."""
    db.session().execute(update(Place).where(Place.id == place_id, Place.public.is_(False)).values(public=True))


def choices(also: int | None = None) -> list[tuple[int, str]]:
    """Places to choose from, by name, with where they are; `also` is among them however many there are."""
    there = select(Place).where(Wanted().sql()).order_by(Place.name_key, Place.id).limit(MANY)
    found = list(db.session().scalars(there))
    if also and also not in {one.id for one in found} and (one := db.session().get(Place, also)):
        found += [one] if not (one.retired_at or one.merged_into_id) else []
    return [(one.id, f"{one.name} ({one.where})" if one.where else one.name) for one in found]


def called(keys: Collection[str], ids: Collection[int]) -> list[Place]:
    """Places of these names (folded) or ids, whatever their state, and those that they were merged into."""
    there = select(Place).where(or_(Place.name_key.in_(keys), Place.id.in_(ids))).order_by(Place.id)
    found = list(db.session().scalars(there))
    kept = {one.merged_into_id for one in found if one.merged_into_id} - {one.id for one in found}
    return found + (list(db.session().scalars(select(Place).where(Place.id.in_(kept)))) if kept else [])


def names(place_ids: Iterable[int]) -> dict[int, str]:
    """What these places are called, by their ids."""
    rows = db.session().execute(select(Place.id, Place.name).where(Place.id.in_(set(place_ids))))
    return {row.id: row.name for row in rows}


def told_apart(place_ids: Iterable[int]) -> dict[int, str]:
    """The same for comparing: two of one name, such as branches of a store, each with its ZIP code or its number."""
    asked = select(Place.id, Place.name, Place.zip).where(Place.id.in_(set(place_ids)))
    known = db.session().execute(asked).all()
    alike, closer = Counter(one.name for one in known), Counter((one.name, one.zip) for one in known)
    more = {one.id: one.zip if one.zip and closer[one.name, one.zip] == 1 else f"number {one.id}" for one in known}
    return {one.id: f"{one.name} ({more[one.id]})" if alike[one.name] > 1 else one.name for one in known}


def partners() -> dict[int, str]:
    """All partners by name, whatever their state: whose a place can be."""
    return {one.id: one.name for one in organisations.everyone()}


def may_own() -> set[int]:
    """The partners whose a place can become: those that are active."""
    return {one.id for one in organisations.everyone() if not one.shut}
