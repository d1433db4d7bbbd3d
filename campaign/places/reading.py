"""A list as somebody sends it, of places or of what names them: CSV as spreadsheets write it, in any of their ways.

What comes out is text, cell by cell; nothing in it is ever worked out. What cannot be read is refused with a sentence.
"""

import codecs
import csv
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from io import StringIO

from ..text import fold
from .rules import COLUMNS, column_named

LARGEST = 1_000_000  # bytes
MOST_ROWS = 5_000
SIGNS = ",;\t"
NAMED_SIGN = re.compile(r'\A"?sep=."?(\r\n|\r|\n)', re.IGNORECASE)  # Excel's first line; the sign is seen anyway
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # a zip (xlsx, ods, numbers), and the older Excel
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
EMPTY = "This file is empty."
TOO_BIG = "This file is too big: at most 1 MB. Cut it in two."
WORKBOOK = (
    "This is an Excel file or another workbook. Save it as CSV there (File, Save as, CSV UTF-8), and choose that."
)
NOT_TEXT = "This is no text that we can read: it is neither UTF-8, UTF-16 nor Windows-1252. Save it as UTF-8."
NUL = "This file holds NUL characters, which no list has: it is damaged, or no CSV. Save it as CSV UTF-8 once more."
ONE_COLUMN = "This file has one column only. Between columns stands a comma, a semicolon or a tab."
NO_ROWS = "Below the names of the columns there is nothing."
TOO_MANY = f"This file has more than {MOST_ROWS:,} rows. Cut it in two."


class Unreadable(Exception):
    """This is no list that we can take; the message is a sentence for whoever sent it."""


@dataclass(frozen=True)
class Columns:
    """What a list is about: the field that a header names (None for none of ours), the fields one of which must be
    there, and the names of all, to be told.
    """

    named: Callable[[str], str | None]
    must: tuple[str, ...]
    others: Iterable[str]

    @property
    def lacking(self) -> str:
        """What is wrong with a first line that names none of those that must be there."""
        must = " or ".join(self.must)
        others = ", ".join(self.others)
        return f"The first line must name the columns, and one of them must be: {must}. The others: {others}."


PLACES = Columns(column_named, ("name",), COLUMNS)


@dataclass(frozen=True)
class Row:
    """One line of the list: its number as a spreadsheet counts, its cells by field. `more`: it has cells too many."""

    number: int
    cells: dict[str, str]
    more: bool = False


@dataclass(frozen=True)
class Sheet:
    """A list that could be read, the columns in it that are none of ours, and whether it is in Windows-1252."""

    rows: list[Row]
    left_out: list[str] = field(default_factory=list)
    windows: bool = False


def read(sent: bytes, columns: Columns = PLACES) -> Sheet:
    """The rows of a file. Raises Unreadable."""
    if len(sent) > LARGEST:
        raise Unreadable(TOO_BIG)
    if sent.startswith(WORKBOOKS):
        raise Unreadable(WORKBOOK)
    text, encoding = _decoded(sent)
    if "\x00" in text:
        raise Unreadable(NUL)
    if not text.strip("\ufeff \t\r\n,;"):
        raise Unreadable(EMPTY)
    return _sheet(*_table(text, columns), columns, encoding == "cp1252")


def _decoded(sent: bytes) -> tuple[str, str]:
    """The text and how it is written: a mark at the beginning says that; else it is UTF-8, or Windows-1252."""
    known = next((name for mark, name in MARKS if sent.startswith(mark)), None)
    if known is None and b"\x00" in sent:
        raise Unreadable(NUL)
    for name in (known,) if known else ("utf-8", "cp1252"):
        try:
            return sent.decode(name), name
        except UnicodeDecodeError:
            continue
    raise Unreadable(NOT_TEXT)


def _table(text: str, columns: Columns) -> tuple[list[str], list[list[str]]]:
    """The names of the columns and the rows below, cut at the sign that makes most sense of the first line."""
    text = NAMED_SIGN.sub("", text)
    tables = [(sign, _rows(text, sign, only=1)) for sign in SIGNS]
    heads = {sign: rows[0] for sign, rows in tables if rows}
    sign = max(heads, key=lambda one: (len([h for h in heads[one] if columns.named(h)]), len(heads[one])), default=",")
    rows = _rows(text, sign)
    if not rows or max(map(len, rows)) < 2:
        raise Unreadable(ONE_COLUMN)
    return rows[0], rows[1:]


def _rows(text: str, sign: str, only: int = 0) -> list[list[str]]:
    """The rows, or the first of them; `only` forgives what is wrong, for it is not yet known that this is the sign."""
    reader, found = csv.reader(StringIO(text, newline=""), delimiter=sign, strict=not only), []
    try:
        for row in reader:
            found.append(row)
            if len(found) == only or len(found) > MOST_ROWS + 1:
                break
    except csv.Error as error:
        if only:
            return found
        raise Unreadable(_sentence(str(error), reader.line_num)) from error
    return found


def _sentence(error: str, line: int) -> str:
    if "field larger" in error:
        return f"A cell in line {line} is far too long."
    return f"The quotation marks in line {line} do not fit together: one is never closed, or stands inside a word."


def _sheet(head: list[str], rows: list[list[str]], columns: Columns, windows: bool) -> Sheet:
    fields = [columns.named(one) for one in head]
    if not set(columns.must) & set(fields):
        raise Unreadable(columns.lacking)
    twice = next((one for one in fields if one and one != "address" and fields.count(one) > 1), None)
    if twice:
        both = [f"“{name.strip()[:40]}”" for name, field in zip(head, fields, strict=True) if field == twice]
        raise Unreadable(
            f"The columns {' and '.join(both)} are both taken for: {twice}. Give one of them another name."
        )
    if len(rows) > MOST_ROWS:
        raise Unreadable(TOO_MANY)
    found = [_row(number, fields, row) for number, row in enumerate(rows, start=2) if any(cell.strip() for cell in row)]
    if not found:
        raise Unreadable(NO_ROWS)
    left_out = [name.strip()[:40] for name, one in zip(head, fields, strict=True) if one is None and fold(name)]
    return Sheet(found, left_out, windows)


def _row(number: int, fields: list[str | None], row: list[str]) -> Row:
    """Cells by field; several lines of an address are one address."""
    cells: dict[str, str] = {}
    for one, cell in zip(fields, row, strict=False):
        if one:
            cells[one] = f"{cells[one]}\n{cell}" if cells.get(one) else cell
    return Row(number, cells, more=any(cell.strip() for cell in row[len(fields) :]))
