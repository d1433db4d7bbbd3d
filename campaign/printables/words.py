"""The words of a print, `content/<language>/print/<design>.toml`: in languages, too, that the site does not speak."""

import re
import tomllib
from pathlib import Path

from pydantic import ValidationError

from ..content import State, mark_of
from ..settings import Mistake
from .lines import KINDS, PrintWords

POSTER = "poster"


def read(content: Path, code: str, design: str = POSTER) -> PrintWords | None:
    """The words of a design in a language; None when there are none. Raises Mistake with file and line."""
    path = content / code / "print" / f"{design}.toml"
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8")
    try:
        return KINDS[design].model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        said = re.search(r"line (\d+)", str(error))
        raise Mistake(path, int(said[1]) if said else 1, str(error)) from error
    except ValidationError as error:
        # A misspelled name is also a missing one; the first is what its writer needs to hear.
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        name = str(first["loc"][0])
        raise Mistake(path, _line_of(text, name), f"{name}: {first['msg']}") from error


def mark(content: Path, design: str = POSTER) -> str:
    """Tells one version of the English words from another: what a translation's `from` must say."""
    english = read(content, "en", design)
    return mark_of(*english.lines.values()) if english else ""


def state(content: Path, code: str, design: str = POSTER) -> State:
    """How far the words of a design are in a language. Raises Mistake."""
    found = read(content, code, design)
    if found is None:
        return State.MISSING
    if code == "en":
        return State.REVIEWED
    if found.made_from != mark(content, design):
        return State.STALE
    return State.REVIEWED if found.reviewed else State.UNREVIEWED


def _line_of(text: str, name: str) -> int:
    """The line on which a name stands; the first when it is missing."""
    return next((at for at, line in enumerate(text.splitlines(), 1) if re.match(rf"{name}\s*=", line)), 1)


def languages(content: Path, design: str = POSTER) -> list[str]:
    """The codes of the languages that have words for a design, English first."""
    codes = [path.parents[1].name for path in content.glob(f"*/print/{design}.toml")]
    return sorted(codes, key=lambda code: (code != "en", code))
