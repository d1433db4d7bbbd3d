"""What a design is filled with: the geometry of the sheet, the words of each language, and each piece's own."""

from typing import TYPE_CHECKING, Any

from ..content import Content, State
from ..errors import Refused
from ..settings import Campaign, Mistake
from ..typeset import Ink, code, picture, unbroken
from . import formats, words
from .formats import Cut
from .lines import PrintWords

if TYPE_CHECKING:
    from .designs import Design, Item

UNREVIEWED = "This translation has not been checked by a native speaker yet."
STALE = "The English has changed since this was translated."


def of(
    content: Content, design: "Design", items: list["Item"], cut: Cut, how: tuple[str, tuple[float, float]]
) -> dict[str, Any]:
    """The whole print. Raises Refused."""
    output, nudge = how
    spoken = dict.fromkeys(language for item in items for language in item.languages)
    voices = {language: voice(content, design.slug, language) for language in spoken}
    logos = list(dict.fromkeys(item.logo for item in items if item.logo))
    ink = Ink.PRESS if output == "press" else Ink.OFFICE
    own = {item: _own(content, design, item, ink, logos) for item in dict.fromkeys(items)}  # copies share one
    return {
        **_ours(content.site),
        **_lying(cut, output, nudge),
        "voices": voices,
        "logos": [picture(logo) for logo in logos],
        "items": [own[item] for item in items],
    }


def _lying(cut: Cut, output: str, nudge: tuple[float, float]) -> dict[str, Any]:
    known = {"paper": cut.paper, "piece": cut.piece, "columns": cut.columns, "rows": cut.rows}
    out = {"bleed": formats.BLEED, "slug": formats.SLUG, "output": output}
    return {**known, **out, "left": cut.left + nudge[0], "top": cut.top + nudge[1]}


def voice(content: Content, design: str, language: str) -> dict[str, Any]:
    """The words of a design in a language, and why they are a draft if they are. Raises Refused."""
    found = words_in(content, language, design)
    state = words.state(content.folder, language, design)
    lang, region = found.locale
    said = {name: unbroken(text) for name, text in found.lines.items()}
    reason = {State.STALE: STALE, State.REVIEWED: ""}.get(state, UNREVIEWED)
    return {"words": said, "lang": lang, "region": region, "reason": reason}


def words_in(content: Content, language: str, design: str) -> PrintWords:
    """The words of a design. Raises Refused when there are none, or when they cannot be used as they are."""
    try:
        found = words.read(content.folder, language, design)
    except Mistake as mistake:
        raise Refused(f"content/{language}/print/{mistake}. Mend it, then print.") from mistake
    if found is None:
        path = f"content/{language}/print/{design}.toml"
        raise Refused(f"There are no words for a {design} in {language!r}. Write {path}.")
    return found


def _own(content: Content, design: "Design", item: "Item", ink: Ink, logos: list[bytes]) -> dict[str, Any]:
    """What stands on this piece alone."""
    known: dict[str, Any] = {"languages": item.languages, "address": legible(item.address)}
    for name in ("place", "partner"):
        known[name] = unbroken(getattr(item, name))
    known["copy"] = legible(item.copy) if item.copy else copy_at(content.site, design, item)
    if design.side:
        known["code"] = code(item.address, design.side, ink, logo=bool(item.logo))
    if item.logo:
        known["logo"] = logos.index(item.logo)
    if item.event:
        known["event"] = {name: unbroken(text) for name, text in vars(item.event).items()}
    if design.aims:
        known["aim"] = item.aim or design.aims[0]
    return known


def copy_at(site: Campaign, design: "Design", item: "Item") -> str:
    """The web page that says the same as the piece, for those who cannot see it: the accessible copy.

    What is not among the materials for everybody has no page there: its own address is the page.
    """
    if not design.public:
        return legible(item.address)
    language = site.language(item.languages[0])
    host = legible(item.address).partition("/")[0]
    page = f"materials/{design.slug}" if design.counted else "help"
    return f"{host}{language.prefix if language else ''}/{page}"


def _ours(site: Campaign) -> dict[str, Any]:
    colours = site.colours.model_dump(exclude={"dark"})
    return {"organisation": site.campaign.organisation, "number": site.hotline.shown, "colours": colours}


def legible(address: str) -> str:
    """A printed address as people type it: HTTPS://HOST/Q/K7QM2XA becomes host/q/K7QM2XA."""
    host, _, typed = address.partition("://")[2].rpartition("/")
    return f"{host.lower()}/{typed}" if host else f"{typed.lower()}"
