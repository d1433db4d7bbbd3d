"""What partners have of people: what is said before a partnership ends, and what a partner takes with it, as totals."""

from ..partners import service as partners
from . import handing
from .tables import FEW


@partners.open_work.connect
def _open_work(partner_id: int) -> list[str]:
    """Consents end with the partner, and what it took away it is asked to delete."""
    figures = handing.figures(partner_id)
    lines = []
    if figures.people:
        lines.append(
            f"{in_words(figures.people)} people let it have their name and address: that ends, and it is asked to "
            "delete those whom it took away."
        )
    if figures.removals:
        lines.append(f"{figures.removals} removals that it has not confirmed: they stay at Removals until it has.")
    return lines


@partners.taking_out.connect
def _taking_out(partner_id: int) -> dict[str, object]:
    """Totals alone: the people themselves are a table of their own, for which one must prove who one is."""
    figures = handing.figures(partner_id)
    people = {"name_and_address": in_words(figures.people), "may_be_sent_news": in_words(figures.may_write)}
    return {"supporters": {**people, "removals_not_confirmed": figures.removals}}


def in_words(number: int) -> int | str:
    """A small number says more about persons than about a partner."""
    return number if number >= FEW else f"fewer than {FEW}"
