"""Phrases that staff can read and change, and the search for them in what people type.

A phrase is words in a row. `(a|b c)` is either, `[a]` may be left out, `…` is up to five words in between, `word*` is
every word that begins so, `<boss>` is a list of words named below `[words]`, `$` is the end of the text. Case, accents
and signs do not count. In Thai, Chinese and Korean, where spaces say little, a phrase is a piece of text and `…` is up
to ten characters.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from .settings import Mistake

MOST_READ = 6_000  # characters of a text that are looked at; a field of ours takes less
PART = re.compile(
    r"<(?P<name>\w+)>|\((?P<either>[^()]+)\)|\[(?P<maybe>[^\[\]()]+)\]|(?P<gap>…)|(?P<word>[^\s<>()\[\]…]+)"
)
END = "$"
SPACED_GAP, TIGHT_GAP = r"(?:\S+ ){0,5}", r".{0,10}"
SILENT = "'’ʼ`´"  # signs that part no word
# What `plainly` makes of each sign of ASCII, which takes no table of Unicode to say.
ASCII = {ord(c): c.lower() if c.isalnum() else "" if c in SILENT else " " for c in map(chr, range(128))}


@dataclass(frozen=True)
class Phrases:
    """What to find, and what to overlook first, in one language. `tight`: its script sets no spaces between words.

    `beyond_ascii`: each phrase needs a letter that ASCII does not have, so none can stand in a text without any.
    """

    wanted: re.Pattern[str]
    innocent: re.Pattern[str] | None
    tight: bool
    beyond_ascii: bool = False

    def found_in(self, text: str) -> bool:
        """Whether one of the phrases stands in the text, outside of what is innocent."""
        return self.stand_in(plainly(text[:MOST_READ], tight=self.tight))

    def stand_in(self, plain: str) -> bool:
        """The same for a text that was made plain already.

        The innocent is taken out only of what would be found: it leaves a gap that no phrase reaches across, so that
        nothing is found without it that was not found with it.
        """
        if self.wanted.search(plain) is None:
            return False
        if self.innocent is None:
            return True
        return self.wanted.search(self.innocent.sub(" " if not self.tight else "\n", plain)) is not None


def any_found_in(text: str, languages: Iterable[Phrases]) -> bool:
    """Whether a phrase of any of these languages stands in the text, which is made plain but once.

    This is asked of every text in every form: a language that cannot be found in it is not looked for.
    """
    if not text:
        return False
    spaced = plainly(text[:MOST_READ], tight=False)
    plain, all_ascii = {False: spaced, True: spaced.replace(" ", "")}, spaced.isascii()
    return any(one.stand_in(plain[one.tight]) for one in languages if not (one.beyond_ascii and all_ascii))


def read(path: Path) -> Phrases:
    """The phrases of a file. Raises Mistake with the line of one that means nothing, OSError when it is not there."""
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=50)
def _read(path: Path, _changed: int) -> Phrases:
    text = path.read_text(encoding="utf-8")
    try:
        facts = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = re.search(r"line (\d+)", str(error))
        raise Mistake(path, int(said[1]) if said else 1, str(error)) from error
    tight = bool(facts.get("without_spaces", False))
    words = facts.get("words", {})
    listed = _listed(path, facts, "phrases")
    wanted = [_pattern(path, text, one, words, tight=tight) for one in listed]
    innocent = [_pattern(path, text, one, words, tight=tight) for one in facts.get("innocent", [])]
    if not wanted:
        raise Mistake(path, 1, "there is no phrase in it")
    beyond_ascii = all(_is_beyond_ascii(one, words, tight=tight) for one in listed)
    either = _any_of(innocent, tight=tight) if innocent else None
    return Phrases(_any_of(wanted, tight=tight), either, tight, beyond_ascii)


def _listed(path: Path, facts: dict[str, Any], name: str) -> list[str]:
    found = facts.get(name)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise Mistake(path, 1, f"`{name}` must be a list of phrases")
    return found


def _any_of(patterns: list[str], *, tight: bool) -> re.Pattern[str]:
    """One pattern for all. Where a word begins is asked once for all, and not by each at every letter."""
    either = "|".join(f"(?:{one})" for one in patterns)
    return re.compile(either if tight else f"(?<= )(?:{either})")


def _is_beyond_ascii(phrase: str, words: dict[str, list[str]], *, tight: bool) -> bool:
    """Whether a part of the phrase that may not be left out holds a letter beyond ASCII, whichever way it is read."""
    parts = [part for part in PART.finditer(phrase) if not part["gap"] and not part["maybe"]]
    return any(all(not plainly(one, tight=tight).isascii() for one in _options(part, words)) for part in parts)


def _pattern(path: Path, text: str, phrase: str, words: dict[str, list[str]], *, tight: bool) -> str:
    """The phrase as a regular expression over a plain text; nothing in it repeats without a bound."""
    rest = [PART.sub("", phrase).strip(), *(name for name in re.findall(r"<(\w+)>", phrase) if name not in words)]
    unknown = " ".join(one for one in rest if one)
    if unknown or not phrase.strip():
        line = text[: max(0, text.find(phrase))].count("\n") + 1
        raise Mistake(path, line, f"{phrase!r} is no phrase: {unknown or 'it is empty'} means nothing")
    parts = [_part(part, words, tight=tight) for part in PART.finditer(phrase)]
    return "".join(parts)


def _part(part: re.Match[str], words: dict[str, list[str]], *, tight: bool) -> str:
    if part["gap"]:
        return TIGHT_GAP if tight else SPACED_GAP
    if part["word"]:
        return _row(part["word"], words, tight=tight)
    either = f"(?:{'|'.join(_row(one, words, tight=tight) for one in _options(part, words))})"
    return f"{either}?" if part["maybe"] else either


def _options(part: re.Match[str], words: dict[str, list[str]]) -> list[str]:
    """The ways in which a part can be read."""
    if part["word"]:
        return [part["word"]]
    return words[part["name"]] if part["name"] else (part["either"] or part["maybe"]).split("|")


def _row(row: str, words: dict[str, list[str]], *, tight: bool) -> str:
    """Words in a row, as they stand in one alternative."""
    return "".join(_word(word, words, tight=tight) for word in row.split())


def _word(word: str, words: dict[str, list[str]], *, tight: bool) -> str:
    if word == END:
        return r"\Z"
    if name := re.fullmatch(r"<(\w+)>", word):
        return f"(?:{'|'.join(_row(one, {}, tight=tight) for one in words[name[1]])})"
    plain = re.escape(plainly(word.rstrip("*"), tight=tight).strip())
    return plain if tight else plain + (r"\S* " if word.endswith("*") else " ")


def plainly(text: str, *, tight: bool) -> str:
    """The text as phrases see it: no case, accents or signs; one space around each word, or (tight) none at all."""
    kept = text.translate(ASCII) if text.isascii() else _letters(text)
    return "".join(kept.split()) if tight else f" {' '.join(kept.split())} "


def _letters(text: str) -> str:
    text = unicodedata.normalize("NFKD", text.casefold()).replace("đ", "d")
    kept = "".join(
        c if c.isalnum() or unicodedata.category(c) == "Mn" else " " if c not in SILENT else "" for c in text
    )
    return unicodedata.normalize("NFC", re.sub("(?<=[a-z])[\u0300-\u036f]+", "", kept))
