"""Whether links in newsletters lead somewhere: ours are looked up here, others must be known or stood for."""

from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import unquote, urlsplit

from flask import current_app
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException

from .. import db, i18n, web
from ..events import board as events
from ..links import service as links
from ..partners import board as partners
from ..pledges import board as pledges
from ..pledges.models import PledgeState
from ..printables import shelf
from . import shelf as archive
from .models import AllowedLink

Lookup = Callable[[str], bool]
NOT_HTTPS = "{to} does not begin with https, so others could read and change what is sent."
UNKNOWN = "Nobody has said that {host} is known. Open {to} and look; then say below that you stand for it."
NOWHERE = "There is no page at {to} that everybody can see."


def trouble(newsletter_id: int, to: str) -> str:
    """What is wrong with where a link leads, in a sentence; empty when it answers and is ours, known or stood for."""
    if to.startswith("mailto:"):
        return ""
    if (path := own_path(to)) is not None:
        return "" if answers(path) else NOWHERE.format(to=to)
    parts = urlsplit(to)
    if parts.scheme.lower() != "https":
        return NOT_HTTPS.format(to=to)
    host = (parts.hostname or "").lower()
    if is_known(host) or to in allowed(newsletter_id):
        return ""
    return UNKNOWN.format(host=host, to=to)


def own_path(to: str) -> str | None:
    """The path of a page of ours; None when the link leads elsewhere."""
    base = web.config().base_url
    if to == base or to.startswith(f"{base}/"):
        to = to.removeprefix(base) or "/"
    return to if to.startswith("/") else None


def answers(to: str) -> bool:
    """Whether everybody who follows this path sees a page: its address is one, and what it names is public."""
    path = unquote(to.partition("?")[0].partition("#")[0])
    if "//" in path:  # a browser takes what follows for another site, or the router for another page
        return False
    first = "/" + path[1:].partition("/")[0]
    if any(one.prefix and first == one.prefix for one in i18n.site().languages):
        path = path.removeprefix(first) or "/"
    if path.startswith("/static/"):
        return False
    try:
        rule, values = current_app.url_map.bind("localhost").match(path, method="GET", return_rule=True)
    except (HTTPException, RoutingException):
        return False
    if web.private(rule.rule):
        return rule.rule.startswith(("/q/", "/Q/")) and links.follow(str(values.get("typed", ""))) is not None
    return all(map(str, values.values())) and _is_there(str(rule.endpoint), values)


def _is_there(endpoint: str, values: Mapping[str, object]) -> bool:
    look = LOOKUPS.get(endpoint)
    return look is None or look(str(next(iter(values.values()), "")))


def _event(slug: str) -> bool:
    found = events.find(slug)
    return events.is_public(found.event) if found else events.forward(slug) is not None


def _pledge(slug: str) -> bool:
    found = pledges.find(slug)
    return found is not None and found.state != PledgeState.DRAFT


LOOKUPS: dict[str, Lookup] = {
    "events.show": _event,
    "pledges.show": _pledge,
    "newsletters.show": lambda slug: archive.find(slug) is not None,
    "pages.lesson": lambda page: f"learn/{page}" in i18n.content().known,
    "partners.show": lambda slug: partners.find(slug) is not None,
    "materials.show": lambda slug: any(one.slug == slug for one in shelf.offered()),
}


def is_known(host: str) -> bool:
    """Whether campaign.toml names this site, or the one that it is a part of."""
    return any(host == one or host.endswith(f".{one}") for one in i18n.site().newsletters.known_sites)


def allowed(newsletter_id: int) -> set[str]:
    """The addresses that somebody stands for."""
    return set(db.session().scalars(select(AllowedLink.address).where(AllowedLink.newsletter_id == newsletter_id)))


def allow(newsletter_id: int, address: str, account_id: int, now: datetime) -> None:
    """Note that somebody has opened an address and stands for it; of two, the first."""
    known = {"account_id": account_id, "allowed_at": now}
    db.session().execute(db.adding(AllowedLink), {"newsletter_id": newsletter_id, "address": address, **known})
