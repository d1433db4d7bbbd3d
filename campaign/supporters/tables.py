"""What a partner takes away, as tables for a spreadsheet: UTF-8 with its mark, one header, cells that are no formulas.

The first line names the columns, as `COLUMNS` and `ASKED` do; running.md says what each means.
"""

import csv
from collections.abc import Iterable
from datetime import datetime
from io import StringIO

from .. import i18n
from ..text import cell
from .handing import Person
from .models import Removal

FEW = 10  # a number of people below this is told as "fewer than"
COLUMNS = {
    "ref": "A random reference: by it you find who must be removed later. Keep it with what you keep.",
    "name": "The name that the person gave.",
    "email": "Their address, which they confirmed.",
    "language": "The language in which they want to be written to.",
    "since": "When they agreed to be given to you.",
    "may_write": "yes: you may send them your news. no: you may have their address, and may not send news to it.",
}
ASKED = ("ref", "what", "asked")


def people(rows: Iterable[Person]) -> str:
    """Those whom a partner may have."""
    lines = [
        [one.ref, one.name, one.email, one.language, _day(one.since), "yes" if one.may_write else "no"] for one in rows
    ]
    return _lines([list(COLUMNS), *lines])


def removals(rows: Iterable[Removal]) -> str:
    """What a partner is asked to do about which reference: `delete` all of it, or `do not write` any more."""
    return _lines([list(ASKED), *([one.ref, one.what, _day(one.asked_at)] for one in rows)])


def _day(moment: datetime) -> str:
    return i18n.local(moment).date().isoformat()


def _lines(rows: list[list[str]]) -> str:
    out = StringIO()
    csv.writer(out).writerows([[cell(text) for text in row] for row in rows])
    return "\ufeff" + out.getvalue()  # the mark lets spreadsheets see that it is UTF-8
