"""Personal fields: a closed list, each with what stands in for it; put in once for each reader, worked out never.

A field that was read becomes a slot, made of signs that nobody can type (`text.clean` drops them). What is rendered is
cut at its slots once; what comes between is joined anew for each reader, and what was put in is not looked at again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import escape

FIELDS = {
    "name": "the name that somebody gave us",
    "first": "the first part of that name",
}
LONGEST = 60  # characters of what stands in
# As wide as a slip may be ({Name}, { name | friend }), so that none goes out as it was typed; `{{7*7}}` is no slip.
WRITTEN = re.compile(r"(?<![{$%\\])\{[^\S\n]*([A-Za-z][\w-]{0,30})[^\S\n]*(?:\|([^{}|\n]{0,200}))?\}(?!\})")
BEGIN, MIDDLE, END = "\ue000", "\ue001", "\ue002"
SLOT = re.compile(f"{BEGIN}([a-z_]+){MIDDLE}([^{END}]*){END}")
UNTYPED = re.compile(f"[{BEGIN}{MIDDLE}{END}]")


def bare(text: str) -> str:
    """The text without the signs that slots are made of."""
    return UNTYPED.sub("", text)


def slot(field: str, otherwise: str = "") -> str:
    """The place where a reader's own word will stand."""
    return f"{BEGIN}{field}{MIDDLE}{otherwise}{END}"


def trouble(field: str, otherwise: str | None) -> str:
    """What is wrong with a field as it was written; empty when nothing is."""
    if field == "hotline":
        return "" if otherwise is None else "The hotline needs nothing to stand in for it: write {hotline}."
    if field not in FIELDS:
        known = ", ".join(f"{{{one}|friend}}" for one in FIELDS)
        return f"There is no field {{{field}}}. Known are {known} and {{hotline}}. For the sign itself write \\{{."
    if not (otherwise or "").strip():
        return f"Say what stands there for somebody whose name we do not know: {{{field}|friend}}."
    return f"What stands in has at most {LONGEST} characters." if len(otherwise or "") > LONGEST else ""


def in_line(text: str) -> tuple[str, list[str]]:
    """A line of plain text with slots for its fields, and what is wrong with it."""
    wrong: list[str] = []

    def put(found: re.Match[str]) -> str:
        field, otherwise = found[1], found[2]
        if (said := trouble(field, otherwise)) or field == "hotline":
            wrong.append(said or "The hotline stands at the end of every newsletter; it has no place in this line.")
            return found[0]
        return slot(field, (otherwise or "").strip())

    return WRITTEN.sub(put, bare(text)), wrong


@dataclass(frozen=True)
class Cut:
    """A text cut at its slots: what stands between them, and each slot's field and what stands in for it."""

    pieces: tuple[str, ...]
    slots: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, text: str) -> "Cut":
        """Cut a text."""
        parts = SLOT.split(text)
        return cls(tuple(parts[0::3]), tuple(zip(parts[1::3], parts[2::3], strict=True)))

    def filled(self, values: Mapping[str, str]) -> str:
        """The text for somebody: the values as they are, once."""
        out = [self.pieces[0]]
        for (field, otherwise), piece in zip(self.slots, self.pieces[1:], strict=True):
            out += (values.get(field) or otherwise, piece)
        return "".join(out)


def escaped(values: Mapping[str, str]) -> dict[str, str]:
    """The values as they stand in HTML."""
    return {field: str(escape(value)) for field, value in values.items()}
