"""The poster: the campaign's name, the hotline, and a code with its address in print below it."""

from typing import Any

from ..content import Content
from ..typeset import Press
from . import designs, filling
from .designs import Item
from .lines import PrintWords

DESIGN = "poster"
legible = filling.legible


def pdf(press: Press, content: Content, language: str, address: str, paper: str = "letter") -> bytes:
    """The poster for this printed address, ready for the printer. Raises Refused with a sentence for staff."""
    return designs.pdf(press, content, designs.get(DESIGN), [Item((language,), address)], paper)


def png(press: Press, content: Content, language: str, address: str, paper: str = "letter") -> bytes:
    """The same as a picture to look at."""
    return designs.png(press, content, designs.get(DESIGN), Item((language,), address), paper)


def filled(content: Content, language: str, address: str, paper: str) -> dict[str, Any]:
    """Everything the design needs: words, number, colours, code."""
    return designs.filled(content, designs.get(DESIGN), [Item((language,), address)], paper)


def words_in(content: Content, language: str) -> PrintWords:
    """The poster's words. Raises Refused when there are none, or when they cannot be used as they are."""
    return filling.words_in(content, language, DESIGN)
