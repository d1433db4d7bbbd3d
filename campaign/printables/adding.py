"""Scans and what came of them, added up by piece, place, design, language or partner, for a page to show."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from .. import i18n
from ..links import bringing
from ..links.bringing import SCANS, Brought, Known, Span
from ..places import service as places
from ..staff import organisations
from . import designs

BY = {"place": "Place", "design": "Design", "language": "Language", "partner": "Partner", "piece": "Piece"}
MOST_ROWS = 200


@dataclass(frozen=True)
class Row:
    """One of what is compared: what it is called, the code where it is one piece, and how many of each kind."""

    name: str
    code_id: int | None
    numbers: dict[str, int]

    def rate(self, what: str) -> str:
        """How many of a hundred scans came to this; a dash where there was none."""
        scans = self.numbers.get(SCANS, 0)
        return f"{round(100 * self.numbers.get(what, 0) / scans)} %" if scans else "–"


@dataclass(frozen=True)
class Figures:
    """What a page shows: the kinds, their totals, the rows with most scans first, and how many were left out."""

    kinds: list[Brought]
    rows: list[Row]
    left_out: int
    span: Span

    @property
    def others(self) -> list[str]:
        """The kinds but for scans."""
        return [one.what for one in self.kinds[1:]]

    @property
    def whole(self) -> Row:
        """All of it together."""
        return Row("All", None, {one.what: one.total for one in self.kinds})

    def steps(self, what: str) -> list[tuple[date, int]]:
        """How many on each day of the span; in each week of a long one, by its first day."""
        kind = next(one for one in self.kinds if one.what == what)
        days = self.span.days
        wide = 7 if len(days) > 92 else 1
        return [
            (days[at], sum(kind.by_day.get(day, 0) for day in days[at : at + wide])) for at in range(0, len(days), wide)
        ]


def figures(span: Span, by: str, most: int | None = MOST_ROWS) -> Figures:
    """Everything about these days, compared by one of BY; at `most` so many rows, or all."""
    kinds, codes = bringing.brought(span), bringing.known(span.wanted)
    named = names(codes, by)
    numbers: dict[tuple[str, int | None], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for kind in kinds:
        for code_id, number in kind.by_code.items():
            if (code := codes.get(code_id)) is not None:
                numbers[named[code.id], code.id if by == "piece" else None][kind.what] += number
    rows = [Row(name, code_id, dict(found)) for (name, code_id), found in numbers.items()]
    rows.sort(key=lambda row: (-row.numbers.get(SCANS, 0), row.name))
    shown = rows[:most]
    return Figures(kinds, shown, len(rows) - len(shown), span)


def names(codes: dict[int, Known], by: str) -> dict[int, str]:
    """What each code counts for."""
    if by == "place":
        there = places.told_apart({one.place_id for one in codes.values() if one.place_id})
        return {one.id: there.get(one.place_id or 0, "No place of ours") for one in codes.values()}
    if by == "partner":
        known = {one.id: one.name for one in organisations.everyone()}
        return {one.id: known.get(one.partner_id or 0, "The campaign’s own") for one in codes.values()}
    if by == "language":
        spoken = {one.code: one.name for one in i18n.site().languages}
        return {one.id: " + ".join(spoken.get(c, c) for c in (one.language, one.second) if c) for one in codes.values()}
    if by == "design":
        titles = {slug: one.title for slug, one in designs.DESIGNS.items()}
        return {one.id: titles.get(one.design, one.design) for one in codes.values()}
    there = names(codes, "place")
    return {one.id: f"{one.code}, {there[one.id]}" if one.place_id else one.code for one in codes.values()}
