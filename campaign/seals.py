"""What only this site can make, with its secret: signed tokens, the time of a form, keyed hashes, sealed columns."""

import base64
import hashlib
import hmac
import time
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import current_app
from itsdangerous import BadSignature, Signer, TimestampSigner
from werkzeug.routing import BaseConverter, Map, ValidationError

YOUNGEST, OLDEST = 2, 24 * 60 * 60  # seconds that a form may be old: a person types, and does not wait a day
WITHOUT_TRAP = b"form without trap"


def _key() -> bytes:
    return str(current_app.secret_key).encode()


def _keys() -> list[bytes]:
    """Every secret whose links are still taken, the one that makes new ones last."""
    return [*(old.encode() for old in reversed(current_app.config["SECRET_KEY_FALLBACKS"])), _key()]


def _signer(purpose: str, keys: list[bytes]) -> Signer:
    return Signer(keys, salt=f"campaign.{purpose}", sep=".", key_derivation="hmac", digest_method=hashlib.sha256)


def sign(purpose: str, row_id: int) -> str:
    """A token that says "the holder was sent here about this row, for this purpose": 256 bits, nothing stored."""
    return _signer(purpose, [_key()]).sign(f"{purpose}-{row_id}".encode()).decode()


def signed(purpose: str, token: str) -> int | None:
    """The row's id in a token of this purpose; None for a token that is cut, altered or of another purpose."""
    given = token.encode("ascii", "replace")
    try:
        text = _signer(purpose, _keys()).unsign(given)
    except BadSignature:
        return None
    # The last character of a base64 signature has bits to spare: only the spelling that we make is taken.
    spellings = [_signer(purpose, [key]).sign(text) for key in _keys()]
    return int(text.rpartition(b"-")[2]) if any(hmac.compare_digest(one, given) for one in spellings) else None


class Signed(BaseConverter):
    """A part of an address that only we can make: `<signed("confirm"):signature_id>`.

    A token that is not ours matches no rule, so that a page for broken links can catch it.
    """

    def __init__(self, map: Map, purpose: str) -> None:  # noqa: A002 (werkzeug's name)
        super().__init__(map)
        self.purpose = purpose
        self.regex = rf"{purpose}-\d+\.[A-Za-z0-9_-]{{43}}"

    def to_python(self, value: str) -> int:
        if (row_id := signed(self.purpose, value)) is None:
            raise ValidationError
        return row_id

    def to_url(self, value: int) -> str:
        return sign(self.purpose, value)


def render_time(*, without_trap: bool = False) -> str:
    """When the form was shown, signed: a script that posts without looking has none. It is no nonce.

    It also says whether the form was shown without its trap, to somebody whose browser had filled it.
    """
    return _render_signer().sign(WITHOUT_TRAP if without_trap else b"form").decode()


def age_of(rendered: str) -> float | None:
    """How many seconds ago the form was shown; None when that cannot be known."""
    read = _rendered(rendered)
    return None if read is None else time.time() - read[1].timestamp()


def had_no_trap(rendered: str) -> bool:
    """Whether the form was shown without its trap."""
    read = _rendered(rendered)
    return read is not None and read[0] == WITHOUT_TRAP


def _rendered(text: str) -> tuple[bytes, datetime] | None:
    try:
        return _render_signer().unsign(text.encode("utf-8", "replace"), return_timestamp=True)
    except BadSignature:
        return None


def _render_signer() -> TimestampSigner:
    return TimestampSigner(_keys(), salt="campaign.rendered", key_derivation="hmac", digest_method=hashlib.sha256)


def keyed(purpose: str, value: str, secret: str = "") -> str:
    """A hash of a value that only this site can make, different for each purpose; under an earlier secret if given."""
    return hmac.new(secret.encode() or _key(), f"{purpose}\n{value}".encode(), hashlib.sha256).hexdigest()


def seal(text: str) -> str:
    """A text that only this site can read again; for the few columns that a copy of the file must not give away."""
    return _fernet().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed, also under a secret that was replaced. Raises ValueError when none of ours opens it."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise ValueError("sealed under another SECRET_KEY") from error


def seal_again(sealed: str) -> str:
    """The same under the newest secret. Raises ValueError."""
    return seal(unseal(sealed))


def _fernet() -> MultiFernet:
    """The newest first: it seals."""
    return MultiFernet([_fernet_of(key) for key in reversed(_keys())])


def _fernet_of(key: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"campaign.seal\n" + key).digest()))
