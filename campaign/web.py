"""Doors: areas for the public and for staff, addresses for letters, error pages, what every template knows."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar, cast
from urllib.parse import quote

from flask import Blueprint, Flask, Response, current_app, g, make_response, render_template, request, url_for
from flask_babel import gettext, ngettext
from jinja2 import StrictUndefined
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException

from . import i18n, logs, security
from .config import Config
from .settings import Language
from .text import linked

log = logging.getLogger("campaign")
View = TypeVar("View", bound=Callable[..., Any])
OpenSite = Callable[[], Flask]  # what a command of a feature is given to open the site with
A_PAGE = 50  # rows of a list behind the staff door
DOORS = ("/staff", "/partner")  # what begins so is guarded by `staff.doors`


def public_area(name: str, package: str) -> Blueprint:
    """Pages for everybody: no cookie, no session; a form sent by another site is refused."""
    area = Blueprint(name, package)
    area.before_request(security.refuse_strangers)
    return area


def staff_area(name: str, package: str) -> Blueprint:
    """Pages behind the staff door; who may pass is decided by `staff.doors`, which guards every such address."""
    return _guarded(Blueprint(name, package, url_prefix="/staff"))


def partner_area(name: str, package: str) -> Blueprint:
    """Pages for the people of a partner, about what is theirs: behind the same guard, with the same session."""
    return _guarded(Blueprint(name, package, url_prefix="/partner"))


def _guarded(area: Blueprint) -> Blueprint:
    area.before_request(security.refuse_strangers)
    area.after_request(_not_stored)
    return area


def _not_stored(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def takes(most: int) -> Callable[[View], View]:
    """Mark a view that takes more than other forms may send: a file of so many bytes, with what is sent around it."""

    def mark(view: View) -> View:
        view.takes = most  # type: ignore[attr-defined]
        return view

    return mark


def _let_it_send() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if (most := getattr(view, "takes", None)) is not None:
        request.max_content_length = most


def install(app: Flask, config: Config) -> None:
    """Teach the site its templates, its error pages and its log of failures."""
    app.before_request(_let_it_send)  # before anything looks at what was sent
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(number=i18n.show_number, date=i18n.show_date, moment=i18n.show_moment, linked=linked)
    app.jinja_env.filters.update(deadline=i18n.show_deadline, apart=i18n.apart)
    known = {"address": address, "whole": whole, "findable": findable, "_": gettext, "ngettext": ngettext}
    known |= {"guarded": i18n.guarded, "guarded_words": i18n.guarded_words, "language_of": i18n.language_of}
    known |= {"lang_of": i18n.lang_of, "call_first": lambda: i18n.site().hotline}  # the last for macros without context
    app.jinja_env.globals.update(
        tr=i18n.tr, sign=i18n.sign, gap=i18n.gap, here=i18n.here, asset=asset, demo=config.demo, **known
    )
    app.context_processor(_what_pages_know)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _records_away)
    app.register_error_handler(Exception, _own_fault)


def _what_pages_know() -> dict[str, object]:
    site = i18n.site()
    spoken = {"language": i18n.language(), "languages": site.languages, "english": i18n.find("en")}
    return {"site": site, **spoken, "hotline": site.hotline, **_there()}


def _there() -> dict[str, object]:
    """What this campaign has written: pages, and designs to print."""
    return {"written": i18n.content().known, "prints": i18n.content().prints}


def asset(name: str) -> str:
    """The address of a file in static/, with a mark that changes when the file does."""
    folder = Path(cast(str, current_app.static_folder))
    return f"/static/{name}?v={_mark(folder / name, (folder / name).stat().st_mtime_ns)}"


@lru_cache(maxsize=200)
def _mark(path: Path, _changed: int) -> str:
    return sha256(path.read_bytes()).hexdigest()[:10]


def config() -> Config:
    """The settings of the site that is running."""
    return cast(Config, current_app.extensions["config"])


def address(endpoint: str, language: Language | None = None, /, **values: Any) -> str:
    """A whole address for letters and share links: built from BASE_URL, never from what a request claims."""
    scheme, _, host = config().base_url.partition("://")
    prefix = (language or i18n.language()).prefix
    adapter = current_app.url_map.bind(host, script_name=prefix or "/", url_scheme=scheme)
    return str(adapter.build(endpoint, values, force_external=True))


def whole(language: Language) -> str:
    """The whole address of the page being looked at, in a language and without a query: one page, one address."""
    return f"{config().base_url}{language.prefix}{quote(request.path)}"


def findable() -> bool:
    """Whether search engines may list this page: not when its address was mailed to one person, or is none of ours."""
    return request.url_rule is not None and not private(request.url_rule.rule)


def private(rule: str) -> bool:
    """Whether a route is for one person, for staff, or a printed code: nothing that a search engine should ask for."""
    return "signed(" in rule or "<path:token>" in rule or rule.startswith((*DOORS, "/q/", "/Q/", "/hooks/"))


def endpoint_of(path: str) -> str:
    """Which page a path of this site leads to; empty when none can be looked at there."""
    try:
        return str(current_app.url_map.bind("localhost").match(path, method="GET")[0]) if path[:1] == "/" else ""
    except (HTTPException, RoutingException):
        return ""


@dataclass(frozen=True)
class Look:
    """How pages that say what went wrong look behind a door, and where they lead; `g.look`, once the door is open."""

    template: str
    way_out: tuple[str, str]


def error_page(status: int, sentence: str, heading: str = "", way_out: tuple[str, str] | None = None) -> Response:
    """A page that says in a sentence what went wrong; the hotline stands on it as on every page for the public.

    What went wrong with ourselves has the plain look of the public's in any case: the other asks more of us.
    """
    heading = heading or gettext("That did not work")
    look: Look | None = g.get("look") if status < 500 else None
    template, way_out = (look.template, way_out or look.way_out) if look else ("errors/page.html", way_out)
    page = render_template(template, status=status, heading=heading, sentence=sentence, way_out=way_out)
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _sentence(status: int) -> tuple[str, str]:
    """Heading and sentence for a status."""
    wrong = gettext("That did not work")
    return {
        400: (wrong, gettext("Your browser sent something that this site cannot read.")),
        403: (wrong, gettext("This came from another site, so we did not take it. Please use the form on our page.")),
        404: (gettext("Page not found"), gettext("There is no page at this address. It may have moved.")),
        405: (wrong, gettext("This address does not take what was sent. Please go back and try again.")),
        410: (gettext("No longer here"), gettext("What you are looking for is no longer here.")),
        411: (wrong, gettext("Your browser sent something that this site cannot read.")),
        413: (wrong, gettext("What you sent is too large. Please send less text.")),
        429: (gettext("Please wait"), gettext("There were too many tries. Please wait a while and try again.")),
        503: (gettext("Please try again soon"), gettext("We cannot reach our records now. Nothing was lost or saved.")),
    }.get(status, (wrong, gettext("Something is wrong on our side. Please try again later.")))


def _http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    heading, sentence = _sentence(error.code)
    front = (gettext("Go to the front page"), i18n.language().prefix + "/")
    response = error_page(error.code, sentence, heading, None if "look" in g else front)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def is_own_fault(error: DBAPIError) -> bool:
    """Whether a statement or a value was wrong, rather than the database away, full or broken."""
    return isinstance(error, IntegrityError | ProgrammingError | DataError)


def _records_away(error: DBAPIError) -> Response:
    """The database is away, full or broken: 503, for it may be back soon. A wrong statement is our own fault."""
    if is_own_fault(error):
        return _own_fault(error)
    # Only the kind of the failure is logged: the statement's values may be personal.
    log.error("the database failed: %s", type(error.orig).__name__)
    heading, sentence = _sentence(503)
    response = error_page(503, sentence, heading)
    response.headers["Retry-After"] = "10"
    return response


def _own_fault(error: Exception) -> Response:
    """A page for what nobody foresaw; logged once, with the place but without the values."""
    log.error("%s", logs.what_and_where(error))  # no traceback: it would hold values
    if current_app.testing:
        raise error
    heading, sentence = _sentence(500)
    return error_page(500, sentence, heading)


def status_of(form: Any) -> int:
    """The status of a page with this form: 422 when something sent was wrong, else 200."""
    return 422 if form.errors else 200


@dataclass(frozen=True)
class Pager:
    """The addresses of the page before and the page after; empty where there is none."""

    newer: str
    older: str


def page_number() -> int:
    """Which page of a long list is asked for, from 0."""
    return min(max(0, request.args.get("page", 0, int)), 100_000)


def number(sent: MultiDict[str, str], name: str) -> int:
    """An id that an address or a form names; 0 where it names none, or one that no database holds."""
    found = sent.get(name, 0, int)
    return found if 0 <= found < 2**63 else 0


def pager(endpoint: str, page: int, found: int, **values: Any) -> Pager:
    """The way on from a page, when `found` rows were found where A_PAGE fit."""
    newer = url_for(endpoint, page=page - 1, **values) if page else ""
    return Pager(newer, url_for(endpoint, page=page + 1, **values) if found > A_PAGE else "")


def onward(path: str) -> Response:
    """Send the browser on to a path of this site, as `to` does."""
    return cast(Response, current_app.redirect(path, 303))


def to(endpoint: str, **values: Any) -> Response:
    """Send the browser on after a form: 303, so that reloading does not send the form again."""
    return cast(Response, current_app.redirect(url_for(endpoint, **values), 303))
