"""Colleagues, for features that name one of them: who can be chosen, and what somebody is called."""

from sqlalchemy import or_, select

from .. import db
from .models import Account
from .roles import Role


def choices(now_of: int | None = None) -> list[tuple[str, str]]:
    """Those of the staff whose accounts are in use, by id and name; and the one who is chosen now, whoever that is."""
    ours = (Account.role != Role.PARTNER) & Account.disabled_at.is_(None)
    found = select(Account).where(or_(ours, Account.id == now_of)).order_by(Account.name, Account.id)
    return [
        (str(one.id), f"{one.name} (their account was disabled)" if one.disabled_at else one.name)
        for one in db.session().scalars(found)
    ]


def name(account_id: int | None) -> str:
    """What somebody is called; empty for nobody, and for who has no account any more."""
    one = db.session().get(Account, account_id) if account_id else None
    return one.name if one else ""
