"""The text part of a letter: what Markdown and blocks say, as it reads well without any of them."""

from collections.abc import Callable, Sequence
from typing import Any

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from . import personal
from .inserts import Insert
from .marking import Marked

Field = Callable[[str, str], str]
Node = SyntaxTreeNode


class Plain:
    """Says a text in plain lines. `insert` gives a block as lines, `address` makes a link whole, `field` a field."""

    def __init__(self, insert: Callable[[Any], str], address: Callable[[str], str], field: Field) -> None:
        self.insert, self.address, self.field = insert, address, field
        self._known: dict[str, Callable[[Node], str]] = {
            "block": self._insert,
            "bullet_list": self._list,
            "ordered_list": self._list,
            "heading": self._heading,
            "blockquote": self._blockquote,
            "fence": self._code,
            "code_block": self._code,
            "hr": lambda _node: "* * *",
            "table": self._table,
        }

    def say(self, marked: Marked) -> str:
        """The whole text."""
        return self._blocks(SyntaxTreeNode(marked.tokens).children)

    def _blocks(self, nodes: Sequence[Node], between: str = "\n\n") -> str:
        return between.join(filter(None, (self._block(one) for one in nodes)))

    def _block(self, node: Node) -> str:
        if (say := self._known.get(node.type)) is not None:
            return say(node)
        return self._line(node) if node.type == "inline" else self._blocks(node.children)

    def _insert(self, node: Node) -> str:
        block = node.meta["block"]
        return self.insert(block) if block else node.content

    def _heading(self, node: Node) -> str:
        words = self._line(node.children[0]) if node.children else ""
        return f"{words}\n{'=' * _ruler(words)}" if node.tag in ("h1", "h2") else f"{words}\n---"

    def _blockquote(self, node: Node) -> str:
        return _indented(self._blocks(node.children), "> ", "> ")

    def _code(self, node: Node) -> str:
        return _indented(node.content.rstrip("\n"), "    ", "    ")

    def _table(self, node: Node) -> str:
        rows = [row for part in node.children for row in part.children]
        return "\n".join(" | ".join(self._blocks(cell.children) for cell in row.children) for row in rows)

    def _list(self, node: Node) -> str:
        first = int(node.attrs.get("start", 1))
        tight = all(child.hidden for item in node.children for child in item.children if child.type == "paragraph")
        marks = [f"{first + place}. " if node.type == "ordered_list" else "- " for place in range(len(node.children))]
        items = [
            _indented(self._blocks(item.children, "\n" if tight else "\n\n"), mark, " " * len(mark))
            for mark, item in zip(marks, node.children, strict=True)
        ]
        return ("\n" if tight else "\n\n").join(items)

    def _line(self, node: Node) -> str:
        return "".join(self._inline(one) for one in node.children)

    def _inline(self, node: Node) -> str:
        if node.type == "field":
            return self._field(node)
        if node.type in ("softbreak", "hardbreak"):
            return " " if node.type == "softbreak" else "\n"
        if node.type == "link":
            return self._link(node)
        if node.children:
            return self._line(node)
        return node.content

    def _field(self, node: Node) -> str:
        name, otherwise = node.content, node.meta["otherwise"]
        if personal.trouble(name, otherwise):
            return f"{{{name}}}"
        return self.field(name, (otherwise or "").strip())

    def _link(self, node: Node) -> str:
        words, to = self._line(node), str(node.attrs.get("href", ""))
        opening: Token | None = node.nester_tokens.opening if node.nester_tokens else None
        if opening is None or not opening.meta.get("safe"):
            return words
        whole = self.address(to).removeprefix("mailto:")
        return whole if words in (to, whole) else f"{words} ({whole})"


def insert(one: Insert) -> str:
    """A block as lines."""
    heading = f"{one.heading}\n{'=' * _ruler(one.heading)}" if one.heading else ""
    items = ["\n".join(filter(None, (item.title, *item.lines, item.address))) for item in one.items]
    picture = f"[{one.picture.alt}]" if one.picture else ""
    button = f"{one.button[0]}:\n{one.button[1]}" if one.button else ""
    return "\n\n".join(filter(None, (heading, picture, one.words, *items, button)))


def _indented(text: str, first: str, others: str) -> str:
    lines = text.split("\n")
    rest = [f"{others}{line}".rstrip() for line in lines[1:]]
    return "\n".join([f"{first}{lines[0]}", *rest])


def _ruler(words: str) -> int:
    """How long the line below a heading is: letters of Chinese and Korean take two columns."""
    shown = personal.SLOT.sub(lambda found: found[2], words)
    return max(3, min(60, sum(2 if ord(letter) > 0x1100 else 1 for letter in shown)))
