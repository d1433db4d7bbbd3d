"""All places as a table for a spreadsheet, which can be brought in again; in pieces, to need no large memory."""

import csv
from collections.abc import Iterator
from io import StringIO

from sqlalchemy import select

from .. import db
from ..text import cell
from . import service
from .models import Place
from .rules import COLUMNS, KINDS

A_PIECE = 1_000


def places() -> Iterator[str]:
    """The lines of the table in the order in which the places were added; not those that are gone."""
    yield "\ufeff" + _lines([["number", *COLUMNS, "state"]])  # the mark lets spreadsheets see that it is UTF-8
    with db.reading():
        partners = service.partners()
    after = 0
    while found := _rows(after):
        after = found[-1].id
        yield _lines([_cells(one, partners) for one in found])


def _rows(after: int) -> list[Place]:
    found = select(Place).where(Place.id > after, Place.merged_into_id.is_(None)).order_by(Place.id).limit(A_PIECE)
    with db.reading() as session:
        return list(session.scalars(found))


def _cells(one: Place, partners: dict[int, str]) -> list[str]:
    said = {name: getattr(one, name) for name in COLUMNS if hasattr(one, name)}
    said |= {"kind": next(label for kind, label in KINDS.items() if kind == one.kind)}
    said |= {"languages": ", ".join(one.spoken), "partner": partners.get(one.partner_id or 0, "")}
    return [str(one.id), *(said[name] for name in COLUMNS), "retired" if one.retired_at else "in use"]


def _lines(rows: list[list[str]]) -> str:
    out = StringIO()
    csv.writer(out).writerows([[cell(text) for text in row] for row in rows])
    return out.getvalue()
