"""The languages: the address alone decides which, and everything written for a reader goes through here."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, force_locale, format_date, format_datetime, format_decimal

from .content import Content
from .settings import Campaign, Language

CATALOGUES = Path(__file__).parent / "translations"
ONE_ADDRESS = ("/static/", "/healthz", "/readyz", "/metrics", "/staff")  # the same in every language: no prefix

Start = Callable[..., Any]


class Prefix:
    """Takes `/es` off the front of an address and remembers it, so that every link made keeps the language."""

    def __init__(self, app: Start, codes: Iterable[str]) -> None:
        self.app = app
        self.prefixes = {f"/{code}": code for code in codes if code != "en"}

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        cut = path.find("/", 1)
        head = path if cut < 0 else path[:cut]
        environ["campaign.language"] = "en"
        if head in self.prefixes:
            rest = path[len(head) :] or "/"
            if not rest.startswith(ONE_ADDRESS):
                environ["campaign.language"] = self.prefixes[head]
                environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + head
                environ["PATH_INFO"] = rest
        return cast(Iterable[bytes], self.app(environ, start))


def install(app: Flask, content: Content) -> None:
    """Teach the site its languages and hand the content to it."""
    app.extensions["content"] = content
    babel = Babel(app, locale_selector=lambda: locale_of(language()), default_locale="en")
    with app.app_context():
        for one in content.site.languages:
            babel.domain_instance.cache[str(_locale(one)), "messages"] = catalogue(one)
    app.wsgi_app = Prefix(app.wsgi_app, [one.code for one in content.site.languages])  # type: ignore[method-assign,assignment]


def catalogue(of: Language) -> Translations:
    """The interface in a language, read from its .po file: no build step stands between a text and the site."""
    path = CATALOGUES / of.tag.replace("-", "_") / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return Translations()
    packed = BytesIO()
    with path.open("rb") as file:
        write_mo(packed, read_po(file, locale=of.tag.replace("-", "_")))
    packed.seek(0)
    return Translations(packed)


def content() -> Content:
    """This campaign's words."""
    return cast(Content, current_app.extensions["content"])


def site() -> Campaign:
    """This campaign's settings from campaign.toml."""
    return content().site


def language() -> Language:
    """The language that is being spoken: the address's, or the one a letter was begun in."""
    if (spoken := g.get("language")) is not None:
        return cast(Language, spoken)
    code = request.environ.get("campaign.language", "en") if has_request_context() else "en"
    return find(code)


def find(code: str) -> Language:
    """The language with this code; English when the site does not have it (any more)."""
    found = site().language(code) or site().language("en")
    assert found is not None  # `read_campaign` insists on English
    return found


@contextmanager
def speaking(spoken: Language) -> Iterator[None]:
    """Say everything inside the block in this language."""
    before, g.language = g.get("language"), spoken
    try:
        with force_locale(locale_of(spoken)):
            yield
    finally:
        g.language = before


def locale_of(spoken: Language) -> str:
    """Babel's name for a language."""
    return str(_locale(spoken))


def _locale(spoken: Language) -> str:
    return spoken.numbers or spoken.tag.replace("-", "_")


def tr(words: dict[str, str]) -> str:
    """The text for the language that is being spoken, else the English one."""
    return words.get(language().code) or words["en"]


def carry(query: str) -> None:
    """Let the links to this page in other languages carry this query: the code that brought somebody stays."""
    g.carried = query


def here(other: Language) -> str:
    """The address of the page being looked at, in another language."""
    path = "/" if request.path.startswith(ONE_ADDRESS) else request.path
    return f"{other.prefix}{quote(path)}{g.get('carried', '')}"


def local(moment: datetime) -> datetime:
    """A moment as the clock on the campaign's wall shows it."""
    return moment.astimezone(ZoneInfo(site().campaign.time_zone))


def from_local(written: datetime) -> datetime:
    """The moment that was meant by a day and a time on the campaign's wall."""
    return written.replace(tzinfo=ZoneInfo(site().campaign.time_zone))


def show_number(value: int) -> str:
    """A number as this language writes it."""
    return str(format_decimal(value))


def show_date(value: date | datetime) -> str:
    """A day as this language writes it."""
    return str(format_date(local(value) if isinstance(value, datetime) else value, "long", rebase=False))


def show_moment(value: datetime) -> str:
    """A day and a time as this language writes them, in the campaign's time zone."""
    return str(format_datetime(local(value), "medium", rebase=False))
