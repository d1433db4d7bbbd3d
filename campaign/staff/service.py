"""The acts of getting in and out: by link, by invitation, by password and code; setting up, proving again, leaving."""

import re
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Any, cast

from sqlalchemy import ColumnElement, delete, func, or_, select, update

from .. import db
from . import factors, passwords, sessions
from .models import Account, Attempt, Invitation, KnownDevice, OneTimeLink, StaffSession
from .roles import Role
from .sessions import Fresh, hash_of

LINK_FOR = timedelta(hours=24)


def add(email: str, name: str, now: datetime, role: Role = Role.ADMINISTRATOR, partner_id: int | None = None) -> int:
    """The account with this address, new if need be. Whoever sits at the machine itself is an administrator."""
    empty: dict[str, object] = {"password_hash": "", "code_secret": "", "last_code_step": 0, "version": 1}
    values = {"email": email, "name": name, "role": role, "partner_id": partner_id, "added_at": now}
    return db.add_or_find(Account, empty | values, "email")


def get(account_id: int) -> Account:
    """The account. Raises LookupError."""
    if (account := db.session().get(Account, account_id)) is None:
        raise LookupError(account_id)
    return account


def find(mailbox: str) -> Account | None:
    """The account with this address."""
    return db.session().scalar(select(Account).where(Account.email == mailbox))


def one_time_link(account_id: int, now: datetime) -> str:
    """The secret of a link that signs this account in once, within a day. Links made before stop working."""
    db.session().execute(delete(OneTimeLink).where(OneTimeLink.account_id == account_id))
    key = token_urlsafe(32)
    db.session().add(OneTimeLink(key_hash=hash_of(key), account_id=account_id, expires_at=now + LINK_FOR))
    return key


def is_link(key: str) -> bool:
    """Whether this looks like the secret of a link at all: so many characters, none of them a dot."""
    return re.fullmatch(r"[A-Za-z0-9_-]{43}", key) is not None


def use_link(key: str, fresh: Fresh, now: datetime) -> bool:
    """Begin a session for whoever holds the link, for the first who uses it; False when it is used or too old."""
    link = OneTimeLink
    valid = [link.key_hash == hash_of(key), link.used_at.is_(None), link.expires_at > now]
    account_id = db.session().scalar(update(link).where(*valid).values(used_at=now).returning(link.account_id))
    return _begin(account_id, fresh, now)


def use_invitation(invitation_id: int, fresh: Fresh, now: datetime) -> bool:
    """Begin a session for whoever was invited, once; False when the invitation is used, replaced or too old."""
    one = Invitation
    valid = [one.id == invitation_id, one.over_at.is_(None), one.expires_at > now]
    account_id = db.session().scalar(update(one).where(*valid).values(over_at=now).returning(one.account_id))
    return _begin(account_id, fresh, now)


def _begin(account_id: int | None, fresh: Fresh, now: datetime) -> bool:
    if account_id is None:
        return False
    sessions.begin(account_id, fresh, now)
    return True


def check_password(mailbox: str, password: str) -> int | None:
    """The id of the account with this mailbox and password. Takes the same time for an unknown mailbox."""
    account = db.session().scalar(select(Account).where(Account.email == mailbox, Account.disabled_at.is_(None)))
    right = passwords.fits(account.password_hash if account else "", password)
    return account.id if account and right else None


def sign_in(account_id: int, code: str, fresh: Fresh, now: datetime) -> bool:
    """Begin a session after the password, with a code; False when the code is wrong or was used."""
    account = factors.take(account_id, code, now)
    return _begin(account.id if account else None, fresh, now)


def prove(account_id: int, code: str, key: str, renewed: str, now: datetime) -> bool:
    """Note that this session's owner has just shown password and code again; False when the code is wrong."""
    return factors.take(account_id, code, now) is not None and sessions.prove(key, renewed, now)


def sign_out(account_id: int, key: str, now: datetime) -> None:
    """End this session, and with it the account's others: whoever leaves wants to be out."""
    sessions.end(key, now)
    sessions.end_all(account_id, now)


def set_up(session: StaffSession, password_hash: str, code: str, key: str, now: datetime) -> list[str] | None:
    """Set password (hashed before, for that is slow) and app; the recovery codes, or None when the code is wrong."""
    account = db.session().get_one(Account, session.account_id, with_for_update=True)
    if account.set_up or not factors.set_app(account, factors.proposed_secret(account, session), code, now):
        return None
    account.password_hash = password_hash
    end_ways_in(account.id, now)
    sessions.end_all(account.id, now, but=key)
    return factors.new_recovery_codes(account.id)


def change_password(account_id: int, password_hash: str, key: str, now: datetime) -> None:
    """Set another password (hashed before); signs out everywhere else."""
    get(account_id).password_hash = password_hash
    sessions.end_all(account_id, now, but=key)


def replace_app(session: StaffSession, code: str, key: str, now: datetime) -> bool:
    """Take another app in the place of the old one; signs out everywhere else. False when the code is wrong."""
    account = get(session.account_id)
    if not factors.set_app(account, factors.proposed_secret(account, session), code, now):
        return False
    sessions.end_all(account.id, now, but=key)
    return True


def renew_recovery_codes(account_id: int, key: str, now: datetime) -> list[str]:
    """Ten new recovery codes; the old ones stop working. Signs out everywhere else."""
    sessions.end_all(account_id, now, but=key)
    return factors.new_recovery_codes(account_id)


def end_ways_in(account_id: int, now: datetime) -> None:
    """Let no link or invitation of this account open anything any more."""
    db.session().execute(delete(OneTimeLink).where(OneTimeLink.account_id == account_id))
    theirs = [Invitation.account_id == account_id, Invitation.over_at.is_(None)]
    db.session().execute(update(Invitation).where(*theirs).values(over_at=now))


def forget_attempts(until: datetime, *, dry_run: bool) -> int:
    """Delete failed sign-ins from before this moment; how many."""
    return _delete(Attempt, Attempt.tried_at < until, dry_run)


def forget_sessions(until: datetime, *, dry_run: bool) -> int:
    """Delete sessions and links that ended before this moment; how many."""
    over = or_(StaffSession.ended_at < until, StaffSession.began_at < until)
    return _delete(StaffSession, over, dry_run) + _delete(OneTimeLink, OneTimeLink.expires_at < until, dry_run)


def forget_invitations(until: datetime, *, dry_run: bool) -> int:
    """Delete invitations that were sent before this moment; how many."""
    return _delete(Invitation, Invitation.invited_at < until, dry_run)


def forget_devices(until: datetime, *, dry_run: bool) -> int:
    """Know no device any more from which nobody has signed in since this moment; how many."""
    return _delete(KnownDevice, KnownDevice.used_at < until, dry_run)


def _delete(table: Any, which: ColumnElement[bool], dry_run: bool) -> int:
    number = cast(int, db.session().scalar(select(func.count()).select_from(table).where(which)))
    if number and not dry_run:
        db.session().execute(delete(table).where(which))
    return number
