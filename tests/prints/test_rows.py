"""What is read from the rows of a list: places, languages, numbers, loosely written; and why a row cannot be taken."""

import pytest

from campaign.clock import now
from campaign.places import reading
from campaign.places.models import Place
from campaign.printables import piles, rows
from campaign.printables.rows import Known, Line

LANGUAGES = {"english": "en", "en": "en", "spanish": "es", "es": "es", "thai": "th", "ไทย": "th", "th": "th"}


def _place(id, name, key, zip_code="", **more):
    return Place(id=id, name=name, name_key=key, zip=zip_code, **more)


def _known(**more):
    there = [
        _place(1, "Sample Temple", "sampletemple", "90001"),
        _place(2, "Sample Market", "samplemarket", "90002"),
        _place(3, "Sample Market", "samplemarket", "90003"),
        _place(4, "Sample Hall", "samplehall", "90004", retired_at=now()),
        _place(5, "Sample Pagoda", "samplepagoda", "90001", merged_into_id=1),
    ]
    usual = Line("en", target="/pledges/freedom")
    return Known(there, LANGUAGES, {"samplepartner1": 1}, frozenset({"/pledges", "/pledges/freedom"}), usual, **more)


def _read(sent, **more):
    return _known(**more).read(reading.read(sent.encode(), rows.LIST).rows)


def test_a_row_is_read_as_people_write_it():
    sent = "Venue;Post code;Languages;Partner;How many;Leads to\n"
    sent += "sample-temple;;Thai and English;Sample Partner 1;12;/pledges\nSAMPLE MARKET;90003-1234;;lead;;\n"
    (one, other), wrong = _read(sent)
    assert wrong == []
    assert one == Line("th", "en", "/pledges", 1, "Sample Temple", "", 1, 12)
    assert other == Line("en", "", "/pledges/freedom", 3, "Sample Market", "", None, 1)


def test_a_list_of_ours_can_be_sent_as_it_is_and_a_place_that_was_merged_is_the_one_that_was_kept():
    (one,), wrong = _read("number,name,kind,zip\n5,Sample Pagoda,temple,90001\n", named=True)
    assert wrong == [] and (one.place_id, one.place_line) == (1, "Sample Temple")


@pytest.mark.parametrize("mark", [*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))])
def test_a_mark_of_direction_turns_no_line(mark):
    (one,), wrong = _read(f"place,line\nSample Temple,{mark}Call 1-888 {mark}now\n")
    assert wrong == [] and one.place_line == "Call 1-888 now"


ROWS = {
    "no such place": ("place,zip\nSample Temple,90001\nNowhere,\n", "There is no such place"),
    "a formula": ('place,copies\nSample Temple,"=1+1"\n', "begins as a formula does"),
    "a formula for a name": ("place,zip\n=cmd|' /C calc'!A0,90001\n", "begins as a formula does"),
    "no number": ("place,copies\nSample Temple,many\n", "no number of copies"),
    "too many copies": ("place,copies\nSample Temple,1001\n", "no number of copies"),
    "a strange language": ("place,language\nSample Temple,Klingon\n", "in no language “Klingon”"),
    "three languages": ("place,language\nSample Temple,es/th/en\n", "one language, or in two"),
    "a partner": ("place,partner\nSample Temple,Nobody\n", "no active partner “Nobody”"),
    "a page": ("place,leads to\nSample Temple,/help\n", "There is no page /help"),
    "a long line": (f"place,line\nSample Temple,{'x' * 300}\n", "room for 120 at most"),
    "cells too many": ("place,zip\nSample Temple,90001,more\n", "more cells than there are columns"),
    "a damaged letter": ("place,line\nSample Temple,�\n", "could not be read"),
    "two of that name": ("place,copies\nSample Market,1\n", "2 places with this name"),
    "retired": ("place,copies\nSample Hall,1\n", "This place is retired"),
    "no name": ("place,copies\n,1\n", "It names no place"),
}


@pytest.mark.parametrize("kind", ROWS)
def test_a_row_that_cannot_be_taken_says_why(kind):
    sent, why = ROWS[kind]
    *_, wrong = _read(sent)[1]
    assert why in wrong.why and wrong.number == sent.count("\n")


def test_where_the_hotline_is_all_there_is_a_row_that_leads_somewhere_is_refused():
    lines, (wrong,) = _read("place,leads to\nSample Temple,/pledges\nSample Temple,\n", counted=False)
    assert wrong.why == rows.NO_CODE and len(lines) == 1


def test_pieces_of_one_place_lie_together_in_the_order_of_the_list():
    lines = [
        Line("en", place_id=one, place=str(one), copies=copies) for one, copies in ((7, 1), (3, 2), (7, 3), (3, 4))
    ]
    assert [(line.place_id, line.copies) for line in rows.in_order(lines)] == [(7, 1), (7, 3), (3, 2), (3, 4)]
    assert rows.pieces_of(lines) == 10


@pytest.mark.parametrize("per_sheet", [1, 2, 4, 10])
def test_each_pile_that_is_cut_runs_through_the_sheets(per_sheet):
    for number in range(1, 45):
        order = piles.in_piles(number, per_sheet)
        sheets = [order[at : at + per_sheet] for at in range(0, number, per_sheet)]
        cut = [[sheet[place] for sheet in sheets if place < len(sheet)] for place in range(per_sheet)]
        assert [piece for pile in cut for piece in pile] == list(range(number))
        assert all(len(sheet) == per_sheet for sheet in sheets[:-1])


def test_without_piles_the_pieces_would_have_to_be_sorted_by_hand():
    """The negative control: pieces in the order of reading come out of the knife mixed."""
    sheets = [list(range(at, at + 10)) for at in range(0, 30, 10)]
    assert [sheet[place] for place in range(10) for sheet in sheets] != list(range(30))


def test_files_hold_whole_sheets_of_at_most_so_many_pieces():
    for per_sheet in (1, 2, 4, 10):
        parts = list(piles.files(1_000, per_sheet))
        assert [piece for part in parts for piece in part] == list(range(1_000))
        assert all(len(part) % per_sheet == 0 and len(part) <= piles.MANY for part in parts)
