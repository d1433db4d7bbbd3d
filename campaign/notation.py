"""The notation of phrases and hints, as regular expressions and as rows of words over a text made plain."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import lru_cache
from itertools import product

from .hints import Row

PART = re.compile(
    r"<(?P<name>\w+)>|\((?P<either>[^()]+)\)|\[(?P<maybe>[^\[\]()]+)\]|(?P<gap>…)|(?P<word>[^\s<>()\[\]…]+)"
)
BEGIN, END = "^", "$"
SILENT = "'’ʼ`´"  # signs that part no word
# What `plainly` makes of each sign of ASCII, which takes no table of Unicode to say.
ASCII = {ord(c): c.lower() if c.isalnum() else "" if c in SILENT else " " for c in map(chr, range(128))}
SPACED_GAP, TIGHT_GAP = r"(?:\S+ ){0,5}", r".{0,10}"
TONE_BEFORE = re.compile("([ou])([\u0300\u0301\u0303\u0309\u0323])([aey])(?![a-z])")

Words = Mapping[str, list[str]]


class Script(Enum):
    """How texts are made plain: without accents, without spaces, or with the accents that tell words apart."""

    SPACED, TIGHT, ACCENTED = range(3)


def plainly(text: str, script: Script) -> str:
    """The text as phrases see it: no case, accents or signs; one space around each word, or (tight) none at all."""
    words = (text.translate(ASCII) if text.isascii() else letters(text, script)).split()
    return "".join(words) if script is Script.TIGHT else f" {' '.join(words)} "


def letters(text: str, script: Script) -> str:
    """The text without case and signs, and without accents where they tell nothing apart."""
    text = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(
        c if c.isalnum() or unicodedata.category(c) == "Mn" else " " if c not in SILENT else "" for c in text
    )
    if script is Script.ACCENTED:
        kept = TONE_BEFORE.sub(r"\1\3\2", kept)  # hòa is also written hoà
    else:
        kept = re.sub("(?<=[a-z])[\u0300-\u036f]+", "", kept).replace("đ", "d")
    return unicodedata.normalize("NFC", kept)


def meaningless(phrase: str, words: Words) -> str | None:
    """What in a phrase means nothing, None when all of it does."""
    rest = [PART.sub("", phrase).strip(), *(name for name in re.findall(r"<(\w+)>", phrase) if name not in words)]
    return None if phrase.strip() and not any(rest) else " ".join(one for one in rest if one) or "it is empty"


def is_beyond_ascii(phrase: str, words: Words, script: Script) -> bool:
    """Whether a part of the phrase that may not be left out holds a letter beyond ASCII, whichever way it is read."""
    parts = [part for part in PART.finditer(phrase) if not part["gap"] and not part["maybe"]]
    return any(all(not plainly(one, script).isascii() for one in _options(part, words)) for part in parts)


def _options(part: re.Match[str], words: Words) -> Iterator[str]:
    """The ways in which a part can be read."""
    options = [part[0]] if part["name"] else (part["either"] or part["maybe"] or part["word"] or "").split("|")
    return (one for option in options for one in _named(option, words))


def pattern(phrase: str, words: Words, script: Script) -> str:
    """The phrase as a regular expression over a plain text; nothing in it repeats without a bound."""
    parts = [_part(part, words, script) for part in PART.finditer(phrase)]
    return ("" if script is Script.TIGHT else "(?<= )") + "".join(parts)


def first_words(phrase: str, words: Words, script: Script) -> set[str] | None:
    """The words that the phrase can begin with, None when that may be any."""
    found: set[str] = set()
    for part in PART.finditer(phrase):
        if part["word"] == BEGIN:
            continue
        named = [one.split() for one in _options(part, words)]
        if script is Script.TIGHT or part["gap"] or any(not one or "*" in one[0] or one[0] == END for one in named):
            return None
        plain = [plainly(one[0], script).split() for one in named]
        if not all(plain):
            return None
        found |= {one[0] for one in plain}
        if not part["maybe"]:
            return found
    return None


def _part(part: re.Match[str], words: Words, script: Script) -> str:
    if part["gap"]:
        return TIGHT_GAP if script is Script.TIGHT else SPACED_GAP
    if part["word"]:
        return _row(part["word"], words, script)
    options = words[part["name"]] if part["name"] else (part["either"] or part["maybe"]).split("|")
    either = f"(?:{'|'.join(_row(one, words, script) for one in options)})"
    return f"{either}?" if part["maybe"] else either


def _row(row: str, words: Words, script: Script) -> str:
    """Words in a row, as they stand in one alternative."""
    return "".join(_word(word, words, script) for word in row.split())


def _word(word: str, words: Words, script: Script) -> str:
    tight = script is Script.TIGHT
    if word == END:
        return r"\Z"
    if word == BEGIN:
        return r"\A" if tight else r"(?<!\S )"
    if name := re.fullmatch(r"<(\w+)>", word):
        return f"(?:{'|'.join(_row(one, {}, script) for one in words[name[1]])})"
    plain = re.escape(plainly(word.rstrip("*"), script).strip())
    return plain if tight else plain + (r"\S* " if word.endswith("*") else " ")


def rows(phrase: str, words: Words, script: Script) -> Iterator[Row]:
    """Every row of plain words that a phrase without gaps stands for. Raises ValueError when it has gaps or ends."""
    choices = []
    for part in PART.finditer(phrase):
        if part["gap"] or part["word"] in (BEGIN, END):
            raise ValueError(part[0])
        choices.append([*_options(part, words), *[""] * bool(part["maybe"])])
    for chosen in product(*choices):
        row = tuple(one for word in " ".join(chosen).split() for one in _plain_words(word, script))
        if row:
            yield row


def _named(option: str, words: Words) -> Iterator[str]:
    """What an alternative comes to with the words that a name in it stands for."""
    if name := re.search(r"<(\w+)>", option):
        yield from (option.replace(name[0], one) for one in words[name[1]])
    else:
        yield option


@lru_cache(maxsize=20_000)
def _plain_words(word: str, script: Script) -> Row:
    """A word of a hint as texts have it: several where a sign parts it, in tight scripts its characters."""
    plain = plainly(word.rstrip("*"), script)
    if script is Script.TIGHT:
        return tuple(plain)
    return (*plain.split()[:-1], "".join(plain.split()[-1:]) + "*") if word.endswith("*") else tuple(plain.split())
