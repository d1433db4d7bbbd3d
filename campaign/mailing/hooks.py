"""The hook by which Mailchimp tells us that something happened: a secret address, and deliveries that are signed.

What a delivery says is never believed: it says whom to look up. Its address is known here by a hash alone.
https://mailchimp.com/developer/marketing/guides/sync-audience-data-webhooks/
"""

import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe

from .. import seals
from ..forms import mailbox_of
from .models import ListIntake

PATIENCE = 300  # seconds that a signature may be old, or our clocks may differ
LARGEST = 64_000  # bytes of a delivery
EVENTS = ("subscribe", "unsubscribe", "profile", "upemail", "cleaned")
# What people and organisers do, never our own writes.
WANTED = {"events": dict.fromkeys(EVENTS, True), "sources": {"user": True, "admin": True, "api": False}}
ADDRESSES = ("data[email]", "data[old_email]", "data[new_email]")
LONGEST = 320  # characters of an address


def new_secret() -> str:
    """The part of the hook's address that nobody can guess: 256 bits."""
    return token_urlsafe(32)


def mark_of(secret: str) -> str:
    """By what we know it again. The secret is random, so its hash needs no key."""
    return sha256(secret.encode("utf-8", "replace")).hexdigest()


def opens(row: ListIntake | None, secret: str) -> bool:
    """Whether this is the hook's address; takes as long for a near miss, and where there is no hook."""
    right = hmac.compare_digest(mark_of(secret), row.hook_mark if row and row.hook_mark else mark_of("none"))
    return right and row is not None and bool(row.hook_mark)


def key_of(row: ListIntake) -> bytes | None:
    """With what deliveries are signed: nothing where they are not, None when it was sealed under a lost SECRET_KEY."""
    try:
        return seals.unseal(row.hook_signing).encode() if row.hook_signing else b""
    except ValueError:
        return None


def is_genuine(row: ListIntake, header: str, body: bytes, now: datetime) -> bool:
    """Whether Mailchimp signed this a moment ago: `t=<unix>,v1=<hex>`. Whatever comes to a hook that is not signed, is.

    Nothing is once the key is lost.
    """
    if not (key := key_of(row)):
        return key is not None
    parts = dict(part.strip().partition("=")[::2] for part in header.split(","))
    at, given = parts.get("t", ""), parts.get("v1", "")
    due = hmac.new(key, at.encode("utf-8", "replace") + b"." + body, sha256).hexdigest()
    fresh = at.isascii() and at.isdigit() and len(at) < 12 and abs(now.timestamp() - int(at)) <= PATIENCE
    return hmac.compare_digest(due, given.encode("ascii", "replace").decode()) and fresh


def whom(said: Mapping[str, str], audience: str) -> Iterator[str]:
    """The mailboxes that a delivery is about; none of another audience's, or when we do not care for such events."""
    if said.get("type") not in EVENTS or said.get("data[list_id]") != audience:
        return
    for name in ADDRESSES:
        if 3 <= len(address := said.get(name, "")) <= LONGEST and "@" in address and "\0" not in address:
            yield mailbox_of(address)
