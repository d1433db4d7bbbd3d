"""The acts: name a partner, join, pause, retire, leave. All their SQL is here."""

from datetime import datetime
from typing import Any

from blinker import Signal
from sqlalchemy import select

from .. import db
from ..errors import Refused
from ..text import fold, slug_of
from .models import Partner, PartnerState

open_work = Signal("Asks the features above what is open of this partner; each answers with a list of sentences.")
ended = Signal("Tells the features above that this partner is retired or has left; sent with its id and `now=`.")
taking_out = Signal("Asks the features above what they keep about this partner; each answers with a dict, by name.")


def add(name: str, state: PartnerState, now: datetime) -> int:
    """A new partner; its id. Raises Refused when there is one with this name."""
    values = {"name": name, "name_key": fold(name)[:200], "slug": _free_slug(name), "state": state, "version": 1}
    partner_id = db.add(Partner, {**values, "state_since": now, "added_at": now})
    if partner_id is None:
        raise Refused("There is a partner with this name already.")
    return partner_id


def _free_slug(name: str) -> str:
    """An address made from the name; with a number when another partner has that one."""
    wanted = slug_of(name)[:50] or "partner"
    taken = set(db.session().scalars(select(Partner.slug).where(Partner.slug.startswith(wanted))))
    return next(one for n in range(1, 1000) if (one := wanted if n == 1 else f"{wanted}-{n}") not in taken)


def get(partner_id: int) -> Partner:
    """The partner. Raises LookupError."""
    if (partner := db.session().get(Partner, partner_id)) is None:
        raise LookupError(partner_id)
    return partner


def find(slug: str) -> Partner | None:
    """The partner with this address, if there is one."""
    return db.session().scalar(select(Partner).where(Partner.slug == slug))


def find_active(partner_id: int) -> Partner | None:
    """The partner, while it takes part: not before it has joined, while it pauses, or after it ended."""
    here = select(Partner).where(Partner.id == partner_id, Partner.state == PartnerState.ACTIVE)
    return db.session().scalar(here)


def everyone() -> list[Partner]:
    """All partners, by name."""
    return list(db.session().scalars(select(Partner).order_by(Partner.name_key)))


def everything(partner_id: int) -> dict[str, Any]:
    """All that is kept about a partner, for the partner: moments in UTC (RFC 3339). Raises LookupError."""
    partner = get(partner_id)
    known: dict[str, Any] = {
        "name": partner.name,
        "address": partner.slug,
        "state": partner.state,
        "state_since": partner.state_since.isoformat(timespec="seconds"),
        "known_since": partner.added_at.isoformat(timespec="seconds"),
    }
    for _, answer in taking_out.send(partner_id):
        known |= answer
    return known
