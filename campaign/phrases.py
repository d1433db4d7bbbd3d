"""Phrases that staff can read and change, and the search for them in what people type.

A phrase is words in a row. `(a|b c)` is either, `[a]` may be left out, `…` is up to five words in between, `word*` is
every word that begins so, `<boss>` is a list of words named below `[words]`, `^` and `$` are the beginning and the end
of the text. Case, accents and signs do not count. In Thai, Chinese and Korean, where spaces say little, a phrase is a
piece of text and `…` is up to ten characters. With `accents = true` they do count in texts that are written with them,
as in Vietnamese, where they make other words.

What no phrase says, several `[hints]` may: words in the same notation (but `…`, `^`, `$`; `*` alone is any word) that
give points or take them, once in a stretch of text, or with `each = true` once for every word of theirs that stands in
it. Where all comes to twenty-two, or to what `enough` says, the text is found. A phrase is worth sixteen then; in a
file without hints it is enough.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from .hints import ENOUGH, Branch, Hints
from .notation import Script, Words, first_words, is_beyond_ascii, meaningless, pattern, plainly, rows
from .settings import Mistake

MOST_READ = 6_000  # characters of a text that are looked at; a field of ours takes less
MOST_ROWS = 4_000  # that one hint may come to with all its alternatives


WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Search:
    """Phrases by the word that they begin with, so that few are tried at each, and those that may begin anywhere."""

    by_word: Mapping[str, Sequence[re.Pattern[str]]]
    anywhere: re.Pattern[str] | None

    def starts(self, plain: str) -> Iterator[int]:
        """Where phrases stand."""
        for word in WORD.finditer(plain) if self.by_word else ():
            if any(one.match(plain, word.start()) for one in self.by_word.get(word[0], ())):
                yield word.start()
        if self.anywhere:
            yield from (found.start() for found in self.anywhere.finditer(plain))


@dataclass(frozen=True)
class Phrases:
    """What to find, and what to overlook first, in one language, written in one way."""

    wanted: Search
    innocent: re.Pattern[str] | None
    script: Script
    hints: Hints | None = None
    accented: "Phrases | None" = None  # the same for texts with accents, where these tell words apart
    in_ascii: "Phrases | None" = None  # the same without what cannot stand in a text of ASCII alone

    def found_in(self, text: str) -> bool:
        """Whether one of the phrases stands in the text, outside of what is innocent, or enough hints do."""
        return any_found_in(text, [self])

    def chosen_for(self, *, accents: bool, in_ascii: bool) -> "Phrases":
        """Those to look for in a text that is written so."""
        return (self.accented if accents else None) or (self.in_ascii if in_ascii else None) or self

    def stand_in(self, plain: str) -> bool:
        """The same for a text that was made plain already."""
        if self.innocent:
            plain = self.innocent.sub(" " if self.script is not Script.TIGHT else "\n", plain)
        starts = self.wanted.starts(plain)
        return any(True for _ in starts) if self.hints is None else self.hints.enough_in(plain, starts)


def any_found_in(text: str, languages: Iterable[Phrases]) -> bool:
    """Whether a phrase of any of these languages stands in the text, which is made plain once in each way."""
    if not text:
        return False
    text = text[:MOST_READ]
    accents = _has_accents(text)
    plain = {script: plainly(text, script) for script in Script if accents or script is not Script.ACCENTED}
    chosen = (one.chosen_for(accents=accents, in_ascii=text.isascii()) for one in languages)
    return any(one.stand_in(plain[one.script]) for one in chosen)


def _has_accents(text: str) -> bool:
    """Whether its writer sets accents: every third word has one."""
    words = text.split()
    return sum(not word.isascii() for word in words) * 3 >= len(words) > 0


def read(path: Path) -> Phrases:
    """The phrases of a file. Raises Mistake with the line of one that means nothing, OSError when it is not there."""
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=50)
def _read(path: Path, _changed: int) -> Phrases:
    return _understood(_Written(path.read_text(encoding="utf-8"), path))


@dataclass(frozen=True)
class _Written:
    """What a file says; the same words elsewhere are the same."""

    text: str
    path: Path = field(compare=False)


@lru_cache(maxsize=50)
def _understood(written: _Written) -> Phrases:
    text, path = written.text, written.path
    try:
        facts = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = re.search(r"line (\d+)", str(error))
        raise Mistake(path, int(said[1]) if said else 1, str(error)) from error
    words = facts.get("words", {})
    for phrase in (*_listed(path, facts, "phrases"), *facts.get("innocent", []), *_in_hints(path, text, facts)):
        if unknown := meaningless(phrase, words):
            raise Mistake(path, _line(text, phrase), f"{phrase!r} is no phrase: {unknown} means nothing")
    if not facts["phrases"]:
        raise Mistake(path, 1, "there is no phrase in it")
    if facts.get("accents", False):
        accented = _phrases(path, text, facts, Script.ACCENTED)
        return replace(_phrases(path, text, facts, Script.SPACED), accented=accented)
    if facts.get("without_spaces", False):
        in_ascii = _phrases(path, text, _sayable_in_ascii(facts), Script.TIGHT)
        return replace(_phrases(path, text, facts, Script.TIGHT), in_ascii=in_ascii)
    return _phrases(path, text, facts, Script.SPACED)


def _sayable_in_ascii(facts: dict[str, Any]) -> dict[str, Any]:
    """What of a file can stand in a text of ASCII alone."""
    words = facts.get("words", {})

    def kept(phrases: list[str]) -> list[str]:
        return [one for one in phrases if not is_beyond_ascii(one, words, Script.TIGHT)]

    hints = {name: {**hint, "words": kept(hint["words"])} for name, hint in facts.get("hints", {}).items()}
    return {**facts, "phrases": kept(facts["phrases"]), "innocent": kept(facts.get("innocent", [])), "hints": hints}


def _phrases(path: Path, text: str, facts: dict[str, Any], script: Script) -> Phrases:
    words = facts.get("words", {})
    innocent = [pattern(one, words, script) for one in facts.get("innocent", [])]
    hints = _hints(path, text, facts, words, script)
    return Phrases(_search(facts["phrases"], words, script), _any_of(innocent), script, hints)


def _search(phrases: list[str], words: Words, script: Script) -> Search:
    by_word: dict[str, list[re.Pattern[str]]] = {}
    anywhere: list[str] = []
    for phrase in phrases:
        made = pattern(phrase, words, script)
        if firsts := first_words(phrase, words, script):
            compiled = re.compile(made)
            for first in firsts:
                by_word.setdefault(first, []).append(compiled)
        else:
            anywhere.append(made)
    return Search(by_word, _any_of(anywhere))


def _any_of(patterns: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{one})" for one in patterns)) if patterns else None


def _listed(path: Path, facts: dict[str, Any], name: str) -> list[str]:
    found = facts.get(name)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise Mistake(path, 1, f"`{name}` must be a list of phrases")
    return found


def _in_hints(path: Path, text: str, facts: dict[str, Any]) -> list[str]:
    """The phrases of all hints. Raises Mistake with the line of a hint without points or words."""
    for name, hint in facts.get("hints", {}).items():
        if not (isinstance(hint, dict) and isinstance(hint.get("points"), int) and isinstance(hint.get("words"), list)):
            what = f"the hint {name} needs `points`, a whole number, and `words`, a list"
            raise Mistake(path, _line(text, f"hints.{name}"), what)
    if not isinstance(facts.get("enough", ENOUGH), int):
        raise Mistake(path, _line(text, "enough"), "`enough` must be a whole number")
    return [one for hint in facts.get("hints", {}).values() for one in hint["words"]]


def _hints(path: Path, text: str, facts: dict[str, Any], words: Words, script: Script) -> Hints | None:
    """The hints with all rows that their alternatives come to, None when there are none. Raises Mistake."""
    root, points = Branch(), []
    for name, hint in facts.get("hints", {}).items():
        try:
            found = sorted({row for one in hint["words"] for row in rows(one, words, script)})
        except ValueError as error:
            raise Mistake(path, _line(text, f"hints.{name}"), f"{error} means nothing in a hint") from error
        if len(found) > MOST_ROWS:
            what = f"the hint {name} has {len(found)} alternatives, more than {MOST_ROWS}"
            raise Mistake(path, _line(text, f"hints.{name}"), what)
        for number, row in enumerate(found):
            if hint.get("each", False) or not number:
                points.append(hint["points"])
            root.grow(row, len(points) - 1)
    enough = facts.get("enough", ENOUGH)
    return Hints(points, root.shared(), script is Script.TIGHT, enough) if facts.get("hints") else None


def _line(text: str, what: str) -> int:
    return text[: max(0, text.find(what))].count("\n") + 1
