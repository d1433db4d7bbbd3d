"""What strangers type: the strings of corpus.toml, all of them or a sample that can be drawn again by its seed."""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from random import Random
from secrets import randbits
from typing import Any
from urllib.parse import quote, unquote

from campaign.text import UNREADABLE, clean

CLASSES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("corpus.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Hostile:
    """One of them: its class, what is typed, and the bytes that go over the wire for it."""

    kind: str
    text: str
    wire: str

    def __str__(self) -> str:
        return f"{self.kind}: {ascii(self.text)[:60]}"


def everything() -> list[Hostile]:
    """Every string of every class, in the file's order."""
    return [one for kind in CLASSES for one in of_class(kind)]


def of_class(kind: str) -> list[Hostile]:
    """The strings of one class."""
    said = CLASSES[kind]
    typed = [*said.get("strings", []), *(text * times for text, times in said.get("repeated", []))]
    bare = [Hostile(kind, unquote(raw), raw) for raw in said.get("wire", [])]
    return [Hostile(kind, text, quote(text, safe="")) for text in typed] + bare


def some(number: int) -> list[Hostile]:
    """So many of them; all when there are not that many. The seed is printed, and `SEED=` draws the same again."""
    found = everything()
    seed = int(os.environ.get("SEED") or randbits(32))
    print(f"SEED={seed}")
    return Random(seed).sample(found, number) if number < len(found) else found


def typed(one: Hostile) -> str:
    """What arrives of it when it is typed into a field, cleaned as the site cleans what it takes."""
    return clean(UNREADABLE.sub("", one.text), lines=True)
