"""What everybody may take: which designs, in which languages, and each as a file that is made once and kept."""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from .. import drawn, i18n, web
from ..content import Content, State
from ..settings import Language, Mistake
from ..typeset import Press
from . import designs, filling, formats, words
from .designs import Design, Item
from .lines import PrintWords

WIDE = 520  # pixels of a picture to look at


@dataclass(frozen=True)
class Choice:
    """How somebody wants it: in one language or two, on which paper."""

    design: Design
    languages: tuple[str, ...]
    paper: str = "letter"

    @property
    def named(self) -> str:
        """The name of its file, without what kind of file it is."""
        return "-".join((self.design.slug, *self.languages, self.paper))


def offered() -> list[Design]:
    """The designs for everybody that the campaign has English words for."""
    return [one for one in designs.DESIGNS.values() if one.public and one.slug in i18n.content().prints]


def find(slug: str) -> Design | None:
    """One of them."""
    return next((one for one in offered() if one.slug == slug), None)


def languages(design: Design) -> list[Language]:
    """Those in which it may be handed out: English, and what is reviewed; in a demonstration drafts, marked as such."""
    content = i18n.content()
    return [one for one in i18n.site().languages if one.code == "en" or _ready(content, design, one.code)]


def _ready(content: Content, design: Design, code: str) -> bool:
    try:
        state = words.state(content.folder, code, design.slug)
    except Mistake:
        return False
    return state is State.REVIEWED or (content.drafts and state is not State.MISSING)


def spoken(design: Design) -> str:
    """The language of the page where the design has it, else English."""
    here = i18n.language().code
    return here if here in [one.code for one in languages(design)] else "en"


def wording(design: Design, language: str) -> tuple[PrintWords, bool]:
    """Its words, to be read on the page, and whether they are a draft. Raises Refused."""
    found = filling.words_in(i18n.content(), language, design.slug)
    return found, words.state(i18n.content().folder, language, design.slug) is not State.REVIEWED


def _item(choice: Choice) -> Item:
    """A piece with an address of the campaign's own, whose visits nobody counts."""
    endpoint = "pledges.index" if choice.design.counted else "pages.help"
    return Item(choice.languages, web.address(endpoint, i18n.find(choice.languages[0])))


def pdf(choice: Choice) -> bytes:
    """A sheet for an office printer, full of the same piece. Raises Refused, drawn.Busy."""
    design, paper = choice.design, choice.paper
    formats.checked(paper, "office", (0.0, 0.0))
    items = [_item(choice)] * design.per_sheet(paper)
    filled = designs.filled(i18n.content(), design, items, paper)
    return _kept(choice, "pdf", filled)


def png(choice: Choice) -> bytes:
    """One piece to look at. Raises Refused, drawn.Busy."""
    return _kept(choice, "png", designs.alone(i18n.content(), choice.design, _item(choice), choice.paper))


def size(choice: Choice) -> tuple[int, int]:
    """How wide and high that picture is, in pixels."""
    across, down = choice.design.cut(choice.paper).piece
    return WIDE, round(WIDE * down / across)


def _kept(choice: Choice, kind: str, filled: dict[str, Any]) -> bytes:
    """Made outside of any transaction: these doors open none."""
    press, slug = Press(web.config().place("templates") / "print"), choice.design.slug
    folder, name = web.config().data_dir / "drawn", f"{choice.named}.{kind}"
    if kind == "pdf":
        return drawn.kept(folder, name, press.sketch(slug, filled), lambda: press.pdf(slug, filled))
    ppi = WIDE / choice.design.cut(choice.paper).piece[0] * 25.4
    return drawn.kept(folder, name, press.sketch(slug, filled), lambda: press.png(slug, filled, ppi))


def titles() -> dict[str, tuple[str, str]]:
    """What each is called, and what it is for."""
    return {
        "poster": (gettext("Poster"), gettext("For a wall or a window. It shows the hotline and the pledge.")),
        "half-sheet": (gettext("Half-sheet flyer"), gettext("Two on a sheet, to hand out.")),
        "palm-card": (gettext("Palm card"), gettext("Four on a sheet. It names signs to notice.")),
        "shoe-card": (
            gettext("Shoe card"),
            gettext("The hotline alone, small enough to hide. Folded, it shows nothing."),
        ),
        "business-card": (gettext("Business cards"), gettext("Ten on a sheet, with the hotline and the pledge.")),
        "table-card": (gettext("Table card"), gettext("Stands on a table when you fold it in the middle.")),
        "sign-in-sheet": (gettext("Sign-in sheet"), gettext("For a meeting or a table: who came.")),
    }
