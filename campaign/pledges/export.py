"""Signatures as a table for a spreadsheet, in pieces, so that a large campaign needs no large memory."""

import csv
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from typing import Any

from sqlalchemy import select

from .. import clock, db, i18n
from ..links.models import Code
from ..supporters.models import Supporter
from ..text import cell
from .models import Pledge, Signature

A_PIECE = 1_000
COLUMNS = "pledge signed confirmed state name email area message shown newsletter language code".split()  # noqa: SIM905


def signatures() -> Iterator[str]:
    """The lines of the table, oldest signature first, a thousand at a time."""
    yield "\ufeff" + _lines([COLUMNS])  # the mark lets spreadsheets see that it is UTF-8
    after = 0
    while rows := _rows(after):
        after = rows[-1][0].id
        yield _lines([_cells(row) for row in rows])


def _rows(after: int) -> list[Any]:
    found = (
        select(Signature, Pledge.slug, Supporter.email, Supporter.subscribed, Code.code)
        .join(Pledge, Pledge.id == Signature.pledge_id)
        .join(Supporter, Supporter.id == Signature.supporter_id)
        .outerjoin(Code, Code.id == Signature.code_id)
        .where(Signature.id > after, Signature.disowned_at.is_(None))
        .order_by(Signature.id)
        .limit(A_PIECE)
    )
    with db.reading() as session:
        return list(session.execute(found).all())


def _cells(row: Any) -> list[str]:
    one, slug, email, subscribed, code = row
    address = email if one.confirmed_at else ""  # before that nobody knows whose address it is
    moments = [_moment(at) for at in (one.signed_at, one.confirmed_at)]
    said = [one.name, address, one.area, one.message, "yes" if one.show_name else "", "yes" if subscribed else ""]
    return [slug, *moments, one.standing(clock.now()).value, *said, one.language, code or ""]


def _moment(at: datetime | None) -> str:
    return i18n.local(at).isoformat(sep=" ", timespec="seconds") if at else ""


def _lines(rows: list[list[str]]) -> str:
    out = StringIO()
    csv.writer(out).writerows([[cell(text) for text in row] for row in rows])
    return out.getvalue()
