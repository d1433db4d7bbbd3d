"""The acts: name a partner, let it join, pause, resume, end; what is told to the features above, and asked of them."""

from collections.abc import Iterable
from datetime import datetime
from itertools import chain
from typing import Any

from blinker import Signal
from sqlalchemy import func, select

from .. import db
from ..errors import Refused
from ..text import fold, slug_of
from . import agreements, logos, texts
from .models import Partner, PartnerState

open_work = Signal("Asks the features above what is open of this partner; each answers with a list of sentences.")
ended = Signal("Tells the features above that this partner is retired or has left; sent with its id and `now=`.")
taking_out = Signal("Asks the features above what they keep about this partner; each answers with a dict, by name.")

TAKEN = "There is a partner with this name already."
RESERVED = {"join"}  # addresses below /coalition that are pages of their own
OVER = (PartnerState.RETIRED, PartnerState.LEFT)
ACTIVE, PAUSED, NAMED = PartnerState.ACTIVE, PartnerState.PAUSED, PartnerState.NAMED
MAY_JOIN = (NAMED, *OVER)
# From which states one may go to which.
WAYS: dict[PartnerState, tuple[PartnerState, ...]] = {
    PartnerState.ACTIVE: (*MAY_JOIN, PAUSED),
    PartnerState.PAUSED: (ACTIVE,),
    PartnerState.RETIRED: (NAMED, ACTIVE, PAUSED),
    PartnerState.LEFT: (ACTIVE, PAUSED),
}


def add(name: str, state: PartnerState, now: datetime) -> int:
    """A new partner; its id. Raises Refused when there is one with this name."""
    values = {"name": name, "name_key": fold(name)[:200], "slug": _free_slug(name), "state": state, "version": 1}
    partner_id = db.add(Partner, {**values, "state_since": now, "added_at": now})
    if partner_id is None:
        raise Refused(TAKEN)
    return partner_id


def _free_slug(name: str) -> str:
    """An address made from the name; with a number when another partner has that one."""
    wanted = slug_of(name)[:50].strip("-") or "partner"
    taken = RESERVED | set(db.session().scalars(select(Partner.slug).where(Partner.slug.startswith(wanted))))
    return next(one for n in range(1, 1000) if (one := wanted if n == 1 else f"{wanted}-{n}") not in taken)


def announce(names: Iterable[str], now: datetime) -> int:
    """Write down partners that were announced and are not known yet, as named; how many. May be repeated."""
    known = set(db.session().scalars(select(Partner.name_key)))
    new = [name for name in names if fold(name)[:200] not in known]
    for name in new:
        add(name, NAMED, now)
    return len(new)


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


def counts() -> dict[str, int]:
    """How many partners are in each state."""
    rows = db.session().execute(select(Partner.state, func.count()).group_by(Partner.state))
    return {state.value: 0 for state in PartnerState} | {row[0]: row[1] for row in rows}


def move(partner_id: int, to: PartnerState, now: datetime, version: int | None = None) -> Partner:
    """Let a partner be in another state; the partner. For retiring and leaving `ending.end` says the rest.

    Raises LookupError, Stale when somebody else changed it since `version` was seen, Refused when no way leads there.
    """
    partner = _locked(partner_id)
    db.must_be(partner.version, version)
    if partner.state not in WAYS[to]:
        raise Refused(f"{partner.name} is {partner.state}, so it cannot become {to} now.")
    partner.state, partner.state_since = to, now
    partner.version += 1
    return partner


def _locked(partner_id: int) -> Partner:
    """The partner as it is now, and nobody else changes it before we are done. Raises LookupError."""
    found = select(Partner).where(Partner.id == partner_id).with_for_update()
    if (partner := db.session().scalar(found.execution_options(populate_existing=True))) is None:
        raise LookupError(partner_id)
    return partner


def what_is_open(partner_id: int) -> list[str]:
    """What the features above have open of this partner, and what will become of it when it ends: sentences."""
    return list(chain.from_iterable(answer for _, answer in open_work.send(partner_id)))


def everything(partner_id: int) -> dict[str, Any]:
    """All that is kept about a partner, for the partner: moments in UTC (RFC 3339). Raises LookupError.

    Persons are not in it: accounts belong to those who use them, applications to those who sent them.
    """
    partner = get(partner_id)
    known: dict[str, Any] = {
        "name": partner.name,
        "address": partner.slug,
        "state": partner.state,
        "state_since": partner.state_since.isoformat(timespec="seconds"),
        "known_since": partner.added_at.isoformat(timespec="seconds"),
        "texts": texts.as_data(partner_id),
        "agreements": agreements.as_data(partner_id),
        "logo": logos.as_data(partner_id),
    }
    for _, answer in taking_out.send(partner_id):
        known |= answer
    return known
