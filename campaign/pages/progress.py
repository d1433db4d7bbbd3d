"""How far the words are in each language: what is missing, stale or unreviewed, page by page."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from .. import catalogues
from ..content import Content, State, fingerprint
from ..printables import words as prints
from ..printables.lines import KINDS
from ..settings import Language, Mistake


@dataclass(frozen=True)
class Line:
    """Some words in one language. `held_back`: readers of a real site get the English; `mend` is what to do."""

    name: str
    state: State
    held_back: bool = False
    mend: str = ""


@dataclass(frozen=True)
class Progress:
    """One language with all its words."""

    language: Language
    lines: list[Line] = field(default_factory=list)

    @property
    def open(self) -> list[Line]:
        """What still has to be done."""
        return [line for line in self.lines if line.state is not State.REVIEWED]


def of_all(content: Content) -> list[Progress]:
    """Every language but English, in the order of the site."""
    others = [language for language in content.site.languages if language.code != "en"]
    return [Progress(language, list(_lines(content, language))) for language in others]


def names(content: Content) -> list[str]:
    """Every page there is in English, those in folders too."""
    below = content.folder / "en"
    return sorted(path.relative_to(below).with_suffix("").as_posix() for path in below.rglob("*.md"))


def _lines(content: Content, language: Language) -> Iterator[Line]:
    yield _interface(content, language)
    for name in names(content):
        state, path = content.state(name, language.code), f"content/{language.code}/{name}.md"
        held_back = content.guards(name) and state is not State.REVIEWED
        yield Line(name, state, held_back, _mend(content, name, state, path))
    yield from (_print(content, language, design) for design in KINDS)


def _mend(content: Content, name: str, state: State, path: str) -> str:
    match state:
        case State.MISSING:
            return f"write {path}"
        case State.BROKEN:
            return f"mend {path}; `campaign check` names the line"
        case State.STALE:
            mark = fingerprint(content.page(name, "en"))
            return f'translate anew what has changed in English, then set from = "{mark}" in {path}'
        case State.UNREVIEWED:
            return f"once a native speaker has reviewed it, set reviewed = true in {path}"
    return ""


def _interface(content: Content, language: Language) -> Line:
    """Buttons, labels, letters. Only what people agree to or trust is held back."""
    held, mark = catalogues.read(content, language), catalogues.mark(content, language)
    reviewed = catalogues.reviewed(content, language)
    if not held.texts:
        return Line("interface", State.MISSING, True, f"write content/{language.code}/messages.po")
    if held.empty:
        mend = f"translate the {held.empty} texts that `make words` lists"
        return Line("interface", State.MISSING, not reviewed, mend)
    if reviewed:
        return Line("interface", State.REVIEWED)
    state = State.STALE if language.interface else State.UNREVIEWED
    place = "at this language in campaign.toml"
    return Line("interface", state, True, f'once a native speaker has reviewed it, set interface = "{mark}" {place}')


def _print(content: Content, language: Language, design: str) -> Line:
    name, path = f"print/{design}", f"content/{language.code}/print/{design}.toml"
    try:
        state = prints.state(content.folder, language.code, design)
    except Mistake:
        return Line(name, State.BROKEN, False, f"mend {path}; `campaign check` names the line")
    match state:
        case State.MISSING:
            return Line(name, state, False, f"write {path}")
        case State.STALE:
            mark = prints.mark(content.folder, design)
            return Line(
                name, state, False, f'translate anew what has changed in English, then set from = "{mark}" in {path}'
            )
        case State.UNREVIEWED:
            return Line(name, state, False, f"once a native speaker has reviewed it, set reviewed = true in {path}")
    return Line(name, state)
