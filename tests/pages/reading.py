"""How hard a page is to read, for English alone: the formulas do not carry over to other languages."""

import re
from functools import cache

import readability
from markdown_it import MarkdownIt

SENTENCE = re.compile(r"(?<=[.!?:])\s+")


def grade(source: str) -> float:
    """The Flesch-Kincaid grade of a page in Markdown: the school year in which most can read it."""
    said = [" ".join(_words(one)) for block in _blocks(source) for one in SENTENCE.split(block) if _words(one)]
    return float(readability.getmeasures("\n".join(said), lang="en")["readability grades"]["Kincaid"])


def _words(text: str) -> list[str]:
    return re.findall(r"[A-Za-z]+(?:['’-][A-Za-z]+)*", text)


def _blocks(source: str) -> list[str]:
    """Paragraphs, headings, items and cells as a reader sees them, without the telephone numbers."""
    tokens = _reader().parse(re.sub(r"\{[a-z:]+\}", "", source))
    return ["".join(part.content or " " for part in one.children or []) for one in tokens if one.type == "inline"]


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")
