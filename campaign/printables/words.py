"""The words of a print, `content/<language>/print/<name>.toml`: in languages, too, that the site does not speak yet."""

import re
import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError

from ..content import State, mark_of
from ..settings import Mistake, Part

Text = Annotated[str, StringConstraints(min_length=1)]
# Which shape of a Chinese character is meant: typst asks for a region where the web has a script.
REGIONS = {"zh-Hant": ("zh", "TW"), "zh-Hans": ("zh", "CN")}


class PosterWords(Part):
    """Every line of the poster, in the order in which it is read. `language` is a BCP 47 tag, `name` its own name."""

    tag: Text = Field(alias="language")
    name: Text
    reviewed: bool = False
    made_from: str = Field("", alias="from")
    headline: Text
    lead: Text
    help: Text
    line: Text
    open: Text
    trust: Text
    pledge: Text
    why: Text
    scan: Text

    @property
    def locale(self) -> tuple[str, str | None]:
        """Language and region as typst wants them."""
        return REGIONS.get(self.tag, (self.tag, None))

    @property
    def lines(self) -> dict[str, str]:
        """The lines by name."""
        return self.model_dump(exclude={"tag", "name", "reviewed", "made_from"})


def read(content: Path, code: str) -> PosterWords | None:
    """The poster's words in a language; None when there are none. Raises Mistake with file and line."""
    path = content / code / "print" / "poster.toml"
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8")
    try:
        return PosterWords.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        said = re.search(r"line (\d+)", str(error))
        raise Mistake(path, int(said[1]) if said else 1, str(error)) from error
    except ValidationError as error:
        # A misspelled name is also a missing one; the first is what its writer needs to hear.
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        name = str(first["loc"][0])
        raise Mistake(path, _line_of(text, name), f"{name}: {first['msg']}") from error


def mark(content: Path) -> str:
    """Tells one version of the English poster from another: what a translation's `from` must say."""
    english = read(content, "en")
    return mark_of(*english.lines.values()) if english else ""


def state(content: Path, code: str) -> State:
    """How far the poster's words are in a language. Raises Mistake."""
    found = read(content, code)
    if found is None:
        return State.MISSING
    if code == "en":
        return State.REVIEWED
    if found.made_from != mark(content):
        return State.STALE
    return State.REVIEWED if found.reviewed else State.UNREVIEWED


def _line_of(text: str, name: str) -> int:
    """The line on which a name stands; the first when it is missing."""
    return next((at for at, line in enumerate(text.splitlines(), 1) if re.match(rf"{name}\s*=", line)), 1)


def languages(content: Path) -> list[str]:
    """The codes of the languages that have words for a poster, English first."""
    codes = [path.parents[1].name for path in content.glob("*/print/poster.toml")]
    return sorted(codes, key=lambda code: (code != "en", code))
