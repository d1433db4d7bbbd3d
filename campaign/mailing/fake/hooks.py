"""The fake's webhooks: made and changed by the API, told of events as the notes on Mailchimp say (section 1.7).

event ──> waiting ──deliver()──> 2xx: done
             ^──anything else: tried again──┴──410: the hook is switched off
"""

import hmac
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from secrets import token_hex, token_urlsafe
from typing import Any
from urllib.parse import urlencode, urlsplit

from .problem import NOT_FOUND, Problem

EVENTS = ("subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign")
SOURCES = ("user", "admin", "api")
VALIDATOR, TELLER = "MailChimp.com WebHook Validator", "MailChimp.com"
TRIES = 20  # and then the event is lost
FORM = "application/x-www-form-urlencoded"
Send = Callable[[str, str, dict[str, str], bytes], int]  # method, address, headers and body: the status


@dataclass
class Hook:
    """One webhook. Its secret is said once, when it is made."""

    id: str
    url: str
    events: dict[str, bool]
    sources: dict[str, bool]
    secret: str = ""
    off: bool = False

    def shown(self, audience: str) -> dict[str, Any]:
        """As the API shows it."""
        known = {"id": self.id, "url": self.url, "events": self.events, "sources": self.sources}
        return {**known, "list_id": audience, "signing_enabled": bool(self.secret)}


@dataclass
class Event:
    """Something that a hook is told, until it has heard it. `said` are its fields, in order."""

    hook: Hook
    said: dict[str, str]
    tries: int = 0

    @property
    def body(self) -> bytes:
        """As it is sent."""
        return urlencode(self.said).encode()


def by_http(method: str, url: str, headers: dict[str, str], body: bytes) -> int:
    """Ask for this address; 0 when nobody answers in time."""
    place = urlsplit(url)
    connection = HTTPConnection(place.hostname or "", place.port or 80, timeout=10)
    try:
        connection.request(method, place.path + (f"?{place.query}" if place.query else ""), body or None, headers)
        return connection.getresponse().status
    except (OSError, HTTPException):
        return 0
    finally:
        connection.close()


@dataclass
class Hooks:
    """The audience's webhooks, and what they have still to be told. `signs`: deliveries are signed."""

    audience: str
    signs: bool = True
    send: Send = by_http
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    known: dict[str, Hook] = field(default_factory=dict)
    waiting: list[Event] = field(default_factory=list)

    def make(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """A new hook, once its address has answered. Raises Problem."""
        url = str(body.get("url", ""))
        if any(one.url.partition("?")[0] == url.partition("?")[0] for one in self.known.values()):
            raise Problem(400, "Bad Request", "Sorry, you can't set up multiple WebHooks for one URL")
        self._validate(url)
        events, sources = _switches(EVENTS, body.get("events")), _switches(SOURCES, body.get("sources"))
        hook = Hook(token_hex(5), url, events, sources, token_urlsafe(32) if self.signs else "")
        self.known[hook.id] = hook
        return {**hook.shown(self.audience), **({"signing_secret": hook.secret} if hook.secret else {})}

    def _validate(self, url: str) -> None:
        if self.send("GET", url, {"User-Agent": VALIDATOR}, b"") != 200:
            raise Problem(
                400, "Bad Request", "We couldn't verify the URL is working. Please double check and try again."
            )

    def all(self) -> dict[str, Any]:
        """Every hook, as the API lists them; no secrets."""
        shown = [one.shown(self.audience) for one in self.known.values()]
        return {"webhooks": shown, "list_id": self.audience, "total_items": len(shown)}

    def one(self, id: str) -> Hook:
        """Raises Problem 404."""
        if id not in self.known:
            raise NOT_FOUND
        return self.known[id]

    def change(self, id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Change what is named."""
        hook = self.one(id)
        if (url := str(body.get("url", hook.url))) != hook.url:
            self._validate(url)
        hook.url = url
        hook.events |= body.get("events") or {}
        hook.sources |= body.get("sources") or {}
        return hook.shown(self.audience)

    def tell(self, event: str, source: str, said: Mapping[str, str]) -> None:
        """Something happened: it waits for `deliver`, for each hook that wants to hear of it from this source."""
        fired = self.now().strftime("%Y-%m-%d %H:%M:%S")
        fields = {f"data[{name}]": value for name, value in {**said, "list_id": self.audience}.items()}
        for hook in self.known.values():
            if hook.events.get(event) and hook.sources.get(source) and not hook.off:
                self.waiting.append(Event(hook, {"type": event, "fired_at": fired, **fields}))

    def deliver(self, events: Iterable[Event] | None = None) -> list[int]:
        """Tell the hooks what is waiting, or these events, once each; the statuses.

        Who gives an event several times over, or out of order, or drops one from `waiting`, does what networks do.
        """
        statuses = []
        for event in list(self.waiting if events is None else events):
            statuses.append(status := self.send("POST", event.hook.url, self._headers(event), event.body))
            event.tries += 1
            event.hook.off = event.hook.off or status == 410
            if 200 <= status < 300 or status == 410 or event.tries >= TRIES:
                with suppress(ValueError):  # told before, or made up
                    self.waiting.remove(event)
        return statuses

    def _headers(self, event: Event) -> dict[str, str]:
        headers = {"User-Agent": TELLER, "Content-Type": FORM}
        if event.hook.secret:
            headers["X-Mailchimp-Signature"] = signature(event.hook.secret, event.body, self.now())
        return headers


def signature(secret: str, body: bytes, at: datetime) -> str:
    """What the header says: the moment, and its HMAC with the body."""
    moment = str(int(at.timestamp()))
    return f"t={moment},v1={hmac.new(secret.encode(), moment.encode() + b'.' + body, sha256).hexdigest()}"


def _switches(names: Iterable[str], given: Mapping[str, bool] | None) -> dict[str, bool]:
    return {name: bool((given or {}).get(name)) for name in names}
