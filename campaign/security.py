"""What keeps strangers out: signed tokens, the origin check, the trap, headers, sealed columns."""

import base64
import hashlib
import hmac
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import unquote_to_bytes, urlsplit

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import Flask, Response, current_app, request
from itsdangerous import BadSignature, Signer, TimestampSigner
from werkzeug.exceptions import BadRequest, Forbidden, LengthRequired
from werkzeug.routing import BaseConverter, IntegerConverter, Map, ValidationError

from . import clock
from .config import Config

YOUNGEST, OLDEST = 2, 24 * 60 * 60  # seconds that a form may be old: a person types, and does not wait a day

P = ParamSpec("P")
R = TypeVar("R")
IN_STEP = "campaign.in_step"
WRONG_HOST = "campaign.wrong_host"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    # `no-referrer` would send `Origin: null` with our own forms and break the check of where they come from.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
}


def install(app: Flask, config: Config) -> None:
    """Give the site its secret, its headers and the converter for signed addresses."""
    app.secret_key = config.secret_key
    app.config["SECRET_KEY_FALLBACKS"] = list(config.old_secrets)
    app.before_request(_refuse_wrong_host)
    app.url_map.converters.update(signed=Signed, int=RowId)
    app.after_request(_headers)


class KnownHost:
    """Notes a request that names another host, and gives it ours, so that its error page has links that work."""

    def __init__(self, app: Callable[..., Any], config: Config) -> None:
        self.app, self.ours = app, urlsplit(config.base_url).netloc
        self.known = {config.host_name, "127.0.0.1", "localhost"} if config.demo else {config.host_name}

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        named = environ.get("HTTP_HOST", "").partition(":")[0].lower()
        if named not in self.known and environ.get("PATH_INFO") != "/healthz":  # probes ask by number
            environ["HTTP_HOST"], environ[WRONG_HOST] = self.ours, True
        return self.app(environ, start)


def _refuse_wrong_host() -> None:
    if WRONG_HOST in request.environ:
        raise BadRequest


def headers(config: Config) -> dict[str, str]:
    """What every answer carries."""
    # Without subdomains unless asked for: another service of the organisation may still speak http there.
    below = "; includeSubDomains" if config.hsts_subdomains else ""
    return HEADERS | ({"Strict-Transport-Security": f"max-age=31536000{below}"} if config.secure else {})


def _headers(response: Response) -> Response:
    for name, value in headers(cast(Config, current_app.extensions["config"])).items():
        response.headers.setdefault(name, value)
    return response


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


class RowId(IntegerConverter):
    """A number that can be a row's id: a larger one is no page of ours, and an error in the database."""

    def __init__(self, map: Map) -> None:  # noqa: A002 (werkzeug's name)
        super().__init__(map, max=2**63 - 1)


def refuse_strangers() -> None:
    """Refuse a form that another site's page sends (public forms have no cookie, so this is their whole guard).

    Raises Forbidden. `null` and a missing Origin pass: privacy tools remove it, and there is nothing to forge.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    origin = request.headers.get("Origin", "null")
    if request.headers.get("Sec-Fetch-Site") == "cross-site" or origin not in ("null", request.host_url[:-1]):
        raise Forbidden
    if request.content_length is None and "Transfer-Encoding" in request.headers:
        raise LengthRequired  # werkzeug would cut what comes in pieces, without a word; no browser sends forms so
    if request.mimetype == "application/x-www-form-urlencoded":
        try:
            unquote_to_bytes(request.get_data()).decode()
        except UnicodeDecodeError as error:  # werkzeug would hand broken text on as if it were typed so
            raise BadRequest from error


def at_an_even_pace(view: Callable[P, R]) -> Callable[P, R]:
    """Mark a view that says the same to all who ask about an address: its answers leave the server in step.

    What differs in the work behind it, by fractions of milliseconds, is then not seen from outside (`serve.in_step`).
    """

    @wraps(view)
    def shown(*args: P.args, **kwargs: P.kwargs) -> R:
        request.environ[IN_STEP] = current_app.extensions["switches"].equal_work
        return view(*args, **kwargs)

    return shown


def render_time() -> str:
    """When the form was shown, signed: a script that posts without looking has none. It is no nonce."""
    return _render_signer().sign(b"form").decode()


def age_of(rendered: str) -> float | None:
    """How many seconds ago the form was shown; None when that cannot be known."""
    try:
        _, moment = _render_signer().unsign(rendered.encode("utf-8", "replace"), return_timestamp=True)
    except BadSignature:
        return None
    return time.time() - moment.timestamp()


def _render_signer() -> TimestampSigner:
    return TimestampSigner(_keys(), salt="campaign.rendered", key_derivation="hmac", digest_method=hashlib.sha256)


def network() -> str:
    """The visitor's network for today, as a keyed hash: an IPv4 /24 or an IPv6 /48, never the address itself."""
    address = request.remote_addr or ""
    near = ":".join(address.split(":")[:3]) if ":" in address else address.rpartition(".")[0]
    return keyed(f"network {clock.today()}", near)


def from_this_machine() -> bool:
    """Whether the request came over loopback, with no proxy in between that says otherwise."""
    address = request.remote_addr or ""
    return address in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers


def keyed(purpose: str, value: str) -> str:
    """A hash of a value that only this site can make, different for each purpose."""
    return hmac.new(_key(), f"{purpose}\n{value}".encode(), hashlib.sha256).hexdigest()


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
