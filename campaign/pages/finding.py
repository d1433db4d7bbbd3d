"""The door for search engines and link previews: sitemap, robots.txt, security.txt, share image, press kit."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from flask import Response, abort, current_app, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import ServiceUnavailable

from .. import cache, clock, db, i18n, web
from ..drawn import Busy
from ..events import listing
from ..newsletters import shelf as newsletters
from ..partners import board as partners
from ..pledges import board
from ..printables import shelf
from ..settings import Campaign, Language
from ..typeset import Press, Unprintable
from . import drawing

area = web.public_area("finding", __name__)
KEPT = 60.0  # seconds
DRAWN = 24 * 60 * 60.0
WORDS = ("front", "help", "learn", "about", "contact", "press", "safety", "privacy", "accessibility")
EXPIRES_AFTER = timedelta(days=180)  # RFC 9116, section 2.5.5, advises less than a year


@dataclass(frozen=True)
class Place:
    """A page to be found, in every language, and the day of its last change where we know it."""

    endpoint: str
    values: dict[str, Any] = field(default_factory=dict)
    changed_on: date | None = None

    def address(self, language: Language) -> str:
        """Its whole address."""
        return web.address(self.endpoint, language, **self.values)


@area.get("/sitemap.xml")
@cache.keep(KEPT)
def sitemap() -> ResponseReturnValue:
    """Every page that is for everybody, in every language. Without the records it stands, with fewer."""
    places = [*_words(), *_lessons(), *_coalition(), *_materials(), Place("volunteers.sign_up")]
    try:
        with db.reading():
            places += [*_pledges(), *_partners(), *_events(), *_newsletters()]
    except DBAPIError:
        pass
    page = render_template("pages/sitemap.xml", places=places)
    return Response(page, mimetype="application/xml")


def _words() -> Iterator[Place]:
    known = i18n.content().known
    return (Place(f"pages.{name}") for name in WORDS if name in known)


def _lessons() -> Iterator[Place]:
    return (Place("pages.lesson", {"page": one.name.rpartition("/")[2]}) for one in i18n.content().lessons("en"))


def _pledges() -> list[Place]:
    days = {slug: i18n.local(changed_at).date() if changed_at else None for slug, changed_at in board.changes()}
    return [Place("pledges.index"), *(Place("pledges.show", {"slug": slug}, day) for slug, day in days.items())]


def _coalition() -> Iterator[Place]:
    endpoints = ("partners.index", "partners.join") if "coalition" in i18n.content().known else ()
    return (Place(endpoint) for endpoint in endpoints)


def _materials() -> Iterator[Place]:
    offered = shelf.offered()
    yield from (Place("materials.index") for _ in offered[:1])
    yield from (Place("materials.show", {"slug": one.slug}) for one in offered)


def _partners() -> Iterator[Place]:
    shown = partners.cards() if "coalition" in i18n.content().known else []
    return (Place("partners.show", {"slug": card.slug}) for card in shown)


def _events() -> Iterator[Place]:
    yield from (Place("calendar.index"), Place("calendar.timeline"), Place("calendar.past"))
    for slug, changed_at in listing.changes():
        yield Place("events.show", {"slug": slug}, i18n.local(changed_at).date())


def _newsletters() -> Iterator[Place]:
    yield Place("newsletters.index")
    for slug, sent_at in newsletters.changes():
        yield Place("newsletters.show", {"slug": slug}, i18n.local(sent_at).date())


@area.get("/robots.txt")
@cache.keep(KEPT)
def robots() -> ResponseReturnValue:
    """Where programs need not look: addresses mailed to one person, printed codes, the two doors (RFC 9309)."""
    rules = {rule.rule.partition("<")[0] for rule in current_app.url_map.iter_rules() if web.private(rule.rule)}
    shut = sorted({next((door for door in web.DOORS if rule.startswith(door)), rule) for rule in rules})
    prefixes = [language.prefix for language in i18n.site().languages]
    lines = [f"{prefix}{rule}" for prefix in prefixes for rule in shut if not (prefix and rule in i18n.ONE_ADDRESS)]
    sitemap = web.address("finding.sitemap", i18n.find("en"))
    return _plain(["User-agent: *", *(f"Disallow: {line}" for line in lines), "", f"Sitemap: {sitemap}"])


@area.get("/.well-known/security.txt")
@cache.keep(KEPT)
def security() -> ResponseReturnValue:
    """Where to report a hole in this site (RFC 9116); no page when campaign.toml names no contact."""
    contact = i18n.site().contacts.security
    if not contact:
        abort(404)
    expires = datetime.combine(clock.today() + EXPIRES_AFTER, time())
    languages = ", ".join(language.tag for language in i18n.site().languages)
    return _plain(
        [
            f"Contact: {contact if contact.startswith('https:') else f'mailto:{contact}'}",
            f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
            f"Preferred-Languages: {languages}",
            f"Canonical: {web.address('finding.security', i18n.find('en'))}",
        ]
    )


def _plain(lines: list[str]) -> Response:
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@area.get("/share.png")
@cache.keep(DRAWN)
def share() -> ResponseReturnValue:
    """The picture beside a shared link, 1200 by 630 pixels."""
    return Response(_drawn(drawing.share_image), mimetype="image/png")


@area.get("/share-square.png")
@cache.keep(DRAWN)
def square() -> ResponseReturnValue:
    """The same as a square, for feeds of pictures: 1080 by 1080 pixels."""
    return Response(_drawn(drawing.square_image), mimetype="image/png")


@area.get("/press/wordmark.svg")
@cache.keep(DRAWN)
def wordmark() -> ResponseReturnValue:
    """The mark and the name, as outlines."""
    return _download(_drawn(drawing.wordmark), "wordmark.svg", "image/svg+xml")


@area.get("/press/kit.zip")
@cache.keep(DRAWN)
def kit() -> ResponseReturnValue:
    """Everything for the press in one file."""
    if "boilerplate" not in i18n.content().known:
        abort(404)
    files = {
        "wordmark.svg": _drawn(drawing.wordmark),
        "share-image.png": _drawn(drawing.share_image),
        "colours.txt": drawing.colours(i18n.site()).encode(),
        "about-us.txt": i18n.content().page("boilerplate", i18n.language().code).plain.encode(),
    }
    return _download(drawing.kit(files), "press-kit.zip", "application/zip")


def _download(content: bytes, name: str, mimetype: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _drawn(draw: Any) -> bytes:
    site: Campaign = i18n.site()
    folder: Path = web.config().data_dir / "drawn"
    try:
        return bytes(draw(Press(web.config().place("templates") / "print"), folder, site, i18n.language()))
    except Unprintable:
        abort(404)
    except Busy as busy:
        raise ServiceUnavailable(retry_after=5) from busy
