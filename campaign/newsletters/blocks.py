"""Blocks: a line of its own such as `[[events place=3]]`, filled in when the newsletter is made. A closed list."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

BEGINS, ENDS = "[[", "]]"
MOST_EVENTS = 10
# A key with a value, which stands in quotation marks of any kind when it holds spaces; or the value alone.
PART = re.compile(r"""(?:([a-z]+)\s*=\s*)?(?:["“”„«]([^"“”„«»\n]{0,300})["“”»]|([^\s"“”„«»=\]]+))""")

QUOTES = re.compile('["“”„«»]')

KINDS: dict[str, frozenset[str]] = {
    "events": frozenset({"place", "language", "number"}),
    "pledge": frozenset({"address"}),
    "volunteers": frozenset(),
    "story": frozenset({"page"}),
    "picture": frozenset({"number", "alt"}),
    "button": frozenset({"to", "text"}),
}
ALONE = {"pledge": "address", "story": "page", "picture": "number", "button": "text"}  # what a value without key means
NEEDED = {
    "pledge": {"address": "[[pledge freedom]]"},
    "story": {"page": "[[story learn/signs]]"},
    "picture": {"number": '[[picture 3 alt="What it shows"]]'},
    "button": {"to": '[[button to=/events text="Come along"]]', "text": '[[button to=/events text="Come along"]]'},
}


@dataclass(frozen=True)
class Block:
    """One block as it was written: what it is, and its values by name. `line` counts from 1."""

    kind: str
    values: Mapping[str, str] = field(default_factory=dict)
    line: int = 0

    def number(self, name: str, otherwise: int = 0) -> int:
        """A value as a number; the caller has looked at it (`read` refuses others)."""
        return int(self.values.get(name, otherwise))


class Unreadable(Exception):
    """What is wrong with a block, in a sentence for whoever wrote it."""


def value(text: str) -> str:
    """A text as it can stand between quotation marks: with none of those that would end it."""
    return QUOTES.sub("'", text)


def read(written: str, line: int = 0) -> Block:
    """The block in a line. Raises Unreadable with a sentence."""
    text = written.strip()
    if not text.endswith(ENDS):
        raise Unreadable(
            f"A block stands on a line of its own and ends with {ENDS}. For the signs themselves write \\[[."
        )
    kind, _, rest = text[len(BEGINS) : -len(ENDS)].strip().partition(" ")
    if kind not in KINDS:
        raise Unreadable(f"There is no block “{kind[:40]}”. Known are {', '.join(KINDS)}.")
    return Block(kind, _checked(kind, _values(kind, rest.strip())), line)


def with_picture(line: str, number: int) -> str:
    """A line with a block that `read` takes for a picture, with the number of another one; all else as it stands."""
    begin, end = line.index(BEGINS) + len(BEGINS), line.rindex(ENDS)
    begin = line.index("picture", begin) + len("picture")
    there = next(part for part in PART.finditer(line[begin:end]) if (part[1] or ALONE["picture"]) == "number")
    place = there.span(2) if there[2] is not None else there.span(3)
    return f"{line[: begin + place[0]]}{number}{line[begin + place[1] :]}"


def _values(kind: str, rest: str) -> dict[str, str]:
    found: dict[str, str] = {}
    place = 0
    while place < len(rest):
        part = PART.match(rest, place)
        if part is None:
            raise Unreadable(f"This cannot be read in the block “{kind}”: {rest[place : place + 40]}")
        key = part[1] or ALONE.get(kind, "")
        if key not in KINDS[kind]:
            known = ", ".join(sorted(KINDS[kind])) or "nothing"
            raise Unreadable(f"The block “{kind}” does not know “{(part[1] or part[0])[:40]}”. It knows {known}.")
        if key in found:
            raise Unreadable(f"“{key}” stands twice in the block “{kind}”.")
        found[key] = (part[2] if part[2] is not None else part[3]).strip()
        place = part.end() + len(rest[part.end() :]) - len(rest[part.end() :].lstrip())
    return found


def _checked(kind: str, values: dict[str, str]) -> dict[str, str]:
    for name, example in NEEDED.get(kind, {}).items():
        if not values.get(name):
            raise Unreadable(f"The block “{kind}” needs more, such as {example}")
    for name in {"place", "number"} & set(values):
        if not (values[name].isascii() and values[name].isdecimal() and len(values[name]) < 10):
            raise Unreadable(f"“{name}” is a number in the block “{kind}”, such as 3.")
    if kind == "events" and not 0 < int(values.get("number", 1)) <= MOST_EVENTS:
        raise Unreadable(f"A newsletter lists 1 to {MOST_EVENTS} events.")
    return values
