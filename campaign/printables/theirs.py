"""The codes of one partner, with what it may know of each: visits as counted, people in whole tens as of midnight."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time

from .. import clock
from ..links import service as links
from ..links.models import Code
from ..partners import service as partners
from ..pledges import brought


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


def of(partner_id: int) -> list[Theirs]:
    """All codes of a partner, newest first."""
    return with_figures(links.codes_of(partner_id))


def with_figures(codes: Iterable[Code]) -> list[Theirs]:
    """These codes and what each brought."""
    codes = list(codes)
    ids = [one.id for one in codes]
    visits, people = links.visits(ids), brought.by_code(ids, _midnight())
    return [Theirs(one, visits.get(one.id, 0), people[one.id]) for one in codes]


def totals(rows: list[Theirs]) -> tuple[int, str]:
    """Visits, and who signed, of all these codes together."""
    return sum(row.visits for row in rows), brought.in_words(sum(row.people for row in rows))


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
