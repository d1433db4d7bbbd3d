"""Looking at what came out: each function says in words what is wrong, and nothing when all is well."""

import csv
import re
from collections.abc import Iterator
from email.message import EmailMessage
from hashlib import sha256
from io import StringIO
from typing import Any
from urllib.parse import urljoin, urlsplit

from justhtml import JustHTML
from werkzeug.test import TestResponse

from tests.visitor import Page

Step = tuple[str, str, tuple[str, ...]]
SCHEMES = ("", "http", "https", "mailto", "tel", "sms", "webcal")
LEADING = ("href", "src", "action", "formaction", "data", "poster", "srcset", "xlink:href", "cite", "background")
FORMULA = re.compile("[=+\\-@\t\r\n|%\uff1d\uff0b\uff0d\uff20]")
# What staff may write in Markdown, and the attributes that it makes.
MARKDOWN = {"p", "em", "strong", "a", "ul", "ol", "li", "code", "pre", "blockquote", "hr", "br"}
MARKDOWN |= {"h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"}
MARKDOWN_ATTRIBUTES = {"href", "rel", "title", "start", "class", "style"}  # the last in letters; on pages none may be
WRITTEN = ("pledge-words", "event-words", "letter-words")  # regions of a page in which somebody's Markdown stands


def grammar(tree: Any) -> set[Step]:
    """How a page is built: every element with its class below its parent with its own, and the attributes it has."""
    return set(_steps(tree.query("html")[0], "", written=False))


def _steps(node: Any, above: str, *, written: bool) -> Iterator[Step]:
    name = _name(node)
    if written:
        strange = set(node.attrs) - MARKDOWN_ATTRIBUTES
        if node.name not in MARKDOWN or strange:
            yield above, name, tuple(sorted(node.attrs))
    else:
        yield above, name, tuple(sorted(node.attrs))
    inside = written or any(one in WRITTEN for one in (node.attrs.get("class") or "").split())
    for child in node.children or ():
        if not child.name.startswith("#") and child.name != "!doctype":
            deeper = inside and not (child.attrs.get("class") or "").startswith("voice")
            yield from _steps(child, "written" if deeper else name, written=deeper)


def _name(node: Any) -> str:
    return f"{node.name}.{node.attrs.get('class') or ''}".rstrip(".")


def dangerous_addresses(tree: Any, base: str) -> list[str]:
    """Addresses on the page that run something, as a browser reads them."""
    found = []
    for node in tree.query("*"):
        for name in LEADING:
            if (value := node.attrs.get(name)) is not None and scheme(value) not in SCHEMES:
                found.append(f"{base}: {node.to_html()[:200]}")
    return found


_looked: dict[tuple[str, str, bytes], tuple[set[Step], list[str]]] = {}


def look(answer: TestResponse) -> tuple[set[Step], list[str]]:
    """How the page that an answer brings is built, and its dangerous addresses; nothing when it brings none.

    It must be a page as every page of ours is. What was looked at before, word for word, is not looked at again: most
    of what hostile strings are answered is the same few pages.
    """
    if answer.mimetype != "text/html" or not answer.data or answer.location:
        return set(), []
    path = answer.request.root_path + answer.request.path
    key = path, answer.headers.get("Content-Security-Policy", ""), sha256(answer.data).digest()
    if key not in _looked:
        tree = Page(answer, path).tree
        _looked[key] = grammar(tree), dangerous_addresses(tree, path)
    return _looked[key]


def browsed(address: str) -> str:
    """An address as a browser takes it (WHATWG URL): no controls, backslashes are slashes, many slashes are two."""
    text = re.sub(r"[\t\n\r]", "", address.strip("".join(map(chr, range(33)))))
    head = re.match(r"(?:[a-zA-Z][a-zA-Z0-9+.\-]*:)?", text)
    assert head is not None
    path, mark, rest = text[head.end() :].partition("?")
    if head[0].lower() in ("", "http:", "https:"):
        path = path.replace("\\", "/")
        if head[0] or path.startswith("//"):
            path = "//" + path.lstrip("/")
    return head[0] + path + mark + rest


def scheme(address: str) -> str:
    """The scheme of an address, as a browser takes it; empty when it is relative."""
    found = re.match(r"([a-zA-Z][a-zA-Z0-9+.\-]*):", browsed(address))
    return found[1].lower() if found else ""


def leads_off(location: str | None, base: str = "http://localhost/") -> bool:
    """Whether a browser that stands at `base` would leave the site when sent to this place."""
    if location is None:
        return False
    target, home = urlsplit(urljoin(base, browsed(location))), urlsplit(base)
    return (target.scheme, target.netloc) != (home.scheme, home.netloc)


def faults_of_table(text: str) -> list[str]:
    """What a spreadsheet would make of a table that it should not: formulas, rows of another length."""
    rows = list(csv.reader(StringIO(text.removeprefix("\ufeff"), newline="")))
    found = [f"a row of {len(row)} cells, not {len(rows[0])}" for row in rows if len(row) != len(rows[0])]
    return found + [f"a formula: {cell[:60]!r}" for row in rows for cell in row if cell and FORMULA.match(cell)]


def faults_of_letter(letter: EmailMessage, to: str, hosts: set[str]) -> list[str]:
    """What a letter must never be: for others too, of another shape, with something to load, with foreign links."""
    found = []
    if [one.addr_spec for one in letter["To"].addresses] != [to] or len(letter.get_all("To", [])) != 1:
        found.append(f"it goes to {letter['To']}")
    if strange := {name.lower() for name in letter.keys()} - HEADERS:  # noqa: SIM118 (a letter repeats its keys)
        found.append(f"headers {sorted(strange)}")
    if any(len(letter.get_all(name, [])) > 1 for name in HEADERS):
        found.append("a header stands twice")
    if letter.defects or [part.get_content_type() for part in letter.walk()] not in PARTS:
        found.append(f"parts {[part.get_content_type() for part in letter.walk()]} {letter.defects}")
        return found
    plain, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain is not None and html is not None
    links = re.findall(r"https?://[^\s<>]+", str(letter.get("List-Unsubscribe", "")))
    return found + faults_of_html(str(html.get_content()), links, hosts)


HEADERS = {"from", "to", "subject", "date", "message-id", "auto-submitted", "list-unsubscribe", "list-unsubscribe-post"}
HEADERS |= {"mime-version", "content-type", "content-language"}
ALONE = ["multipart/alternative", "text/plain", "text/html"]
# The second brings what is kept of somebody, the third the entry for a calendar.
PARTS = (ALONE, ["multipart/mixed", *ALONE, "text/html", "text/json"], ["multipart/mixed", *ALONE, "text/calendar"])
QUIET = {"html", "head", "meta", "title", "body", "div", "h1", "h2", "p", "a", "hr", "br", "ul", "ol", "li", "strong"}
QUIET |= {"em", "span", "h3", "blockquote", "code", "pre"}  # what Markdown makes, where staff may write it


def faults_of_html(html: str, links: list[str], hosts: set[str]) -> list[str]:
    """What does not belong into the HTML of a letter: pictures, scripts, anything loaded, links to others."""
    tree: Any = JustHTML(html, strict=True, sanitize=False)
    found = [f"an element {node.name}" for node in tree.query("*") if node.name not in QUIET]
    for node in tree.query("*"):
        if "url(" in (node.attrs.get("style") or "") or {"src", "background", "srcset"} & set(node.attrs):
            found.append(f"something to load: {node.to_html()[:120]}")
        found += [f"an attribute {name}" for name in node.attrs if name.startswith("on")]
    links = links + [node.attrs.get("href") or "" for node in tree.query("a")]
    return found + [f"a link to {link}" for link in links if urlsplit(link).netloc not in hosts]


def faults_of_policy(policy: str, *, framable: bool = False) -> list[str]:
    """What a content security policy must not leave open. Our own rules, after CSP Level 3 and its known bypasses."""
    parts = [part.split() for part in policy.split(";") if part.strip()]
    names = [part[0].lower() for part in parts]
    said = {part[0].lower(): part[1:] for part in parts}
    found = [f"{name} stands twice" for name in set(names) if names.count(name) > 1]
    for name, sources in said.items():
        for source in sources:
            if source == "*" and name == "frame-ancestors" and framable:
                continue
            if source.lower() not in ALLOWED | ({"data:"} if name == "img-src" else set()):
                found.append(f"{name} allows {source}")
        if "'none'" in sources and len(sources) > 1:
            found.append(f"{name} says none and something else")
    found += [f"{name} is missing" for name in ("default-src", "base-uri", "form-action") if not said.get(name)]
    if said.get("default-src") != ["'none'"] or said.get("object-src", ["'none'"]) != ["'none'"]:
        found.append("what is not named is allowed")
    if not framable and said.get("frame-ancestors") != ["'none'"]:
        found.append("others may frame it")
    return found


ALLOWED = {"'none'", "'self'"}  # no unsafe-*, no wildcard, no scheme, no host, no nonce that a cache would repeat
