"""Somebody asks on their page for letters to another address: nothing changes before its owner presses a button."""

from datetime import datetime
from typing import cast

from flask_babel import gettext
from sqlalchemy import delete, func, insert, select

from .. import db, i18n, mail
from . import kept, moving, retention, service
from .kept import Held
from .models import AddressChange

NEW_ADDRESS = "supporters.new_address"


def ask(supporter_id: int, email: str, mailbox: str, now: datetime) -> None:
    """Write to the new address, a few times a day at most; its page says whether somebody else is known there."""
    if mail.written_since(now - service.A_DAY, supporter_id, [NEW_ADDRESS]) >= i18n.site().limits.letters_per_day:
        return
    values = {"supporter_id": supporter_id, "email": email, "mailbox": mailbox, "asked_at": now}
    change = db.session().scalar(insert(AddressChange).values(values).returning(AddressChange.id))
    mail.write(NEW_ADDRESS, cast(int, change), supporter_id, now)


def find(change_id: int, now: datetime) -> AddressChange:
    """What a link in such a letter is about. Raises LookupError when it is too old, or its person is gone."""
    change = db.session().get(AddressChange, change_id)
    if change is None or change.asked_at <= now - service.A_DAY:
        raise LookupError(change_id)
    return change


def confirm(change_id: int, now: datetime) -> None:
    """Its owner has pressed the button. May be pressed twice. Raises LookupError, and Refused as `moving.move` does.

    What the person had asked for before that ends with it: an older letter must not lead back to an address that they
    have left.
    """
    change = find(change_id, now)
    moving.move(change.supporter_id, change.email, change.mailbox, now)
    older = AddressChange.supporter_id == change.supporter_id, AddressChange.id < change.id
    db.session().execute(delete(AddressChange).where(*older), execution_options={"synchronize_session": False})


@retention.obeys("addresses")
def forget(until: datetime, dry_run: bool) -> int:
    """Delete what was asked for before this moment; how many."""
    old = AddressChange.asked_at < until
    number = db.session().scalar(select(func.count(AddressChange.id)).where(old)) or 0
    if number and not dry_run:
        db.session().execute(delete(AddressChange).where(old))
    return number


@kept.holding.connect
def _asked(supporter_id: int) -> list[Held]:
    theirs = select(AddressChange).where(AddressChange.supporter_id == supporter_id).order_by(AddressChange.id)
    return [_held(one) for one in db.session().scalars(theirs)]


def _held(one: AddressChange) -> Held:
    facts = [(gettext("New email address"), one.email)]
    data: dict[str, object] = {"email": one.email, "asked_at": one.asked_at.isoformat(timespec="seconds")}
    return Held("address_step", one.id, gettext("An address that you want to change to"), facts, data=data)
