"""The interface in each language, read from its .po file: its texts, and which of them must not be wrong."""

from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

from .content import Content, mark_of
from .settings import Language

HERE = Path(__file__).parent / "translations"
GUARDED = "guarded"  # stands as a comment at such a text; `make words` puts it there


@dataclass(frozen=True)
class Catalogue:
    """One language's texts; `guarded` holds those that people agree to or trust, each after its English."""

    translations: Translations
    guarded: tuple[tuple[str, str], ...] = ()
    texts: int = 0
    empty: int = 0


def read(content: Content, language: Language) -> Catalogue:
    """The catalogue of a language: the campaign's own `content/<code>/messages.po`, else the one that comes with us."""
    own = content.folder / language.code / "messages.po"
    path = own if own.is_file() else HERE / language.tag.replace("-", "_") / "LC_MESSAGES" / "messages.po"
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, ValueError):  # not there, or no catalogue: the page in front of it tells, and speaks English
        return Catalogue(Translations())


@lru_cache(maxsize=50)
def _read(path: Path, _changed: int) -> Catalogue:
    """No build step stands between a text and the site; a file that has not changed is read once in a process."""
    with path.open("rb") as file:
        held = read_po(file)
    packed = BytesIO()
    write_mo(packed, held)
    packed.seek(0)
    said = [message for message in held if message.id]
    guarded = [(str(one.id), str(one.string)) for one in said if GUARDED in one.auto_comments]
    empty = sum(1 for one in said if not one.string or one.fuzzy)
    return Catalogue(Translations(packed), tuple(sorted(guarded)), len(said), empty)


def mark(content: Content, language: Language) -> str:
    """What `interface` must say in campaign.toml once the guarded texts of a language have been reviewed.

    What campaign.toml itself says about the hotlines in that language belongs to them.
    """
    texts = [text for pair in read(content, language).guarded for text in pair]
    for line in content.site.hotlines:
        texts += [line.note["en"], line.note.get(language.code, "")]
    return mark_of(*texts)


def reviewed(content: Content, language: Language) -> bool:
    """Whether a native speaker's review of the interface holds; English needs none."""
    return language.code == "en" or language.interface == mark(content, language)
