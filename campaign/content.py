"""The campaign's words: `campaign.toml` and the pages beside it, each read once and checked."""

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from . import phrases
from .phrases import Phrases
from .settings import Mistake, read_campaign
from .text import markdown

PLACEHOLDER = re.compile(r"\{[a-z]+:?[a-z]*\}")
# Words that somebody trusts or agrees to: shown in a language only while a native speaker's review of them holds.
GUARDED = ("help", "safety", "privacy", "pledges/*", "when-told")


class State(StrEnum):
    """How far some words are in one language. English is what the others are made from, so it is always reviewed."""

    REVIEWED = "reviewed"
    UNREVIEWED = "unreviewed"
    STALE = "stale"
    MISSING = "missing"
    BROKEN = "broken"


@dataclass(frozen=True)
class Page:
    """One page of words in one language."""

    name: str
    language: str
    facts: dict[str, Any]
    source: str
    state: State
    numbers: dict[str, str]

    @property
    def draft(self) -> bool:
        """Whether it may be wrong: no native speaker has reviewed it, or the English has changed since."""
        return self.state in (State.UNREVIEWED, State.STALE)

    @property
    def title(self) -> str:
        """Its heading."""
        return str(self.facts["title"])

    @property
    def description(self) -> str:
        """One sentence for those who have not opened it yet."""
        return str(self.facts.get("description", ""))

    @property
    def sources(self) -> list[dict[str, str]]:
        """Where the facts on it can be read: `name` and `address` each. What is not written so is not shown."""
        given = self.facts.get("sources", [])
        return [one for one in given if _is_source(one)] if isinstance(given, list) else []

    @property
    def plain(self) -> str:
        """The words as they are written, with telephone numbers put in: for a file to copy from."""
        text = self.source
        for placeholder, link in self.numbers.items():
            text = text.replace(placeholder, re.sub(r"<[^>]+>", "", link))
        return f"{self.title}\n\n{text.strip()}\n"

    @cached_property
    def html(self) -> Markup:
        """The words as HTML: telephone numbers put in from their one place, links of the site in its language."""
        html = str(markdown(self.source))
        if self.language != "en":
            html = html.replace('href="/', f'href="/{self.language}/')
        for placeholder, link in self.numbers.items():
            html = html.replace(placeholder, link)
        return Markup(html)  # noqa: S704 (Markdown without HTML, and links that we built and escaped)


class Content:
    """The words of one campaign: the settings in `site`, and pages by name and language.

    `drafts` tells whether guarded words are shown before they are reviewed: in a demonstration, if the campaign likes.
    """

    def __init__(self, folder: Path, *, demo: bool = True) -> None:
        self.folder = folder
        self.site = read_campaign(folder / "campaign.toml")
        self.drafts = demo and self.site.review.drafts_in_demo
        self.numbers = {f"{{hotline:{line.key}}}": _call(line.number, line.shown) for line in self.site.hotlines}
        self.numbers["{emergency}"] = _call(self.site.emergency.number, self.site.emergency.number)
        self._pages: dict[tuple[str, str], Page] = {}

    def page(self, name: str, language: str) -> Page:
        """A page in this language; in English where it is not translated, cannot be read, or may not be shown yet.

        Raises OSError when there is no such page in English either.
        """
        key = (name, language)
        if key not in self._pages:
            self._pages[key] = self._find(name, language)
        return self._pages[key]

    @cached_property
    def pleas(self) -> list[Phrases]:
        """What a call for help reads like, in every language there is a file for: people write in their own."""
        found = []
        for path in sorted(self.folder.glob("*/pleas.toml")):
            try:
                found.append(phrases.read(path))
            except (Mistake, OSError):  # `campaign check` reports it; the other languages go on working
                continue
        return found

    def _find(self, name: str, language: str) -> Page:
        try:
            found = self.read(self._path(name, language), language)
        except Mistake:  # `campaign check` reports it; a reader gets the English words, or the number without words
            return self._wordless(name) if language == "en" else self.page(name, "en")
        except OSError:
            if language == "en":
                raise
            return self.page(name, "en")
        return found if self._may_show(found) else self.page(name, "en")

    def _may_show(self, page: Page) -> bool:
        return page.state is State.REVIEWED or self.drafts or not self.guards(page.name)

    def _wordless(self, name: str) -> Page:
        title = self.site.campaign.name["en"]
        return Page(name, "en", {"title": title, "promise": title}, "", State.BROKEN, self.numbers)

    def _path(self, name: str, language: str) -> Path:
        return self.folder / language / f"{name}.md"

    def guards(self, name: str) -> bool:
        """Whether this page must not be wrong, and so waits for a review in every other language."""
        return any(fnmatchcase(name, pattern) for pattern in (*GUARDED, *self.site.review.pages_too))

    def state(self, name: str, language: str) -> State:
        """How far a page is in a language, whether or not it may be shown."""
        try:
            return self.read(self._path(name, language), language).state
        except Mistake:
            return State.BROKEN
        except OSError:
            return State.MISSING

    def read(self, path: Path, language: str) -> Page:
        """One page. Raises Mistake when it is not as it should be, OSError when it is not there."""
        facts, source = split_front_matter(path)
        name = path.relative_to(self.folder / language).with_suffix("").as_posix()
        for placeholder in PLACEHOLDER.findall(source):
            if placeholder not in self.numbers and placeholder != "{retention}":
                raise Mistake(path, line_of(path, placeholder), f"nothing is known by the name {placeholder}")
        return Page(name, language, facts, source, self._judged(name, language, facts), self.numbers)

    def _judged(self, name: str, language: str, facts: dict[str, Any]) -> State:
        if language == "en":
            return State.REVIEWED
        try:
            current = facts.get("from") == fingerprint(self.page(name, "en"))
        except OSError:
            current = False
        if not current:
            return State.STALE
        return State.REVIEWED if facts.get("reviewed") is True else State.UNREVIEWED

    @cached_property
    def known(self) -> frozenset[str]:
        """The names of all pages of words: what is not among them has no address and stands in no menu."""
        return frozenset([*self.names(), *self.names("learn")])

    @cached_property
    def prints(self) -> frozenset[str]:
        """The designs that there are English words for: a campaign need not print anything."""
        return frozenset(path.stem for path in (self.folder / "en" / "print").glob("*.toml"))

    def lessons(self, language: str) -> list[Page]:
        """The pages below `learn/`, in the order that each states."""
        pages = [self.page(name, language) for name in self.names("learn")]
        return sorted(pages, key=lambda page: (self.page(page.name, "en").facts.get("order", 99), page.name))

    def sources(self, page: Page) -> list[dict[str, str]]:
        """The sources of a page: those of the English one, which its translations were made from."""
        return self.page(page.name, "en").sources

    def names(self, folder: str = "") -> list[str]:
        """The pages there are in English, in the content folder itself or one below it."""
        below = self.folder / "en" / folder
        return sorted(str((Path(folder) / path.stem).as_posix()) for path in below.glob("*.md"))


def _is_source(given: object) -> bool:
    fits = isinstance(given, dict) and set(given) == {"name", "address"}
    return fits and re.match(r"https?://\S+$", str(given["address"])) is not None  # type: ignore[index]


def fingerprint(page: Page) -> str:
    """Tells one version of an English page from another: what a translation's `from` must say."""
    said = [page.title, str(page.facts["promise"])] if "promise" in page.facts else [page.title]
    return mark_of(*said, page.source.strip())


def mark_of(*texts: str) -> str:
    """A short mark that changes when one of the texts does."""
    return sha256("\n".join(texts).encode()).hexdigest()[:12]


def split_front_matter(path: Path) -> tuple[dict[str, Any], str]:
    """The facts between the `+++` lines at the top of a page, and the Markdown below them."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise Mistake(path, line, "some characters cannot be read; save the file as UTF-8") from error
    parts = text.split("+++\n", 2)
    if len(parts) != 3 or parts[0].strip():
        raise Mistake(path, 1, "a page begins with facts between two lines of +++")
    try:
        facts = tomllib.loads(parts[1])
    except tomllib.TOMLDecodeError as error:
        said = re.search(r"line (\d+)", str(error))
        line = int(said[1]) + 1 if said else 1  # the facts begin on the second line
        raise Mistake(path, line, f"the facts at the top cannot be read: {error}") from error
    for needed in ("title", "promise") if path.parent.name == "pledges" else ("title",):
        if not isinstance(facts.get(needed), str) or not facts[needed].strip():
            raise Mistake(path, 1, f"the facts at the top need a {needed}")
    if raw := re.search(r"<[a-zA-Z/!]", parts[2]):
        raise Mistake(path, line_of(path, raw[0]), "HTML is not allowed in a page; write Markdown")
    return facts, parts[2]


def line_of(path: Path, text: str) -> int:
    """The line of a file on which a text stands first."""
    return path.read_text(encoding="utf-8").partition(text)[0].count("\n") + 1


def _call(number: str, shown: str) -> str:
    # `bdi` keeps the digits in order inside right-to-left text.
    return f'<a class="tel" href="tel:{escape(number)}"><bdi>{escape(shown)}</bdi></a>'
