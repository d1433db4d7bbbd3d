"""A list as spreadsheets write it: read whatever its encoding and its signs, or refused with one sentence."""

import codecs
import csv
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.places import reading
from campaign.places.reading import Sheet, Unreadable, read
from campaign.places.rules import COLUMNS, column_named
from campaign.text import clean, fold

ROWS = [["name", "address", "zip"], ["Café São Paulo, the old one", "1 Main St; rear\nSecond floor", "90027"]]
ENCODINGS = {"utf-8": b"", "utf-8-sig": b"", "utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
ENCODINGS |= {"cp1252": b""}
# Told apart by nothing: a CSV reader has to take what stands between two separators as it is.
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
QUICKLY = settings(deadline=None, max_examples=150, derandomize=True)


def _written(rows, sign=",", encoding="utf-8", end="\r\n"):
    out = StringIO(newline="")
    if end == "\r":  # the writer itself quotes no other line break
        csv.writer(out, delimiter=sign, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        csv.writer(out, delimiter=sign, lineterminator=end).writerows(rows)
    return ENCODINGS[encoding] + out.getvalue().encode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_every_encoding_sign_and_end_of_line_that_spreadsheets_write_is_read(encoding, sign, end):
    (row,) = read(_written(ROWS, sign, encoding, end)).rows
    assert (row.number, row.cells) == (2, dict(zip(*ROWS, strict=True)))


def test_the_line_by_which_excel_names_the_sign_is_no_row():
    for first in (b"sep=;\r\n", b'"sep=;"\r\n'):
        assert read(first + _written(ROWS, ";")).rows[0].number == 2


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Name", "name"),
        (" PLACE NAME ", "name"),
        ("Zip Code", "zip"),
        ("postal_code", "zip"),
        ("Neighbourhood", "area"),
        ("Type of place", "kind"),
        ("Languages spoken there", "languages"),
        ("Address line 2", "address"),
        ("Whose?", "partner"),
        ("ＮＯＴＥＳ", "note"),
        ("Telephone", None),
        ("", None),
    ],
)
def test_columns_are_known_by_the_names_that_people_give_them(header, field):
    assert column_named(header) == field


def test_what_is_no_column_of_ours_is_left_out_and_named():
    sheet = read(_written([["Name", "Telephone", "Zip"], ["One", "x", "90027"]]))
    assert sheet.left_out == ["Telephone"] and sheet.rows[0].cells == {"name": "One", "zip": "90027"}


def test_two_lines_of_an_address_are_one_address_and_empty_rows_are_no_rows():
    rows = [["Name", "Address 1", "Address 2"], ["", " ", ""], ["One", "1 Main St", "Rear"], [], ["Two", "", "Rear"]]
    found = read(_written(rows)).rows
    assert [(row.number, row.cells["address"]) for row in found] == [(3, "1 Main St\nRear"), (5, "Rear")]


def test_a_row_with_more_cells_than_columns_says_so_and_a_short_one_is_fine():
    found = read(b"name,zip\nOne\nTwo,90027,x\nThree,90027,,\n").rows
    assert [row.more for row in found] == [False, True, False]


BAD = {
    "empty": (b"", reading.EMPTY),
    "blank": (b"\xef\xbb\xbf \r\n,,\r\n", reading.EMPTY),
    "only a mark": (codecs.BOM_UTF16_LE, reading.EMPTY),
    "too big": (b"name,zip\n" + b"x" * 1_000_000, reading.TOO_BIG),
    "Excel": (b"PK\x03\x04" + b"\x00" * 50, reading.WORKBOOK),
    "older Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1", reading.WORKBOOK),
    "a NUL": (b"name,zip\nOne\x00,90027\n", reading.NUL),
    "a NUL in UTF-16": (codecs.BOM_UTF16_LE + "name,zip\nO\x00,9".encode("utf-16-le"), reading.NUL),
    "UTF-16 without a mark": ("name,zip\nOne,90027".encode("utf-16-le"), reading.NUL),
    "UTF-32": ("name,zip\nOne,90027".encode("utf-32"), reading.NUL),
    "UTF-16 that is cut": (codecs.BOM_UTF16_LE + b"n\x00a", reading.NOT_TEXT),
    "no text": (b"name,zip\n\x81\x8d,\xff\n", reading.NOT_TEXT),
    "UTF-8 with a mark that is none": (codecs.BOM_UTF8 + b"name,zip\n\xff,1\n", reading.NOT_TEXT),
    "one column": (b"name\nOne\nTwo\n", reading.ONE_COLUMN),
    "one column and commas in quotes": (b'name\n"One, Two"\n', reading.ONE_COLUMN),
    "no header": (b"One,90027\nTwo,90028\n", reading.PLACES.lacking),
    "a header without name": (b"kind,zip\nmarket,90028\n", reading.PLACES.lacking),
    "a header alone": (b"name,zip\n", reading.NO_ROWS),
    "a header and nothing": (b"name,zip\n,\n  ,\n", reading.NO_ROWS),
    "too many rows": (b"name,zip\n" + b"One,90027\n" * 5_001, reading.TOO_MANY),
    "two of one": (b"name,zip,postcode\nOne,1,2\n", "“zip” and “postcode” are both taken for: zip"),
    "a quotation mark that stays open": (b'name,zip\nOne,1\n"Two,2\nThree,3\n', "The quotation marks in line"),
    "a quotation mark inside a word": (b'name,zip\n"One"x,1\n', "The quotation marks in line 2"),
    "a cell without an end": (b"name,zip\n" + b"x" * 200_000 + b",1\n", "A cell in line 2 is far too long."),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_list_is_refused_with_one_clear_sentence(kind):
    sent, sentence = BAD[kind]
    with pytest.raises(Unreadable) as refused:
        read(sent)
    assert sentence in str(refused.value) and str(refused.value).endswith(".")


def test_as_many_rows_as_may_be_are_read():
    assert len(read(b"name,zip\n" + b"One,90027\n" * 5_000).rows) == 5_000


def _tried(sent):
    """What was read, and the sentence with which it was refused: one of them is empty."""
    try:
        return read(sent), ""
    except Unreadable as refused:
        return Sheet([]), str(refused)


@QUICKLY
@given(st.binary(max_size=400) | st.builds(bytes.__add__, st.just(b"name,zip\n"), st.binary(max_size=300)))
def test_whatever_bytes_are_sent_they_are_rows_or_a_sentence(sent):
    sheet, sentence = _tried(sent)
    assert sentence.endswith(".") or all(set(row.cells) <= set(COLUMNS) for row in sheet.rows)
    assert bool(sentence) != bool(sheet.rows)


@QUICKLY
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6),
    sign=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"]),
)
def test_whatever_stands_in_the_cells_comes_out_as_it_was_written(rows, sign, encoding):
    sent = _written([["name", "note", "city"], *rows], sign, encoding)
    wanted = {number: row for number, row in enumerate(rows, start=2) if any(cell.strip() for cell in row)}
    sheet, sentence = _tried(sent)
    assert {row.number: list(row.cells.values()) for row in sheet.rows} == wanted
    assert sentence == ("" if wanted else reading.NO_ROWS)


@QUICKLY
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40))
def test_plain_text_takes_a_short_way_and_comes_out_like_any_other(text):
    assert clean(text) == clean(f"é{text}é")[1:-1].strip()
    assert fold(text) == fold(f"é{text}é")[1:-1]
