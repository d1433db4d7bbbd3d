"""What keeps strangers out: headers, known hosts, where a form and a request come from, answers at an even pace."""

import hashlib
import hmac
import ipaddress
import logging
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast
from urllib.parse import unquote_to_bytes, urlsplit

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import BadRequest, Forbidden, LengthRequired
from werkzeug.routing import IntegerConverter, Map

from . import clock, salts, seals
from .config import Config

log = logging.getLogger("campaign")
NEAR = {4: 24, 6: 48}  # bits that one network has in common, by the version of its addresses
P = ParamSpec("P")
R = TypeVar("R")
IN_STEP = "campaign.in_step"
WRONG_HOST = "campaign.wrong_host"
PORT = re.compile(r"[0-9]{1,5}")
PROBES = ("/healthz", "/readyz", "/metrics")  # programs that ask by number
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# A page of ours around frames with pages of ours.
FRAMING = f"{POLICY}; frame-src 'self'"
# What partners may put into pages of their own: anybody may frame it, so nothing can be sent from it.
EMBEDDED = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors *"
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
    app.url_map.converters.update(signed=seals.Signed, int=RowId)
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
