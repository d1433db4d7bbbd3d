"""What keeps strangers out: signed tokens, the origin check, the trap, headers, sealed columns."""

import base64
import hashlib
import hmac
import ipaddress
import logging
import re
import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import unquote_to_bytes, urlsplit

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from flask import Flask, Response, current_app, request
from itsdangerous import BadSignature, Signer, TimestampSigner
from werkzeug.exceptions import BadRequest, Forbidden, LengthRequired
from werkzeug.routing import BaseConverter, IntegerConverter, Map, ValidationError

from . import clock, salts
from .config import Config

YOUNGEST, OLDEST = 2, 24 * 60 * 60  # seconds that a form may be old: a person types, and does not wait a day

log = logging.getLogger("campaign")
NEAR = {4: 24, 6: 48}  # bits that one network has in common, by the version of its addresses
P = ParamSpec("P")
R = TypeVar("R")
IN_STEP = "campaign.in_step"
WRONG_HOST = "campaign.wrong_host"
PORT = re.compile(r"[0-9]{1,5}")
WITHOUT_TRAP = b"form without trap"
PROBES = ("/healthz", "/readyz", "/metrics")  # programs that ask by number
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
        named, colon, port = environ.get("HTTP_HOST", "").partition(":")
        ours = named.lower() in self.known and (not colon or PORT.fullmatch(port))  # `localhost:80@elsewhere` is not
        if not ours and environ.get("PATH_INFO") not in PROBES:
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

    What differs in the work behind it, by fractions of milliseconds, is then not seen from outside (`serve.in_turn`).
    """

    @wraps(view)
    def shown(*args: P.args, **kwargs: P.kwargs) -> R:
        request.environ[IN_STEP] = current_app.extensions["switches"].equal_work
        return view(*args, **kwargs)

    return shown


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


def network() -> str:
    """The visitor's network for today, as a hash under today's salt: never the address itself.

    Empty when the salt cannot be read: then nobody's network is known, and nothing is refused for it.
    """
    day = clock.today()
    try:
        salt = salts.of(cast(Config, current_app.extensions["config"]), day)
    except OSError as error:
        log.warning("the salt of the day cannot be read: %s", type(error).__name__)
        return ""
    return hmac.new(salt, f"{day}\n{near(request.remote_addr or '')}".encode(), hashlib.sha256).hexdigest()


def near(address: str) -> str:
    """The network around an address: an IPv4 /24 or an IPv6 /48. What cannot be read is one network of its own."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped  # how a socket for both shows an IPv4 visitor (RFC 4291, 2.5.5.2)
    return str(ipaddress.ip_network((found, NEAR[found.version]), strict=False))


class NearestHop:
    """Gives each request the address that the outermost proxy of ours has seen; everything else in it is hearsay.

    Proxies append to X-Forwarded-For, so with n of them it is the n-th from the right. The header is cut at every
    comma: werkzeug's reader gives up at a quote that is not closed, by which a visitor could pass for our own proxy.
    `leftmost` is the negative control: it believes the visitor.
    """

    def __init__(self, app: Callable[..., Any], hops: int, *, leftmost: bool = False) -> None:
        self.app, self.place = app, 0 if leftmost else -hops
        self.hops = hops

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        said = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(said) >= self.hops and (address := _plain(said[self.place])):
            environ["REMOTE_ADDR"] = address
        return self.app(environ, start)


def _plain(said: str) -> str:
    """An address without brackets and port, as some proxies write it; empty when it is none."""
    said = said.strip()
    if said.startswith("["):
        said = said[1:].partition("]")[0]
    elif said.count(":") == 1:
        said = said.partition(":")[0]
    try:
        return str(ipaddress.ip_address(said.partition("%")[0]))
    except ValueError:
        return ""


def from_this_machine() -> bool:
    """Whether the request came over loopback, with no proxy in between that says otherwise."""
    address = request.remote_addr or ""
    return address in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers


def holds_token(token: str) -> bool:
    """Whether the request carries this token (RFC 6750); never, when there is none. Takes as long for a near miss."""
    scheme, _, sent = request.headers.get("Authorization", "").partition(" ")
    right = hmac.compare_digest(sent.strip().encode("utf-8", "replace"), token.encode())
    return bool(token) and scheme.lower() == "bearer" and right


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
