"""The guard of staff door and partner door: whose session it is, what their role may, when they must prove it."""

from typing import Any, cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask, Request, Response, current_app, g, render_template, request, url_for
from flask.sessions import SessionInterface, SessionMixin
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException

from .. import clock, db, seals, security, web
from ..errors import Refused
from . import devices, menu, organisations, roles, sessions, unsaved
from .forms import ProveForm
from .models import Account, StaffSession
from .organisations import Organisation
from .roles import Role

OPEN_TO_ALL = {"staff.sign_in", "staff.link", "staff.use_link"}
OPEN_TO_ALL |= {"staff.invitation", "staff.accept", "staff.broken_invitation"}
DEVICE_FOR = 180 * 24 * 60 * 60  # seconds; retention.py forgets the device after as many days
HOME = "pages_staff.home"  # where everybody arrives; the guard leads on who has no business there
PARTNER_HOME = "pages_partner.home"


class Ticket(dict[str, Any], SessionMixin):
    """What the staff cookie stands for. `key` is its random value; nothing else is ever stored in a cookie.

    Flask-WTF looks for its CSRF secret in here and finds one made from the key, so a foreign or old token fails.
    """

    def __init__(self, key: str = "") -> None:
        super().__init__({"csrf_token": seals.keyed("csrf", key)} if key else {})
        self.key, self.gone, self.device = key, False, 0


class Tickets(SessionInterface):
    """Reads and writes the cookies of the two doors, for addresses behind them alone."""

    def open_session(self, app: Flask, request: Request) -> Ticket:
        """The ticket that came with the request. Public pages never have one."""
        if not request.path.startswith(web.DOORS):
            return Ticket()
        return Ticket(request.cookies.get(cookie_name(), "")[:100] or sessions.new_key())

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Hand the ticket out when it is new, take it back when it has gone; let the device know that it is known."""
        ticket, settings = cast(Ticket, session), _cookie_settings()
        if ticket.device:
            token, below = seals.sign("device", ticket.device), {"path": "/staff", "max_age": DEVICE_FOR}
            response.set_cookie(device_cookie_name(), token, **settings | below)
        if not ticket.key or (request.cookies.get(cookie_name()) == ticket.key and not ticket.gone):
            return
        if ticket.gone:
            response.delete_cookie(cookie_name(), **settings)
        else:
            response.set_cookie(cookie_name(), ticket.key, **settings)


def _cookie_settings() -> dict[str, Any]:
    return {"path": "/", "secure": web.config().secure, "httponly": True, "samesite": "Strict"}


def cookie_name() -> str:
    """`__Host-` binds the cookie to this host and to https (RFC 6265bis); plain http cannot have it."""
    return "__Host-staff" if web.config().secure else "staff"


def device_cookie_name() -> str:
    """`__Secure-` binds it to https; it is for addresses below /staff alone, so it cannot be a `__Host-` one."""
    return "__Secure-staff-device" if web.config().secure else "staff-device"


def install(app: Flask) -> None:
    """Put the guard in front of everything below `/staff` and `/partner`."""
    app.session_interface = Tickets()
    app.before_request(_guard)
    app.register_error_handler(CSRFError, unsaved.stale_form)
    app.register_error_handler(Refused, _refused)
    app.context_processor(lambda: {"staff": g.get("staff"), "organisation": g.get("organisation")})
    app.jinja_env.globals["may"] = may  # for macros, too, which see no context
    app.jinja_env.globals["menu"] = lambda: menu.menu(request.endpoint or "", may)


def _guard() -> ResponseReturnValue | None:
    if not request.path.startswith(web.DOORS):
        return None
    if request.endpoint in OPEN_TO_ALL or request.endpoint is None:
        return None
    now = clock.now()
    with db.reading():
        found = sessions.find(ticket().key, now)
        theirs = organisations.find(found[0].partner_id) if found and found[0].role == Role.PARTNER else None
    if found is None:
        return unsaved.signed_out()
    g.staff, g.staff_session, g.organisation = *found, theirs
    g.look = web.Look("staff/error.html", ("To your pages", home()))
    if sessions.needs_noting(found[1], now):
        with db.writing():
            sessions.note_use(found[1], now)
    return _not_set_up() or _not_theirs() or _shut_out() or _not_proved()


def _not_set_up() -> Response | None:
    """In a demonstration one may look around at once; on a real site password and app come first."""
    if web.config().demo or me().set_up or request.endpoint in roles.TO_SET_UP:
        return None
    return web.to("account_staff.show")


def _not_theirs() -> Response | None:
    endpoint = str(request.endpoint)
    if may(endpoint, request.method):
        return None
    if endpoint == HOME:
        return web.onward(home())
    if roles.may(me().role, endpoint, request.method):
        return None  # it is the door of their organisation that is shut, which says why
    sentence = roles.sentence(me().role, request.method, endpoint)
    return web.error_page(403, sentence, "Not for your role")


def _shut_out() -> Response | None:
    """Behind the partner door everybody is of an organisation, whatever the table of roles says; an active one."""
    if not request.path.startswith("/partner") or not (sentence := shut()):
        return None
    return web.error_page(403, sentence, "This door is closed")


def _not_proved() -> ResponseReturnValue | None:
    """Send somebody to show password and code again. What a form has sent is kept until they have."""
    if not roles.needs_proof(request.method, str(request.endpoint)) or sessions.is_proved(my_session(), clock.now()):
        return None
    if request.method != "POST":
        return web.to("staff.prove", to=request.full_path.rstrip("?"))
    security.refuse_strangers()
    cast(CSRFProtect, current_app.extensions["csrf"]).protect()  # what another site sent must not be kept
    if unsaved.NEVER_CARRIED & set(request.form):
        return web.to("staff.prove", to=request.path)
    form = ProveForm(formdata=None, to=request.path, sent="y", carried=urlencode(unsaved.fields()))
    return render_template("staff/prove.html", form=form), 403


def _refused(refused: Refused) -> ResponseReturnValue:
    """A rule said no: behind a door with a way back to the page that asked."""
    if "staff" not in g:
        return web.error_page(409, str(refused))
    came, ours = request.headers.get("Referer", ""), request.host_url
    back = way(came[len(ours) - 1 :]) if came.startswith(ours) else home()
    return web.error_page(409, str(refused), way_out=None if back == home() else ("Back to the page before", back))


def ticket() -> Ticket:
    """The ticket of the request being answered."""
    from flask import session

    return cast(Ticket, session._get_current_object())  # type: ignore[attr-defined]


def fresh() -> sessions.Fresh:
    """What a new session begins with: an id from before the sign-in is worth nothing after it."""
    changes = current_app.extensions["switches"].fresh_tickets
    device = devices.roughly(request.headers.get("User-Agent", ""))
    return sessions.Fresh(sessions.new_key() if changes else ticket().key, device)


def let_in(key: str) -> None:
    """Give the browser the ticket of a session that has begun, or of its own under a new id."""
    mine = ticket()
    mine.clear()
    mine.update(Ticket(key))
    mine.key = key
    g.pop("csrf_token", None)  # Flask-WTF keeps the old one for the rest of the request


def device() -> int | None:
    """The known device that this browser says it is, with our signature under it; whose it is, the records say."""
    return seals.signed("device", request.cookies.get(device_cookie_name(), "")[:200])


def me() -> Account:
    """The account that is signed in."""
    return cast(Account, g.staff)


def my_session() -> StaffSession:
    """The session that the request came with."""
    return cast(StaffSession, g.staff_session)


def shut() -> str:
    """Why the partner door does not open to whoever is signed in, in a sentence; empty when it does."""
    if me().role != Role.PARTNER:
        return "This is for the people of partners."
    if (mine := my_organisation()) is None:
        return "Your account belongs to no organization yet. An administrator can say to which."
    return mine.shut


def my_organisation() -> Organisation | None:
    """The organisation of whoever is signed in, if they have one."""
    return cast("Organisation | None", g.organisation)


def my_partner() -> int:
    """The id of the partner whose people ask, behind the partner door: the guard let nobody in without one."""
    return cast(Organisation, g.organisation).id


def refuse_foreign(partner_id: int | None) -> None:
    """Let go on only who asks for what is their own partner's. Raises LookupError, as if it did not exist."""
    if current_app.extensions["switches"].own_only and partner_id != my_partner():
        raise LookupError(partner_id)


def may(endpoint: str, method: str = "GET") -> bool:
    """Whether whoever is signed in may look at (or with POST do) this: also for templates, which show nothing else."""
    if not current_app.extensions["switches"].roles:
        return True
    if "staff" not in g or not roles.may(me().role, endpoint, method):
        return False
    return not (_is_of_partners(endpoint) and shut())


def _is_of_partners(endpoint: str) -> bool:
    area = current_app.blueprints.get(endpoint.partition(".")[0])
    return area is not None and area.url_prefix == "/partner"


def home() -> str:
    """Where whoever is signed in begins: the figures of today, the home of their partner, or their own account."""
    return url_for(next((one for one in (HOME, PARTNER_HOME) if may(one)), "account_staff.show"))


def way(to: str, method: str = "GET") -> str:
    """A path behind one of the doors that was asked for before; the way home when it is anything else."""
    inside = to.startswith(tuple(f"{door}/" for door in web.DOORS))
    parts = urlsplit(to) if inside and to.isascii() and to.isprintable() and "\\" not in to else None
    if parts is None or parts.scheme or parts.netloc:
        return home()
    try:
        endpoint = str(current_app.url_map.bind("localhost").match(parts.path, method=method)[0])
    except (HTTPException, RoutingException):
        return home()
    return to if roles.row_of(method, endpoint, roles.ALLOWED) else home()


def carried(text: str) -> list[tuple[str, str]]:
    """The fields that a form had sent before its sender was asked to prove themselves."""
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return []
