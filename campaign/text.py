"""Words as people type them: cleaned, made into slugs, and Markdown made into safe HTML."""

import re
import unicodedata

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
UNREADABLE = re.compile("[\x00\ufffd]")
# Control characters and noncharacters, which the HTML Standard (13.2.3.5) does not allow in a page.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
FORMULA = tuple("=+-@\t\r\n|%＝＋－＠")


def clean(text: str, *, lines: bool = False) -> str:
    """The text in NFC, without control, zero-width or direction characters, with single spaces.

    With `lines` the line breaks stay, never more than two together. Direction characters are dropped because
    they can make a name read as something else (Unicode Technical Report 36).
    """
    if text.isascii() and text.isprintable():  # as most text is; the long way round says the same
        return re.sub("  +", " ", text).strip()
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    keep = "\n" if lines else ""
    text = "".join(" " if c in "\t\n" and c not in keep else c for c in text if _visible(c))
    text = re.sub(r"[^\S\n]+", " ", text)
    return re.sub(r" ?\n ?", "\n", re.sub(r"\n{3,}", "\n\n", text)).strip()


def _visible(character: str) -> bool:
    return character in "\t\n" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def fold(text: str) -> str:
    """The form under which two spellings of one name count as the same: NFKC, no case, no spaces or signs.

    Marks stay: in Thai and Vietnamese they tell one name from another.
    """
    plain = unicodedata.normalize("NFKC", clean(text)).casefold()
    if plain.isascii():
        return "".join(filter(str.isalnum, plain))
    return "".join(c for c in plain if c.isalnum() or unicodedata.category(c).startswith("M"))


def mixes_scripts(text: str) -> bool:
    """Whether Latin letters stand beside look-alikes from Cyrillic or Greek (Unicode Technical Standard 39)."""
    scripts = {unicodedata.name(c, "").partition(" ")[0] for c in text if c.isalpha()}
    return "LATIN" in scripts and bool(scripts & {"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE"})


def printable(html: str) -> Markup:
    """This HTML without the signs that no page may hold."""
    return Markup(UNPRINTABLE.sub("", html))  # noqa: S704 (it was HTML before; only signs are taken away)


def cell(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula (OWASP, CSV injection: the wide signs too)."""
    return f"'{text}" if text.startswith(FORMULA) else text


def is_slug(text: str) -> bool:
    """Whether this can be the last part of an address."""
    return len(text) <= 60 and bool(SLUG.fullmatch(text))


def slug_of(text: str) -> str:
    """The last part of an address made from a name: its Latin letters and digits; empty when it has none."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def markdown(text: str) -> Markup:
    """Safe HTML: CommonMark without raw HTML, pictures or dangerous links; links off the site tell nobody."""
    return Markup(_renderer.render(text))  # noqa: S704 (html is off: markdown-it escapes what is typed)


def linked(text: str, address: str) -> Markup:
    """The text as HTML, a link where this web address stands in it; the page there does not learn where one was."""
    if not address.startswith(("http://", "https://")) or address not in text:
        return escape(text)
    before, _, after = text.partition(address)
    link = Markup('<a href="{0}" rel="noopener noreferrer">{0}</a>').format(address)
    return escape(before) + link + escape(after)


def _link_open(renderer: object, tokens: list, index: int, options: object, env: object) -> str:  # type: ignore[type-arg]
    token = tokens[index]
    token.attrs.pop("title", None)  # no phone shows it, and a link says itself where it leads
    if str(token.attrGet("href")).startswith(("http:", "https:")):
        token.attrSet("rel", "noreferrer")
    return renderer.renderToken(tokens, index, options, env)  # type: ignore[attr-defined, no-any-return]


def fence(renderer: object, tokens: list, index: int, options: object, env: object) -> str:  # type: ignore[type-arg]
    """Code is not coloured here, so the language that is named with it would become a class for nothing."""
    tokens[index].info = ""
    return renderer.fence(tokens, index, options, env)  # type: ignore[attr-defined, no-any-return]


def heading(renderer: object, tokens: list, index: int, options: object, env: object) -> str:  # type: ignore[type-arg]
    """A page has one h1, its own: the largest heading that is written for it is the next one down."""
    if tokens[index].tag == "h1":
        tokens[index].tag = "h2"
    return renderer.renderToken(tokens, index, options, env)  # type: ignore[attr-defined, no-any-return]


def cell_of_table(renderer: object, tokens: list, index: int, options: object, env: object) -> str:  # type: ignore[type-arg]
    """A cell stands where its column does: a style in a page is what our Content-Security-Policy forbids."""
    tokens[index].attrs.pop("style", None)
    return renderer.renderToken(tokens, index, options, env)  # type: ignore[attr-defined, no-any-return]


def ready(made: MarkdownIt) -> MarkdownIt:
    """The same, used once: it builds its tables at first use and shows them half built to whoever comes second.

    Then one of two first visitors at once got an error, or a page without its links.
    """
    made.parse("[a](/b) <https://example.org/%41>")
    return made


_renderer = ready(MarkdownIt("commonmark", {"html": False}).enable("table").disable("image"))
_renderer.add_render_rule("link_open", _link_open)
_renderer.add_render_rule("fence", fence)
_renderer.add_render_rule("heading_open", heading)
_renderer.add_render_rule("heading_close", heading)
_renderer.add_render_rule("th_open", cell_of_table)
_renderer.add_render_rule("td_open", cell_of_table)
