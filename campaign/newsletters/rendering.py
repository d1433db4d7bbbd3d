"""What somebody gets: all that is dear done once for an edition, and little for each reader.

one = prepared(newsletter_id, "th")                     # records open for reading
letter = one.for_reader(Reader("Anna", leave, page, "th"))   # subject, html, text
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import css_inline
from flask import render_template
from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import select

from .. import clock, db, i18n, web
from ..links import service as links
from ..links.models import Code
from ..settings import Language
from ..text import UNPRINTABLE, clean
from . import inserts, personal, plain
from .blocks import Block
from .marking import Marked
from .models import Edition, FinalEdition, Newsletter
from .personal import Cut, escaped, slot
from .plain import Plain

HEAVIEST = 90 * 1024  # bytes of HTML: some mail programs cut longer letters off, and the way to leave with them
LONGEST_NAME = 60
Inserts = Mapping[int, inserts.Insert | None]  # what blocks become, by their lines
_inliner = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


@dataclass(frozen=True)
class Reader:
    """One person: the name they gave, where they leave the list, their own page, their language."""

    name: str
    unsubscribe: str
    own_page: str
    language: str

    @property
    def values(self) -> dict[str, str]:
        """What stands in the slots of this reader."""
        name = clean(personal.bare(self.name))[:LONGEST_NAME]
        first, space, _ = name.partition(" ")  # a name written without a space would be shown whole
        links = {"unsubscribe": self.unsubscribe, "own_page": self.own_page}
        return {"name": name, "first": first if space or first.isascii() else "", **links}


@dataclass(frozen=True)
class Written:
    """A letter to somebody."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True)
class Made:
    """An edition as it is kept: with slots where a reader's own words will stand. `page` is what the archive shows."""

    edition_language: str
    subject: str
    preheader: str
    html: str
    text: str
    page: str


class Prepared:
    """An edition for the readers of one language, cut at its slots: a letter from it costs next to nothing."""

    def __init__(self, made: Made) -> None:
        self.made, self.edition_language = made, made.edition_language
        self.page = made.page
        self._subject, self._html, self._text = Cut.of(made.subject), Cut.of(made.html), Cut.of(made.text)

    @property
    def subject(self) -> str:
        """The subject for somebody whose name we do not know."""
        return _one_line(self._subject.filled({}))

    def for_reader(self, reader: Reader) -> Written:
        """The letter to one reader. Names are escaped once for HTML and literal in the text; none is read again."""
        values = reader.values
        html = self._html.filled(escaped(values))
        return Written(_one_line(self._subject.filled(values)), html, self._text.filled(values))

    @property
    def preheader(self) -> str:
        """What stands after the subject, for somebody whose name we do not know."""
        return _one_line(Cut.of(self.made.preheader).filled({}))

    def for_everybody(self) -> str:
        """What the archive shows, as HTML: nobody's name in it."""
        return Cut.of(self.page).filled({})


def prepared(newsletter_id: int, language: str) -> Prepared:
    """What readers of a language get: as it was made when sending began, else as it would be now.

    Raises LookupError when there is no such newsletter, or not even an English edition of it.
    """
    kept = db.session().get(FinalEdition, (newsletter_id, language))
    if kept is not None:
        names = ("edition_language", "subject", "preheader", "html", "text", "page")
        return Prepared(Made(**{name: getattr(kept, name) for name in names}))
    return Prepared(make(newsletter_id, language))


def make(newsletter_id: int, language: str) -> Made:
    """The same, made now from what is written. Raises LookupError."""
    editions = {one.language: one for one in _editions(newsletter_id, language)}
    if (edition := editions.get(language) or editions.get("en")) is None:
        raise LookupError(newsletter_id)
    return make_of(newsletter_id, edition, i18n.find(language))


def _editions(newsletter_id: int, language: str) -> list[Edition]:
    if db.session().get(Newsletter, newsletter_id) is None:
        raise LookupError(newsletter_id)
    found = select(Edition).where(Edition.newsletter_id == newsletter_id, Edition.language.in_((language, "en")))
    return list(db.session().scalars(found))


def make_of(newsletter_id: int, edition: Edition, reader: Language, wrong: Sequence[str] = ()) -> Made:
    """An edition, kept or not, for readers of a language. What is `wrong` stands above it, for whoever writes it."""
    written, marked = i18n.find(edition.language), Marked(edition.body)
    subject, preheader = personal.in_line(edition.subject)[0], personal.in_line(edition.preheader)[0]
    with i18n.speaking(written):
        whole = partial(address, reader, _code(edition.code_id))  # our pages speak languages that no edition does
        now = clock.now()
        made = {one.line: inserts.filled(one, newsletter_id, now, whole) for one in marked.blocks}
        page = marked.html(partial(_as_html, made), whole, _field_html)
        said = Plain(partial(_as_text, made), whole, _field_text).say(marked)
    values: dict[str, Any] = {
        "subject": subject,
        "preheader": preheader,
        "said": said,
        "body": _markup(page),
        "wrong": wrong,
    }
    html, text = _framed(values, written, reader)
    return Made(written.code, subject, preheader, html, text, page)


def _framed(values: dict[str, Any], written: Language, reader: Language) -> tuple[str, str]:
    """The edition inside what every letter has; what is about the reader is said in the reader's language."""
    with i18n.speaking(reader):
        sender = i18n.tr(i18n.site().mail.sender_name)
        note = gettext("This newsletter is not in your language yet, so here it is in English.")
        values |= {"sender": sender, "written": written, "note": "" if written.code == reader.code else note}
        values |= {
            "unsubscribe": slot("unsubscribe"),
            "own_page": slot("own_page"),
            "help": web.address("pages.help", reader),
        }
        html = _inliner.inline(render_template("letters/newsletter.html", **values))
        return html, UNPRINTABLE.sub("", render_template("letters/newsletter.txt", **values))


def address(language: Language, code: str, to: str) -> str:
    """The whole address of a link: a page of this site in the reader's language, with the edition's code."""
    if not to.startswith("/"):
        return to
    prefixed = to if _has_prefix(to) else f"{language.prefix}{to}"
    return f"{web.config().base_url}{with_code(prefixed, code)}"


def with_code(path: str, code: str) -> str:
    """A path with the code that tells by which edition somebody came."""
    return links.through(code, path) if code else path


def _has_prefix(path: str) -> bool:
    first = "/" + path[1:].partition("/")[0].partition("?")[0]
    return any(first == one.prefix for one in i18n.site().languages)


def _code(code_id: int | None) -> str:
    return (db.session().scalar(select(Code.code).where(Code.id == code_id)) or "") if code_id else ""


def _as_html(made: Inserts, block: Block) -> str:
    if (one := made[block.line]) is None:
        return ""
    return personal.bare(render_template("newsletters/insert.html", one=one))


def _as_text(made: Inserts, block: Block) -> str:
    return personal.bare(plain.insert(one)) if (one := made[block.line]) else ""


def _field_html(name: str, otherwise: str) -> str:
    if name == "hotline":
        line = i18n.site().hotline
        return f'<a class="tel" href="tel:{line.number}">{line.shown}</a>'
    return slot(name, otherwise)


def _field_text(name: str, otherwise: str) -> str:
    return i18n.site().hotline.shown if name == "hotline" else slot(name, otherwise)


def _markup(html: str) -> Markup:
    return Markup(UNPRINTABLE.sub("", html))  # noqa: S704 (made by `marking`, which escapes what was typed)


def _one_line(text: str) -> str:
    return " ".join(text.split())
