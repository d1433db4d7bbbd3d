"""The second factor: an app that shows a new code every half minute (RFC 6238), and ten codes for when it is lost."""

from base64 import b32encode
from datetime import datetime
from secrets import choice
from typing import Any, cast

import pyotp
from flask import current_app
from sqlalchemy import delete, func, select, update

from .. import db
from ..seals import keyed, seal, unseal
from .models import Account, RecoveryCode, StaffSession

RECOVERY_CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
GROUPS, IN_A_GROUP = 3, 4  # 12 of 31 letters are 59 bits; tries are counted


def proposed_secret(account: Account, session: StaffSession) -> str:
    """A secret for a new app, the same for the whole session; kept only once a code has proved it."""
    said = f"{account.id} {session.id} {session.began_at.isoformat()} {account.code_secret}"
    return b32encode(bytes.fromhex(keyed("app secret", said))[:20]).decode()


def app_address(email: str, secret: str, issuer: str) -> str:
    """The `otpauth://` address that an authenticator app reads from a code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def set_app(account: Account, secret: str, code: str, now: datetime) -> bool:
    """Take the app that holds this secret, if the code is one it shows now."""
    if (step := _step(secret, 0, code, now)) is None:
        return False
    account.code_secret, account.last_code_step = seal(secret), step
    return True


def take(account_id: int, code: str, now: datetime) -> Account | None:
    """The account, if this is a code of its app or one of its recovery codes; either opens once."""
    account = db.session().scalar(select(Account).where(Account.id == account_id).with_for_update())
    if account is None or not account.code_secret or account.disabled_at:
        return None
    once = current_app.extensions["switches"].codes_once
    step = _step(_secret(account), account.last_code_step if once else 0, code, now)
    if step is not None:
        account.last_code_step = step
        return account
    return account if _take_recovery(account_id, code, now) else None


def _secret(account: Account) -> str:
    """The app's secret; a new one, which no app has, when it was sealed under another SECRET_KEY."""
    try:
        return unseal(account.code_secret)
    except ValueError:
        return pyotp.random_base32()


def _step(secret: str, after: int, code: str, now: datetime) -> int | None:
    """The time step to which a code belongs: now, or one earlier or later; later than the last one used."""
    counter = pyotp.TOTP(secret)
    here = int(now.timestamp()) // counter.interval
    digits = "".join(c for c in code if c.isdecimal())
    near = (step for step in (here, here - 1, here + 1) if step > after)
    return next((step for step in near if pyotp.utils.strings_equal(counter.generate_otp(step), digits)), None)


def new_recovery_codes(account_id: int) -> list[str]:
    """Ten codes, to be shown once; those from before stop working."""
    forget_recovery_codes(account_id)
    codes = [
        "-".join("".join(choice(LETTERS) for _ in range(IN_A_GROUP)) for _ in range(GROUPS))
        for _ in range(RECOVERY_CODES)
    ]
    db.session().add_all([RecoveryCode(account_id=account_id, code_hash=_hash(account_id, code)) for code in codes])
    return codes


def _take_recovery(account_id: int, code: str, now: datetime) -> bool:
    mine = update(RecoveryCode).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    used = mine.where(RecoveryCode.code_hash == _hash(account_id, code)).values(used_at=now)
    return bool(cast(Any, db.session().execute(used)).rowcount)


def recovery_codes_left(account_id: int) -> int:
    """How many recovery codes have not been used."""
    left = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return db.session().scalar(left) or 0


def forget_recovery_codes(account_id: int) -> None:
    """Let no recovery code of this account open anything."""
    db.session().execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))


def _hash(account_id: int, code: str) -> str:
    return keyed("recovery code", f"{account_id} {''.join(c for c in code.casefold() if c in LETTERS)}")
