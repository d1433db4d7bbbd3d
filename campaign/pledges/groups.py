"""What the mailing list may know of signers: their first name, and which pledges they have signed."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from .. import db
from ..supporters import groups
from ..supporters.groups import Known
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
