"""Known devices: browsers from which somebody signed in completely, and how roughly a browser is named."""

import re
from datetime import datetime

from sqlalchemy import delete, select, update

from .. import db
from .models import Account, KnownDevice

MOST = 10  # devices of one account; the one unused longest goes

BROWSERS = {
    "Edge": r"Edg(?:e|A|iOS)?/",
    "Opera": r"OPR/|OPT/",
    "Samsung Internet": r"SamsungBrowser/",
    "Firefox": r"Firefox/|FxiOS/",
    "Chrome": r"Chrome/|CriOS/",
    "Safari": r"Safari/",
}
SYSTEMS = {
    "Android": r"Android",
    "iPhone": r"iPhone",
    "iPad": r"iPad",
    "Windows": r"Windows",
    "ChromeOS": r"CrOS",
    "macOS": r"Mac OS X|Macintosh",
    "Linux": r"Linux|X11",
}


def roughly(user_agent: str) -> str:
    """A browser in words, such as "Firefox on Android": enough to know one's own by, and nothing more is kept."""
    browser = next((name for name, mark in BROWSERS.items() if re.search(mark, user_agent)), "A browser")
    system = next((name for name, mark in SYSTEMS.items() if re.search(mark, user_agent)), "")
    return f"{browser} on {system}" if system else browser


def is_known(device_id: int | None, mailbox: str) -> bool:
    """Whether the account with this mailbox has signed in from this device."""
    if device_id is None:
        return False
    theirs = select(KnownDevice.id).join(Account, Account.id == KnownDevice.account_id)
    return db.session().scalar(theirs.where(KnownDevice.id == device_id, Account.email == mailbox)) is not None


def remember(device_id: int | None, account_id: int, now: datetime) -> int:
    """Note that somebody signed in completely from this device; its id, a new one when it was not known as theirs."""
    mine = update(KnownDevice).where(KnownDevice.id == device_id, KnownDevice.account_id == account_id)
    found: int | None = db.session().scalar(mine.values(used_at=now).returning(KnownDevice.id))
    if found is not None:
        return found
    device = KnownDevice(account_id=account_id, used_at=now)
    db.session().add(device)
    db.session().flush()
    _keep_the_newest(account_id)
    return device.id


def _keep_the_newest(account_id: int) -> None:
    theirs = select(KnownDevice.id).where(KnownDevice.account_id == account_id)
    newest = theirs.order_by(KnownDevice.used_at.desc(), KnownDevice.id.desc()).limit(MOST)
    kept = list(db.session().scalars(newest))
    old = [KnownDevice.account_id == account_id, KnownDevice.id.not_in(kept)]
    db.session().execute(delete(KnownDevice).where(*old))


def forget_all(account_id: int) -> None:
    """Know no device of this account any more."""
    db.session().execute(delete(KnownDevice).where(KnownDevice.account_id == account_id))
