"""The codes of one partner, with what it may know of each: visits as counted, people in whole tens as of midnight."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from .. import clock
from ..links import bringing
from ..links import service as links
from ..links.bringing import Span, Wanted
from ..links.models import Code
from ..partners import service as partners
from ..pledges import brought
from . import adding


@dataclass(frozen=True)
class Theirs:
    """A code of theirs. `people` signed by it, exactly: only what `brought.in_words` makes of it is for their eyes."""

    code: Code
    visits: int
    people: int

    @property
    def state(self) -> str:
        """In a word."""
        return "retired" if self.code.retired_at else "open"

    @property
    def signed(self) -> str:
        """How many signed by it, as it may be read."""
        return brought.in_words(self.people)


def of(partner_id: int, *, single: bool = False) -> list[Theirs]:
    """The codes of a partner, newest first: all, or only those that were made one by one."""
    return with_figures(links.codes_of(partner_id, single=single))


def with_figures(codes: Iterable[Code]) -> list[Theirs]:
    """These codes and what each brought."""
    codes = list(codes)
    ids = [one.id for one in codes]
    visits, people = links.visits(ids), brought.by_code(ids, _midnight())
    return [Theirs(one, visits.get(one.id, 0), people[one.id]) for one in codes]


def totals(rows: list[Theirs]) -> tuple[int, str]:
    """Visits, and who signed, of all these codes together."""
    return sum(row.visits for row in rows), brought.in_words(sum(row.people for row in rows))


@dataclass(frozen=True)
class Scans:
    """What a partner sees of its scans, day by day and by place; `rows` hold a name, its scans, and who signed."""

    steps: list[tuple[date, int]]
    rows: list[tuple[str, int, str]]
    total: int


def scans(partner_id: int, today: date) -> Scans:
    """Scans of the 30 days up to yesterday; people of all time alone, which no look at single days takes apart."""
    span = Span(today - timedelta(days=30), today - timedelta(days=1), Wanted(partner=partner_id))
    found, codes = bringing.scans(span), bringing.known(span.wanted)
    names, people = adding.names(codes, "place"), brought.by_code(list(codes), _midnight())
    scanned, signed = Counter[str](), Counter[str]()
    for code_id, name in names.items():
        scanned[name] += found.by_code.get(code_id, 0)
        signed[name] += people[code_id]
    rows = [(name, scanned[name], brought.in_words(signed[name])) for name in sorted(scanned)]
    return Scans([(day, found.by_day.get(day, 0)) for day in span.days], rows, found.total)


def _midnight() -> datetime:
    return datetime.combine(clock.today(), time(), UTC)


@partners.taking_out.connect
def _take_out(partner_id: int) -> dict[str, object]:
    return {"codes": [_as_data(row) for row in of(partner_id)]}


def _as_data(row: Theirs) -> dict[str, object]:
    code = row.code
    retired = code.retired_at.isoformat(timespec="seconds") if code.retired_at else None
    known = {"code": code.code, "leads_to": code.target, "language": code.language, "note": code.note}
    made = {"made_at": code.made_at.isoformat(timespec="seconds"), "retired_at": retired}
    return {**known, **made, "visits": row.visits, "signatures_confirmed": row.signed}
