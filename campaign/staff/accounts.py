"""The acts of administrators: invite a colleague, change a role, disable and bring back an account, start it over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import func, select, update

from .. import db, mail
from ..errors import Refused
from . import devices, factors, organisations, service, sessions
from .models import Account, Invitation
from .roles import Role

INVITATION_FOR = timedelta(days=7)
MOST_INVITED = 10  # of an organisation: nobody sends letters to strangers through it
LAST = "This is the last administrator who can sign in. Make somebody else an administrator first."


@dataclass(frozen=True)
class Row:
    """An account in the list. `used_at` is None when its last use is no longer kept."""

    account: Account
    used_at: datetime | None


def everybody(partner_id: int | None = None) -> list[Row]:
    """All accounts, or those of an organisation; those in use first, by name."""
    found = select(Account).order_by(Account.disabled_at.is_not(None), Account.name, Account.id)
    if partner_id is not None:
        found = found.where(Account.role == Role.PARTNER, Account.partner_id == partner_id)
    used = sessions.last_uses()
    return [Row(one, used.get(one.id)) for one in db.session().scalars(found)]


def invite(email: str, name: str, role: Role, now: datetime, partner_id: int | None = None) -> int:
    """A new account, and the letter with which its owner sets it up.

    Raises Refused when the address has one, or when nobody has this role in this organisation.
    """
    organisations.refuse_misfit(role, partner_id)
    if (there := service.find(email)) is not None:
        what = "is disabled. Bring it back instead." if there.disabled_at else "is in the list already."
        raise Refused(f"The account of {email} {what}")
    account_id = service.add(email, name, now, role, partner_id)
    _send_invitation(account_id, now)
    return account_id


def refuse_more_invited(partner_id: int) -> None:
    """Raises Refused when many of an organisation were invited who have not set up their accounts."""
    waiting = [Account.partner_id == partner_id, Account.password_hash == ""]
    if (db.session().scalar(select(func.count(Account.id)).where(*waiting)) or 0) >= MOST_INVITED:
        raise Refused(f"{MOST_INVITED} of your people have not set up their accounts yet. Ask them to do so first.")


def invite_again(account_id: int, now: datetime) -> None:
    """Send another invitation to somebody who has not set up their account. Raises Refused for anybody else."""
    account = service.get(account_id)
    if account.set_up or account.disabled_at:
        raise Refused("Only an account that is not set up yet can be invited again.")
    _send_invitation(account_id, now)


def _send_invitation(account_id: int, now: datetime) -> None:
    """Owe the letter; an invitation from before stops working."""
    _end_invitations(account_id, now)
    invitation = Invitation(account_id=account_id, invited_at=now, expires_at=now + INVITATION_FOR)
    db.session().add(invitation)
    db.session().flush()
    mail.write("staff.invitation", invitation.id, None, now)


def _end_invitations(account_id: int, now: datetime) -> None:
    open_ones = [Invitation.account_id == account_id, Invitation.over_at.is_(None)]
    db.session().execute(update(Invitation).where(*open_ones).values(over_at=now))


def change_role(
    account_id: int,
    role: Role,
    version: int | None,
    now: datetime,
    *,
    partner_id: int | None = None,
    but: str = "",
) -> None:
    """Give an account another role or organisation, and end its sessions but the one with this key.

    Raises Stale when somebody else changed the account since `version` was seen, Refused for the last administrator
    and where role and organisation do not go together.
    """
    account = _locked(account_id)
    db.must_be(account.version, version)
    organisations.refuse_misfit(role, partner_id, now_of=account.partner_id)
    if (account.role, account.partner_id) == (role, partner_id):
        return
    if role != Role.ADMINISTRATOR:
        _refuse_last(account)
    account.role, account.partner_id = role, partner_id
    account.version += 1
    sessions.end_all(account_id, now, but=but)


def disable(account_id: int, now: datetime) -> None:
    """Let nobody in by this account until it is brought back. Raises Refused for the last administrator."""
    account = _locked(account_id)
    if account.disabled_at is None:
        _refuse_last(account)
        account.disabled_at = now
        account.version += 1
    _end_invitations(account_id, now)
    sessions.end_all(account_id, now)


def bring_back(account_id: int) -> None:
    """Let a disabled account be used again, with the password and the app that it had."""
    account = _locked(account_id)
    if account.disabled_at is not None:
        account.disabled_at = None
        account.version += 1


def start_over(account_id: int, now: datetime) -> None:
    """For somebody who lost their phone or password: take both away, and invite them anew. Raises Refused."""
    account = _locked(account_id)
    if account.disabled_at:
        raise Refused("This account is disabled. Bring it back first.")
    _refuse_last(account)
    reset(account_id, now, disable=False)
    _send_invitation(account_id, now)


def sign_out(account_id: int, now: datetime, *, but: str = "") -> None:
    """End every session of an account but the one with this key."""
    service.get(account_id)
    sessions.end_all(account_id, now, but=but)


def reset(account_id: int, now: datetime, *, disable: bool) -> None:
    """Take password, app and recovery codes away, sign out everywhere and know no device any more.

    With `disable` nothing lets this account in again. On the machine itself the last administrator may do this.
    """
    account = service.get(account_id)
    account.password_hash = account.code_secret = ""
    account.last_code_step = 0
    account.disabled_at = now if disable else None
    account.version += 1
    factors.forget_recovery_codes(account_id)
    devices.forget_all(account_id)
    service.end_ways_in(account_id, now)
    sessions.end_all(account_id, now)


def _locked(account_id: int) -> Account:
    """The account; all administrators are locked, in one order, so that two cannot demote each other at once."""
    administrators = select(Account).where(Account.role == Role.ADMINISTRATOR, Account.disabled_at.is_(None))
    db.session().scalars(administrators.order_by(Account.id).with_for_update()).all()
    found = select(Account).where(Account.id == account_id).with_for_update()
    account = db.session().scalar(found.execution_options(populate_existing=True))
    if account is None:
        raise LookupError(account_id)
    return account


def _refuse_last(account: Account) -> None:
    """Refuse what would leave nobody who can look after the accounts. Raises Refused."""
    kept = current_app.extensions["switches"].keep_an_administrator
    if account.role != Role.ADMINISTRATOR or account.disabled_at or not kept:
        return
    others = select(Account).where(Account.role == Role.ADMINISTRATOR, Account.disabled_at.is_(None))
    left = db.session().scalars(others.where(Account.id != account.id).execution_options(populate_existing=True)).all()
    if not any(one.set_up or not account.set_up for one in left):
        raise Refused(LAST)
