"""The end of a partnership: what is open, what becomes of it, and doing it. Codes lead on: they hang in the world."""

from datetime import datetime

from sqlalchemy import select

from .. import db
from ..staff import accounts
from ..staff.models import Account
from . import agreements, service, texts
from .models import Partner, PartnerState, What


def open_lines(partner: Partner) -> list[str]:
    """What is open of a partner and what will become of it: what we know here, then what the features above say."""
    lines = []
    if people := _people(partner.id):
        lines.append(f"{_number(len(people), 'account', 'accounts')} of its people: shut out at once.")
    if agreed := agreements.holding([partner.id]).get(partner.id):
        shown = ", ".join(what for what in What if what in agreed)
        lines.append(f"It agreed to show this: {shown}. Taken back for it, and gone from the site at once.")
    if written := texts.languages_of(partner.id):
        number = _number(len(written), "language", "languages")
        lines.append(f"Texts in {number}: kept, not shown. It can take them with it.")
    return lines + service.what_is_open(partner.id)


def _number(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _people(partner_id: int) -> list[int]:
    found = select(Account.id).where(Account.partner_id == partner_id, Account.disabled_at.is_(None))
    return list(db.session().scalars(found.order_by(Account.id)))


def end(partner_id: int, how: PartnerState, account_id: int | None, now: datetime, version: int | None = None) -> None:
    """Retire a partner, or let it leave: its page goes, its people are shut out, its agreements are taken back.

    The features above hear of it by `service.ended`. Raises LookupError, Stale, Refused.
    """
    service.move(partner_id, how, now, version)
    said_by = "The campaign, as the partner retired" if how is PartnerState.RETIRED else "The partner, as it left"
    agreements.take_all_back(partner_id, said_by, account_id, now)
    for one in _people(partner_id):
        accounts.disable(one, now)
    service.ended.send(partner_id, now=now)
