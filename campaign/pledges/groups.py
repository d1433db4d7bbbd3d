"""What the mailing list may know of signers: their first name, and which pledges they have signed."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, select

from .. import db
from ..supporters import groups
from ..supporters.groups import Known
from . import audience, board
from .board import first_name
from .models import COUNTS, Pledge, Signature


@groups.belonging.connect
def _signed(ids: Sequence[int]) -> Mapping[int, Known]:
    columns = (Signature.supporter_id, Signature.name, Pledge.slug)
    found = select(*columns).join(Pledge, Pledge.id == Signature.pledge_id).where(COUNTS)
    known: dict[int, Known] = {}
    for row in db.session().execute(found.where(Signature.supporter_id.in_(ids))):
        before, name = known.get(row.supporter_id, Known()), first_name(row.name)
        names = before.names | ({name} if name else set())
        known[row.supporter_id] = Known(names, before.groups | {f"pledge {row.slug}"})
    return known


@groups.naming.connect
def _names(_sender: object) -> list[str]:
    return [f"pledge {one.slug}" for one in board.all_cards()]


@groups.choosing.connect
def _members(name: str) -> ColumnElement[bool] | None:
    slug = name.removeprefix("pledge ")
    found = db.session().scalar(select(Pledge.id).where(Pledge.slug == slug)) if slug != name else None
    return audience.signed(found) if found else None
