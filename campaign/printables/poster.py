"""The poster: the campaign's name, the hotline, and a code with its address in print below it."""

from typing import Any

from ..content import Content, State
from ..errors import Refused
from ..settings import Campaign, Mistake
from ..typeset import Press, code, unbroken
from . import words
from .words import PosterWords

DESIGN = "poster"
PAPERS = {"letter": "US Letter", "a4": "A4"}
SIDE = 59.0  # mm: a phone reads a code from about ten times its width
UNREVIEWED = "This translation has not been checked by a native speaker yet."
STALE = "The English has changed since this was translated."


def pdf(press: Press, content: Content, language: str, address: str, paper: str = "letter") -> bytes:
    """The poster for this printed address, ready for the printer. Raises Refused with a sentence for staff."""
    return press.pdf(DESIGN, filled(content, language, address, paper))


def png(press: Press, content: Content, language: str, address: str, paper: str = "letter") -> bytes:
    """The same as a picture to look at."""
    return press.png(DESIGN, filled(content, language, address, paper), ppi=72)


def filled(content: Content, language: str, address: str, paper: str) -> dict[str, Any]:
    """Everything the design needs: words, number, colours, code."""
    found = words_in(content, language)
    if paper not in PAPERS:
        raise Refused(f"There is no poster on {paper!r}; there is one on {' and on '.join(PAPERS.values())}.")
    return {
        **_ours(content.site),
        **_said(found, words.state(content.folder, language)),
        "paper": paper,
        "code": code(address, SIDE),
        "address": legible(address),
    }


def words_in(content: Content, language: str) -> PosterWords:
    """The poster's words. Raises Refused when there are none, or when they cannot be used as they are."""
    try:
        found = words.read(content.folder, language)
    except Mistake as mistake:
        raise Refused(f"content/{language}/print/{mistake}. Mend it, then print.") from mistake
    if found is None:
        raise Refused(f"There are no words for a poster in {language!r}. Write content/{language}/print/poster.toml.")
    return found


def _said(found: PosterWords, state: State) -> dict[str, Any]:
    lang, region = found.locale
    said = {name: unbroken(text) for name, text in found.lines.items()}
    draft = {"draft": state is not State.REVIEWED, "reason": STALE if state is State.STALE else UNREVIEWED}
    return {"words": said, "lang": lang, "region": region, **draft}


def _ours(site: Campaign) -> dict[str, Any]:
    colours = site.colours.model_dump(exclude={"dark"})
    return {"organisation": site.campaign.organisation, "number": site.hotline.shown, "colours": colours}


def legible(address: str) -> str:
    """A printed address as people type it: HTTPS://HOST/Q/K7QM2XA becomes host/q/K7QM2XA."""
    host, _, typed = address.partition("://")[2].rpartition("/")
    return f"{host.lower()}/{typed}"
