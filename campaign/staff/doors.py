"""The guard of the staff door: who holds which session, and that every address behind it asks."""

from secrets import token_urlsafe
from typing import Any, cast

from flask import Flask, Request, Response, g, request
from flask.sessions import SessionInterface, SessionMixin
from flask.typing import ResponseReturnValue

from .. import clock, db, security, web
from . import service
from .models import Account

OPEN_TO_ALL = {"staff.sign_in", "staff.link", "staff.use_link"}


class Ticket(dict[str, Any], SessionMixin):
    """What the staff cookie stands for. `key` is its random value; nothing else is ever stored in a cookie.

    Flask-WTF looks for its CSRF secret in here and finds one made from the key, so a foreign or old token fails.
    """

    def __init__(self, key: str = "") -> None:
        super().__init__({"csrf_token": security.keyed("csrf", key)} if key else {})
        self.key, self.gone = key, False


class Tickets(SessionInterface):
    """Reads and writes the one cookie of the site, for addresses behind the staff door alone."""

    def open_session(self, app: Flask, request: Request) -> Ticket:
        """The ticket that came with the request. Public pages never have one."""
        if not request.path.startswith("/staff"):
            return Ticket()
        return Ticket(request.cookies.get(cookie_name(), "")[:100] or token_urlsafe(32))

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Hand the ticket out when it is new, take it back when it has gone."""
        ticket, secure = cast(Ticket, session), web.config().secure
        if not ticket.key or (request.cookies.get(cookie_name()) == ticket.key and not ticket.gone):
            return
        settings: dict[str, Any] = {"path": "/", "secure": secure, "httponly": True, "samesite": "Strict"}
        if ticket.gone:
            response.delete_cookie(cookie_name(), **settings)
        else:
            response.set_cookie(cookie_name(), ticket.key, **settings)


def cookie_name() -> str:
    """`__Host-` binds the cookie to this host and to https (RFC 6265bis); plain http cannot have it."""
    return "__Host-staff" if web.config().secure else "staff"


def install(app: Flask) -> None:
    """Put the guard in front of everything below `/staff`."""
    app.session_interface = Tickets()
    app.before_request(_guard)


def _guard() -> ResponseReturnValue | None:
    if not request.path.startswith("/staff"):
        return None
    if request.endpoint in OPEN_TO_ALL or request.endpoint is None:
        return None
    key, now = ticket().key, clock.now()
    with db.reading():
        account = service.who(key, now)
        note = account is not None and service.needs_noting(key, now)
    if account is None:
        return web.to("staff.sign_in")
    if note:
        with db.writing():
            service.seen(key, now)
    g.staff = account
    return None


def ticket() -> Ticket:
    """The ticket of the request being answered."""
    from flask import session

    return cast(Ticket, session._get_current_object())  # type: ignore[attr-defined]


def let_in(key: str) -> None:
    """Give the browser a new ticket: an id from before the sign-in is worth nothing after it."""
    mine = ticket()
    mine.clear()
    mine.update(Ticket(key))
    mine.key = key


def me() -> Account:
    """The account that is signed in."""
    return cast(Account, g.staff)
