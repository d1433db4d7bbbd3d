"""What staff write in Markdown: read into parts, with what is wrong and on which line; script and HTML are text."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markupsafe import escape

from ..text import UNPRINTABLE, cell_of_table, fence, heading, ready
from . import blocks, personal
from .blocks import Block, Unreadable

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
TAKEN = ("https:", "http:", "mailto:")
WRONG_SCHEME = (
    "A link cannot begin with {scheme}: it could do harm, or lead nowhere in a letter. "
    "Use https:// or a path such as /events."
)
# Browsers take a backslash for a stroke and leave control characters out, so an address with them leads elsewhere.
ODD = re.compile(r"[\\\x00-\x1f\x7f-\x9f]")
Insert = Callable[[Block], str]
Address = Callable[[str], str]


@dataclass(frozen=True)
class Problem:
    """Something that must be mended, in a sentence; `line` of the text, from 1 (0: none in particular)."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.what}" if self.line else self.what


@dataclass(frozen=True)
class Link:
    """A link as it was written."""

    to: str
    line: int


class Marked:
    """A text that was read: its tokens, what is wrong with it, its links and blocks."""

    def __init__(self, source: str) -> None:
        self.source = personal.bare(source)
        self.problems: list[Problem] = []
        self.links: list[Link] = []
        self.blocks: list[Block] = []
        self.tokens: list[Token] = _reader.parse(self.source)
        for token in self.tokens:
            for one in (token, *(token.children or ())):
                one.content = UNPRINTABLE.sub("", personal.bare(one.content))  # &#xE000; has become a sign by now
            line = (token.map or [0])[0] + 1
            if token.type == "block":
                self._take_block(token, line)
            if token.type == "inline":
                self._look_at(token.children or (), line)

    def _take_block(self, token: Token, line: int) -> None:
        try:
            block = token.meta["block"] = blocks.read(token.content, line)
            self.blocks.append(block)
            if block.kind == "button":
                self._take_link(block.values["to"], line)
        except Unreadable as error:
            token.meta["block"] = None
            self.problems.append(Problem(line, str(error)))

    def _look_at(self, children: Sequence[Token], line: int) -> None:
        for child in children:
            if child.type in ("softbreak", "hardbreak"):
                line += 1
            elif child.type == "field" and (wrong := personal.trouble(child.content, child.meta["otherwise"])):
                self.problems.append(Problem(line, wrong))
            elif child.type == "link_open":
                child.meta["safe"] = self._take_link(str(child.attrGet("href")), line)
            elif child.type == "text" and child.content.endswith("!") and _before_link(children, child):
                self.problems.append(
                    Problem(line, "Send the picture below first, then put it in as a block [[picture …]].")
                )

    def _take_link(self, to: str, line: int) -> bool:
        if wrong := trouble_of(to):
            self.problems.append(Problem(line, wrong))
            return False
        self.links.append(Link(to, line))
        return True

    @cached_property
    def paragraphs(self) -> list[str]:
        """The source of each part that stands by itself, in their order: what a translation is compared by."""
        lines, found = self.source.split("\n"), []
        for token in self.tokens:
            if token.level == 0 and token.map and token.nesting >= 0:
                part = "\n".join(lines[token.map[0] : token.map[1]]).strip()
                found += [part] if part else []
        return found

    @cached_property
    def said(self) -> list[str]:
        """What its readers read as words, part by part: without the addresses that links lead to."""
        return [words for token in self.tokens if (words := _said(token))]

    def html(self, insert: Insert, address: Address, field: Callable[[str, str], str]) -> str:
        """As HTML. `insert` fills a block in, `address` makes a link whole, `field` says what stands for a field."""
        return str(_reader.renderer.render(self.tokens, _reader.options, _env(insert, address, field)))


def _said(token: Token) -> str:
    if token.type == "inline":
        return "".join(_said(child) for child in token.children or ())
    if token.type == "block":
        block: Block | None = token.meta["block"]
        return " / ".join(block.values.get(name, "") for name in ("text", "alt")) if block else token.content
    if token.type == "field":
        return token.meta["otherwise"] or ""
    return "\n" if token.type in ("softbreak", "hardbreak") else token.content


def _env(insert: Insert, address: Address, field: Callable[[str, str], str]) -> dict[str, Any]:
    return {"insert": insert, "address": address, "field": field}


def _before_link(children: Sequence[Token], child: Token) -> bool:
    place = next(index for index, one in enumerate(children) if one is child) + 1
    return place < len(children) and children[place].type == "link_open"


def trouble_of(to: str) -> str:
    """What is wrong with where a link leads, in a sentence; empty when it may stand."""
    if "{" in to or "%7B" in to:
        return "No personal field can stand in an address."
    if ODD.search(to):
        return "No backslash and no control character can stand in an address."
    if SCHEME.match(to):
        if to.lower().startswith(TAKEN):
            return ""
        scheme = to.partition(":")[0].lower()[:20]
        return WRONG_SCHEME.format(scheme=scheme)
    if to.startswith("/") and not to.startswith(("//", "/\\", "/%5C")):
        return ""
    return "A link leads to https://… or to a page of this site, such as /events."


def _block(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    """A line that begins with [[: a block, whatever stands around it."""
    begin, stop = state.bMarks[start] + state.tShift[start], state.eMarks[start]
    if state.is_code_block(start) or not state.src.startswith(blocks.BEGINS, begin, stop):
        return False
    if silent:
        return True
    token = state.push("block", "", 0)
    token.content, token.map = state.src[begin:stop], [start, start + 1]
    state.line = start + 1
    return True


def _field(state: StateInline, silent: bool) -> bool:
    """A personal field; what only looks like one a little is text."""
    found = personal.WRITTEN.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        token = state.push("field", "", 0)
        token.content, token.meta = found[1], {"otherwise": found[2]}
    state.pos = found.end()
    return True


def _render_block(_self: object, tokens: Sequence[Token], index: int, _options: object, env: Any) -> str:
    block = tokens[index].meta["block"]
    return env["insert"](block) if block else f"<p>{escape(tokens[index].content)}</p>\n"


def _render_field(_self: object, tokens: Sequence[Token], index: int, _options: object, env: Any) -> str:
    name, otherwise = tokens[index].content, tokens[index].meta["otherwise"]
    if personal.trouble(name, otherwise):
        return str(escape(f"{{{name}}}"))
    return str(env["field"](name, str(escape((otherwise or "").strip()))))


def _render_link(renderer: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    token = tokens[index]
    if token.nesting < 0:
        return str(renderer.renderToken(tokens, index, options, env))
    to = env["address"](str(token.attrGet("href"))) if token.meta.get("safe") else "#"
    token = Token("link_open", "a", 1, attrs={"href": to})
    return str(renderer.renderToken([token], 0, options, env))


def _any_link(url: str) -> bool:
    """Markdown's own check would leave a bad link as text, without a word: `trouble_of` says what is wrong with it."""
    return bool(url)


def _made() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
    made.validateLink = _any_link  # type: ignore[method-assign]
    made.block.ruler.before("table", "block", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    made.inline.ruler.push("field", _field)
    for name, rule in (("block", _render_block), ("field", _render_field), ("link_open", _render_link)):
        made.add_render_rule(name, rule)
    # As on every page of ours: no class, no style, and one h1, which is the subject here.
    for name, shared in (("fence", fence), ("heading_open", heading), ("heading_close", heading)):
        made.add_render_rule(name, shared)
    for name in ("th_open", "td_open"):
        made.add_render_rule(name, cell_of_table)
    return ready(made)


_reader = _made()
