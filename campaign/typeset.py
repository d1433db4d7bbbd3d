"""Pages and codes to PDF and PNG: the only file that imports typst.

Three gates stand before every print, because typst by itself lets all three pass in silence: a letter that no font has
(the tagged compile, PDF/UA-1, refuses it), a family that is not there (a warning, and every warning is an error here),
and a weight that is not there (the fonts are compared with what the designs use, once, when first needed).
"""

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import qr
from .errors import Refused
from .fonts import FACES, Face, missing

if TYPE_CHECKING:
    import typst

SMALLEST = 0.5  # mm a module: below that, blurred codes at 150 dpi were lost when measured
HANGUL = re.compile(r"(?<=[\uac00-\ud7a3])(?=[\uac00-\ud7a3])")
# A few Chinese characters between two signs are a phrase, such as “free”: a reader stumbles where it is torn apart.
PHRASE = re.compile(r"(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{2,6}(?![\u4e00-\u9fff])")
JOINER = "\u2060"
# One word each, though a dictionary of syllables tears them: hotline, slave, to sign; whatever, however.
WHOLE = re.compile("สาย(?=ด่วน)|เป็น(?=ทาส)|ลง(?=ชื่อ)|[為为如](?=何)")


class Unprintable(Refused):
    """A print that must not leave the house; the message tells staff why."""


class TooLong(Unprintable):
    """A text does not fit into its place; `line` is the name of the text."""

    def __init__(self, line: str, text: str) -> None:
        super().__init__(f"The text “{line}” is too long for its place on the print: {text!r}. Please shorten it.")
        self.line = line


class NoLetters(Unprintable):
    """No font has these letters."""

    def __init__(self, letters: str, line: str) -> None:
        where = f" in the text “{line}”" if line else ""
        super().__init__(f"None of the fonts has the letters {letters!r}{where}. Use others, or add a font for them.")
        self.letters, self.line = letters, line


class NoFont(Unprintable):
    """A font, or one of its weights, is not installed."""

    def __init__(self, lacking: list[str]) -> None:
        super().__init__(f"Nothing can be printed without these fonts: {', '.join(lacking)}. Install the site again.")


class NoPress(Unprintable):
    """The program that sets prints is not there."""

    def __init__(self) -> None:
        super().__init__("Nothing can be printed here: the program typst is missing. Install the site again.")


class TooSmall(Unprintable):
    """A code would be too small to be read."""

    def __init__(self, module: float, least_side: float) -> None:
        super().__init__(
            f"The squares of the code would be {module:.2f} mm wide. Below {SMALLEST} mm phones fail to read it: "
            f"make the code at least {least_side:.1f} mm wide, or use a shorter address."
        )


class Ink(StrEnum):
    """How codes are drawn: for a press as shapes in black ink alone, which takes three times as long."""

    PRESS = "press"
    OFFICE = "office"


@dataclass(frozen=True)
class Press:
    """Sets the designs (`*.typ`) of a folder in the given faces. Nothing outside the folder can be read by a design."""

    folder: Path
    faces: tuple[Face, ...] = FACES

    def pdf(self, design: str, content: Mapping[str, Any]) -> bytes:
        """The print as tagged PDF (PDF/UA-1). Texts in `content` are data: nothing in them is ever run.

        Raises Unprintable with a sentence that names the text to mend.
        """
        typst = _program()
        given = {"print": json.dumps(content, ensure_ascii=False)}
        try:
            made, warnings = self._compiler(design, given).compile_with_warnings(format="pdf", pdf_standards="ua-1")
        except typst.TypstError as error:
            raise _reason(error.message, content) from error
        if warnings:
            raise Unprintable(f"The design {design} prints only with a warning: {warnings[0].message}.")
        assert isinstance(made, bytes)
        return made

    def png(self, design: str, content: Mapping[str, Any], ppi: float) -> bytes:
        """The first page as a picture, after the same gates."""
        return self._first(design, content, format="png", ppi=ppi)

    def svg(self, design: str, content: Mapping[str, Any]) -> bytes:
        """The first page as outlines, which need no font where they are looked at, after the same gates."""
        return self._first(design, content, format="svg")

    def sketch(self, design: str, content: Mapping[str, Any]) -> bytes:
        """All that a print is made from: when this changes, so does the print."""
        sources = b"".join(path.read_bytes() for path in sorted(self.folder.glob("*.typ")))
        return sources + design.encode() + json.dumps(content, ensure_ascii=False).encode()

    def _first(self, design: str, content: Mapping[str, Any], **how: Any) -> bytes:
        self.pdf(design, content)
        given = {"print": json.dumps(content, ensure_ascii=False)}
        made = self._compiler(design, given).compile(**how)
        first = made[0] if isinstance(made, list) else made
        assert isinstance(first, bytes)
        return first

    def _compiler(self, design: str, given: dict[str, str]) -> "typst.Compiler":
        program = _program()
        place = self.folder / f"{design}.typ"
        known = _fonts(self.faces)
        made: typst.Compiler = program.Compiler(
            place, root=self.folder, font_paths=known, ignore_system_fonts=True, sys_inputs=given
        )
        return made


def _program() -> Any:
    """typst, when first needed. Raises NoPress where it is not installed: every page stands without it."""
    try:
        import typst
    except ImportError as error:
        raise NoPress from error
    return typst


@lru_cache(maxsize=4)
def _fonts(faces: tuple[Face, ...]) -> "typst.Fonts":
    """The fonts, looked at once: a print is the first to need them, so that no page ever waits for them."""
    program = _program()
    folders = [face.folder for face in faces if face.folder]
    fonts: typst.Fonts = program.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    found = [(one.family, one.weight, Path(one.path)) for one in fonts.fonts() if one.path]
    if lacking := missing(faces, found):
        raise NoFont(lacking)
    return fonts


def code(address: str, side: float, ink: Ink = Ink.PRESS, *, logo: bool = False) -> dict[str, Any]:
    """The code of an address for a design, `side` mm wide with its quiet zone. Raises TooSmall.

    With a `logo` in its middle it bears twice the damage, so it needs more squares.
    """
    rows = qr.modules(address, covered=logo)
    if (module := side / len(rows)) < SMALLEST:
        raise TooSmall(module, SMALLEST * len(rows))
    bars = qr.runs(rows)
    drawn = {"runs": bars} if ink is Ink.PRESS else {"path": qr.path(bars)}
    return {"side": side, "modules": len(rows), "quiet": qr.QUIET, "says": address, **drawn}


def picture(drawn: bytes) -> str:
    """A PNG or JPEG as an SVG that holds nothing else: data among the data of a print, so no design reads a file."""
    kind = "png" if drawn.startswith(b"\x89PNG") else "jpeg"
    held = f'<image width="100" height="100" href="data:image/{kind};base64,{b64encode(drawn).decode()}"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">{held}</svg>'


def unbroken(text: str) -> str:
    """The text with joiners where typst would break a line and a reader would not.

    That is inside Korean words, inside short Chinese phrases, inside some words of our own, and before ๆ.
    """
    phrased = PHRASE.sub(lambda phrase: JOINER.join(phrase[0]), text)
    whole = WHOLE.sub(lambda part: part[0] + JOINER, phrased)
    return HANGUL.sub(JOINER, whole).replace("ๆ", f"{JOINER}ๆ")


def _reason(message: str, content: Mapping[str, Any]) -> Unprintable:
    """What typst says, in words for staff."""
    texts = list(_texts(content))
    if said := re.search(r"too long: (\w+)", message):
        # Of all texts of that name, such as the places of a thousand cards, the longest is the one.
        return TooLong(said[1], max((text for name, text in texts if _last(name) == said[1]), key=len, default=""))
    if said := re.search(r'the text `"(.+)"` could not be displayed', message):
        letters = re.sub(r"\\u\{(\w+)\}", lambda code: chr(int(code[1], 16)), said[1])
        found = next((name for name, text in texts if letters in text), "")
        return NoLetters(letters, _last(found))
    return Unprintable(f"The design cannot be printed: {message}.")


def _last(name: str) -> str:
    return name.rpartition(".")[2]


def _texts(content: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Every text of a print by its name, such as `voices.en.words.lead` or `items.7.place`."""
    pairs = content.items() if isinstance(content, Mapping) else enumerate(content)
    for name, value in pairs:
        path = f"{where}.{name}" if where else str(name)
        if isinstance(value, str):
            yield path, value.replace(JOINER, "")
        elif isinstance(value, Mapping | list | tuple):
            yield from _texts(value, path)
