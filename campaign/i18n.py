"""The languages: the address alone decides which, and everything written for a reader goes through here."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any, cast
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import get_datetime_format, get_timezone_name
from flask import Flask, current_app, g, has_request_context, request
from flask_babel import Babel, force_locale, format_date, format_decimal, format_time, get_locale, gettext
from markupsafe import Markup, escape

from . import catalogues
from .content import Content
from .sentences import Sentences, ended
from .settings import Campaign, Language

# The same in every language: no prefix.
ONE_ADDRESS = ("/static/", "/healthz", "/readyz", "/metrics", "/staff", "/partner", "/hooks/")

FULL_WIDTH = str.maketrans(",.:;", "，。：；")

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
    languages = content.site.languages
    with app.app_context():
        babel.domain_instance = Sentences()
        for one in languages:
            babel.domain_instance.cache[str(_locale(one)), "messages"] = catalogues.read(content, one).translations
    may_speak = {one.code for one in languages if content.drafts or catalogues.reviewed(content, one)}
    english = {text for one in languages for text, _ in catalogues.read(content, one).guarded}
    app.extensions["may_speak"], app.extensions["guarded"] = may_speak, english
    app.wsgi_app = Prefix(app.wsgi_app, [one.code for one in languages])  # type: ignore[method-assign,assignment]


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
    return _known_locale(spoken.numbers or spoken.tag.replace("-", "_"))


@lru_cache(maxsize=50)
def _known_locale(name: str) -> str:
    return str(Locale.parse(name))  # some languages have another name there: tl is fil_PH


def tr(words: dict[str, str]) -> str:
    """The text for the language that is being spoken, else the English one."""
    return words.get(language().code) or words["en"]


class Guarded:
    """A text that people agree to or trust: in the language spoken once it is reviewed there, until then in English.

    As text it is plain, fit to be recorded; in a page the English that stands in is marked as English.
    """

    def __init__(self, text: str, values: dict[str, object]) -> None:
        self.text, self.values = text, values

    @property
    def language(self) -> str:
        """The language in which it is said now."""
        return language().code if _may_speak() else "en"

    def __str__(self) -> str:
        if _may_speak():
            return str(gettext(self.text, **self.values))
        return ended(self.text % self.values, self.values.values()) if self.values else self.text

    def __html__(self) -> Markup:
        return escape(str(self)) if _may_speak() else _in_english(str(self))


def guarded(text: str, **values: object) -> Guarded:
    """Marks a text that must not be wrong, for `make words` too; may be said at once or later."""
    return Guarded(text, values)


def guarded_words(words: dict[str, str]) -> str:
    """The same for a text of campaign.toml."""
    code = language().code
    return words[code] if code in words and _may_speak() else _in_english(words["en"])


def _may_speak() -> bool:
    return language().code in current_app.extensions["may_speak"]


def _in_english(text: str) -> Markup:
    marked = '<span lang="en">{}</span>' if language().code != "en" else "{}"
    return Markup(marked).format(text)  # noqa: S704 (format escapes the text)


def language_of(words: str, otherwise: str) -> str:
    """The language of words that somebody agreed to: English where they were shown in English."""
    return "en" if words in current_app.extensions["guarded"] else otherwise


def lang_of(words: Any) -> Markup:
    """The attribute for a part of a page whose `words` are in another language than the page; else nothing."""
    return Markup("") if words.language == language().code else Markup(' lang="{}"').format(find(words.language).tag)


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
    return plain_year(format_date(local(value) if isinstance(value, datetime) else value, "long", rebase=False))


def plain_year(written: str) -> str:
    """A date without the era, which the tables of Unicode (CLDR) give Thai in long dates and not in short ones."""
    return str(written).replace("ค.ศ. ", "")


def sign(one: str) -> str:
    """A sign and the space after it, between two pieces of a page; in Chinese a full-width sign, which needs none."""
    return one.translate(FULL_WIDTH) if language().code.startswith("zh") else f"{one} "


def aside(words: str) -> str:
    """These words in brackets, behind others; in Chinese full-width ones, which need no space before them."""
    return f"（{words}）" if language().code.startswith("zh") else f" ({words})"


def gap(words: str) -> str:
    """The space between these words and their neighbour: none at a full-width sign, nor at the Korean "persons"."""
    written = str(words)
    return "" if written[:1] in ("（", "명") or written[-1:] in ("：", "。") else " "


def apart(words: str) -> str:
    """These words with the space after them, if they need one."""
    return words + gap(words)


def show_moment(value: datetime) -> str:
    """A day and a time as this language writes them, in the campaign's time zone; nobody reads seconds."""
    order = str(get_datetime_format("medium", get_locale()))  # of {0}, the time, and {1}, the day
    return order.replace("'", "").format(show_hour(local(value)), show_date(value))


def show_deadline(value: datetime) -> str:
    """A moment until which something works, with the name of its clock: who reads it may be far away."""
    return f"{show_moment(value)} ({name_of_clock(local(value))})"


def name_of_clock(value: datetime) -> str:
    """The name of the clock that showed it, such as Pacific Standard Time."""
    return str(get_timezone_name(value, width="long", locale=get_locale()))


def show_hour(value: datetime | time) -> str:
    """A time of day as this language writes it. A datetime is taken as its own clock shows it."""
    return _halves(format_time(value, "short", rebase=False))


def _halves(written: str) -> str:
    """The halves of the day in Korean, for which the tables of Unicode (CLDR) have AM and PM in short."""
    return written.replace("AM", "오전").replace("PM", "오후") if language().code == "ko" else str(written)
