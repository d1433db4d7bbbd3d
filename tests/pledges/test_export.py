"""Signatures as a table: complete, and nothing in it that a spreadsheet would run."""

import csv
from io import StringIO

import pytest

from tests.pledges.acts import sign, signed

pytestmark = pytest.mark.plain_sql


def _table(staff):
    answer = staff.raw("/staff/signatures.csv")
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    return list(csv.DictReader(StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_every_signature_is_a_row(site, staff, visitor, later):
    signed(site, visitor, later, message="For my sister, and\nfor yours", place="Pasadena")
    sign(visitor, later, name="Bela Sample", email="bela@example.org")
    first, second = _table(staff)
    assert first["name"] == "Anna Sample" and first["email"] == "anna@example.org" and first["state"] == "confirmed"
    assert first["message"] == "For my sister, and\nfor yours"
    assert second["state"] == "pending" and second["confirmed"] == second["email"] == ""


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "|", "%"])
def test_no_cell_is_a_formula(site, staff, visitor, later, begins):
    name = f"{begins}HYPERLINK(1)" if begins != "@" else "Anna"  # an address is no name
    sign(visitor, later, name=name, message=f"{begins}1+1", place=f"{begins}cmd")
    [row] = _table(staff)
    assert all(not text.startswith(begins) for text in row.values())
    assert row["message"] == f"'{begins}1+1"


def test_a_large_table_comes_whole_and_in_order(site, staff, visitor, later, monkeypatch):
    from campaign.pledges import export

    monkeypatch.setattr(export, "A_PIECE", 2)
    for number in range(5):
        sign(visitor, later, email=f"anna{number}@example.org")
    assert len(_table(staff)) == 5
