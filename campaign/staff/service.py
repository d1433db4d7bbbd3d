"""The acts: be added, sign in by link or by password and code, sign out, choose a password and a code."""

import re
from base64 import b32encode
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, cast

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import ColumnElement, delete, func, or_, select, update

from .. import clock, db
from ..security import keyed, seal, unseal
from .models import Account, Attempt, OneTimeLink, StaffSession

LINK_FOR = timedelta(hours=24)
IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=12)
MOST_FAILURES, FAILURES_WITHIN = 5, timedelta(minutes=15)
SEEN_AGAIN_AFTER = timedelta(minutes=1)  # a session's last use is noted this often, not at every page

# OWASP's Password Storage Cheat Sheet asks for Argon2id with at least 19 MiB and 2 passes.
hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
NOBODY = hasher.hash("nobody has this password")


def add(email: str, name: str, now: datetime) -> int:
    """The account with this address, new if need be."""
    empty: dict[str, object] = {"password_hash": "", "code_secret": "", "last_code_step": 0}
    return db.add_or_find(Account, empty | {"email": email, "name": name, "added_at": now}, "email")


def one_time_link(account_id: int, now: datetime) -> str:
    """The secret of a link that signs this account in once, within a day. Links made before stop working."""
    db.session().execute(delete(OneTimeLink).where(OneTimeLink.account_id == account_id))
    key = token_urlsafe(32)
    db.session().add(OneTimeLink(key_hash=_hash(key), account_id=account_id, expires_at=now + LINK_FOR))
    return key


def is_link(key: str) -> bool:
    """Whether this looks like the secret of a link at all: so many characters, none of them a dot."""
    return re.fullmatch(r"[A-Za-z0-9_-]{43}", key) is not None


def use_link(key: str, now: datetime) -> str | None:
    """A session for whoever holds the link, for the first who uses it; None when it is used or too old."""
    link = OneTimeLink
    valid = [link.key_hash == _hash(key), link.used_at.is_(None), link.expires_at > now]
    used = update(link).where(*valid).values(used_at=now).returning(link.account_id)
    account_id = db.session().scalar(used)
    return begin_session(account_id, now) if account_id is not None else None


def begin_session(account_id: int, now: datetime) -> str:
    """A new session; the answer is what its cookie holds."""
    key = token_urlsafe(32)
    db.session().add(StaffSession(key_hash=_hash(key), account_id=account_id, began_at=now, seen_at=now))
    return key


def who(key: str, now: datetime) -> Account | None:
    """Whose session this is, if it has not ended, been idle for half an hour or lasted half a day."""
    found = (
        select(Account, StaffSession.seen_at)
        .join(StaffSession, StaffSession.account_id == Account.id)
        .where(StaffSession.key_hash == _hash(key), StaffSession.ended_at.is_(None), *_alive(now))
        .where(Account.disabled_at.is_(None))
    )
    row = db.session().execute(found).one_or_none()
    return row[0] if row else None


def _alive(now: datetime) -> list[ColumnElement[bool]]:
    return [StaffSession.seen_at > now - IDLE, StaffSession.began_at > now - ABSOLUTE]


def seen(key: str, now: datetime) -> None:
    """Note that a session is in use; it can not wake one that has ended."""
    mine = update(StaffSession).where(
        StaffSession.key_hash == _hash(key), StaffSession.ended_at.is_(None), *_alive(now)
    )
    db.session().execute(mine.values(seen_at=now))


def needs_noting(key: str, now: datetime) -> bool:
    """Whether a session's last use was noted so long ago that it should be again."""
    last = db.session().scalar(select(StaffSession.seen_at).where(StaffSession.key_hash == _hash(key)))
    return last is not None and now - last > SEEN_AGAIN_AFTER


def end_session(key: str, now: datetime) -> None:
    """Sign out."""
    db.session().execute(update(StaffSession).where(StaffSession.key_hash == _hash(key)).values(ended_at=now))


def reset(account_id: int, now: datetime, *, disable: bool) -> None:
    """Take password and app away and sign out everywhere; with `disable` nothing lets this account in again."""
    account = get(account_id)
    account.password_hash = account.code_secret = ""
    account.last_code_step = 0
    account.disabled_at = now if disable else None
    theirs = [StaffSession.account_id == account_id, StaffSession.ended_at.is_(None)]
    db.session().execute(update(StaffSession).where(*theirs).values(ended_at=now))
    db.session().execute(delete(OneTimeLink).where(OneTimeLink.account_id == account_id))


def too_many_failures(mailbox: str, network: str, now: datetime) -> bool:
    """Whether this account was tried too often from this network; its owner elsewhere is not held up."""
    tried = [Attempt.account_key == _account_key(mailbox), Attempt.network_key == network]
    lately = Attempt.tried_at > now - FAILURES_WITHIN
    number = db.session().scalar(select(func.count()).select_from(Attempt).where(*tried, lately))
    return (number or 0) >= MOST_FAILURES


def note_failure(mailbox: str, network: str, now: datetime) -> None:
    """Remember that a sign-in failed."""
    db.session().add(Attempt(account_key=_account_key(mailbox), network_key=network, tried_at=now))


def check_password(mailbox: str, password: str) -> int | None:
    """The id of the account with this mailbox and password. Takes the same time for an unknown mailbox."""
    account = db.session().scalar(select(Account).where(Account.email == mailbox, Account.disabled_at.is_(None)))
    known = account.password_hash if account and account.password_hash else ""
    try:
        hasher.verify(known or NOBODY, password)
    except (Argon2Error, InvalidHashError):
        return None
    return account.id if account and known else None


def sign_in(account_id: int, code: str, now: datetime) -> str | None:
    """A session after password and time-based code (RFC 6238), each code once; None when the code is wrong."""
    account = db.session().scalar(select(Account).where(Account.id == account_id).with_for_update())
    step = _step_of(account, code, now) if account and account.code_secret else None
    if account is None or step is None:
        return None
    account.last_code_step = step
    return begin_session(account.id, now)


def _step_of(account: Account, code: str, now: datetime) -> int | None:
    """The time step to which a code belongs: now, or one earlier or later; later than the last one used."""
    return _step(unseal(account.code_secret), account.last_code_step, code, now)


def _step(secret: str, after: int, code: str, now: datetime) -> int | None:
    counter = pyotp.TOTP(secret)
    here = int(now.timestamp()) // counter.interval
    digits = "".join(c for c in code if c.isdecimal())
    near = (step for step in (here, here - 1, here + 1) if step > after)
    return next((step for step in near if pyotp.utils.strings_equal(counter.generate_otp(step), digits)), None)


def get(account_id: int) -> Account:
    """The account. Raises NoResultFound."""
    return db.session().get_one(Account, account_id)


def proposed_secret(account_id: int, key: str) -> str:
    """A secret for an authenticator app, the same for the whole session; kept only once a code has proved it."""
    return b32encode(bytes.fromhex(keyed("app secret", f"{account_id} {_hash(key)}"))[:20]).decode()


def choose_password(account_id: int, password_hash: str, code: str, key: str, now: datetime) -> bool:
    """Set a password (hashed before, for that is slow) and, the first time, the app; signs out everywhere else.

    False when the code is wrong: a borrowed session alone must not change how its owner gets in.
    """
    account = get(account_id)
    secret = unseal(account.code_secret) if account.code_secret else proposed_secret(account_id, key)
    if (step := _step(secret, account.last_code_step, code, now)) is None:
        return False
    account.code_secret = account.code_secret or seal(secret)
    account.password_hash, account.last_code_step = password_hash, step
    others = [StaffSession.account_id == account_id, StaffSession.key_hash != _hash(key)]
    db.session().execute(update(StaffSession).where(*others, StaffSession.ended_at.is_(None)).values(ended_at=now))
    return True


def app_address(email: str, secret: str, issuer: str) -> str:
    """The `otpauth://` address that an authenticator app reads from a code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def forget_attempts(until: datetime, *, dry_run: bool) -> int:
    """Delete failed sign-ins from before this moment; how many."""
    return _delete(Attempt, Attempt.tried_at < until, dry_run)


def forget_sessions(until: datetime, *, dry_run: bool) -> int:
    """Delete sessions and links that ended before this moment; how many."""
    over = or_(StaffSession.ended_at < until, StaffSession.began_at < until)
    return _delete(StaffSession, over, dry_run) + _delete(OneTimeLink, OneTimeLink.expires_at < until, dry_run)


def _delete(table: Any, which: ColumnElement[bool], dry_run: bool) -> int:
    number = cast(int, db.session().scalar(select(func.count()).select_from(table).where(which)))
    if number and not dry_run:
        db.session().execute(delete(table).where(which))
    return number


def _hash(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def _account_key(mailbox: str) -> str:
    return keyed(f"account {clock.today()}", mailbox)
