"""A partner sees what its own codes brought: visits as counted, people in whole tens and a day late (gate S23)."""

from collections import Counter
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select, update

from campaign import clock, db
from campaign.links import visits
from campaign.pledges import brought
from campaign.pledges.models import Signature
from campaign.supporters import erasure
from tests.house.everything import on_sqlite
from tests.partner_door.acts import code, of, partner
from tests.pledges.acts import confirm_all, sign_from
from tests.printables.looking import codes, look

pytestmark = pytest.mark.plain_sql


@pytest.fixture
def mine(site):
    """Somebody of the first of two partners, each of which has a code, beside one of the campaign's own."""
    first, second = partner(site), partner(site, "Sample Partner 2")
    for number, partner_id in enumerate((first, second, None)):
        code(site, partner_id, ("Library", "Temple", "Market")[number])
    return of(site, first)


def _sign(site, number, typed, begin=0):
    for one in range(begin, begin + number):
        came = f"10.{one // 200}.{one % 200}.1"
        assert sign_from(site, came, f"Sample {one}", f"s{one}@example.org", via=typed).status_code == 303
    confirm_all(site)


def _cells(page):
    return [" ".join(cell.to_text().split()) for cell in page.all("tbody tr > *")]


def _typed(page):
    return _cells(page)[0]


def test_a_partner_sees_its_own_codes_alone_with_where_they_lead_and_what_they_brought(site, mine, visitor):
    page = mine.get("/partner/codes")
    typed = _typed(page)
    assert _cells(page) == [typed, "Library", "0", "fewer than 10", "/pledges/freedom (en)", "open"]
    for _ in range(3):
        visitor.raw(f"/q/{typed}")
    with site.inside():
        visits.tally().write()
    assert _cells(mine.get("/partner/codes"))[2] == "3"
    assert "3 visits" in mine.get("/partner/").text


def test_people_are_shown_from_ten_on_in_tens_and_after_midnight(site, mine, later):
    typed = _typed(mine.get("/partner/codes"))
    _sign(site, 12, typed)
    assert _cells(mine.get("/partner/codes"))[3] == "fewer than 10"
    later(hours=13)
    mine = of(site, 1)
    for path in ("/partner/", "/partner/codes", "/partner/codes/1", "/partner/data.json"):
        assert "at least 10" in mine.raw(path).get_data(as_text=True), path
    with site.inside(), db.writing() as session:
        session.execute(update(Signature).where(Signature.id <= 3).values(withdrawn_at=clock.now()))
    assert _cells(mine.get("/partner/codes"))[3] == "at least 10"
    later(hours=24)
    assert _cells(of(site, 1).get("/partner/codes"))[3] == "fewer than 10"


def _told_apart(shown, joins=1000):
    """How many joined, one after another, of whom two looks say that exactly one joined in between."""
    looks = [shown(number) for number in range(joins + 10)]
    means_one_number = {one for one, often in Counter(looks).items() if often == 1}
    return sum({before, after} <= means_one_number for before, after in pairwise(looks[: joins + 1]))


@pytest.mark.gate("S23", quick=1000, full=100_000)
def test_of_a_thousand_single_joins_none_can_be_told_from_what_is_shown(size):
    assert _told_apart(brought.in_words, size) == 0
    words = [brought.in_words(number) for number in range(1001)]
    assert words[:11] == ["fewer than 10"] * 10 + ["at least 10"] and words[1000] == "at least 1,000"


def test_numbers_that_are_exact_from_ten_on_would_tell_nearly_everybody():
    """The negative control: hiding small numbers is not enough where a partner may look every day."""
    assert _told_apart(str) == 1000
    assert _told_apart(lambda number: "fewer than 10" if number < 10 else str(number)) == 990


def test_erased_people_stay_in_the_total_without_a_name(site, mine, later):
    typed = _typed(mine.get("/partner/codes"))
    _sign(site, 10, typed)
    later(days=1)
    with site.inside(), db.writing() as session:
        assert session.scalar(select(func.count(Signature.id))) == 10
        erasure.erase(1, clock.now())
        assert session.scalar(select(func.count(Signature.id))) == 9
    assert _cells(of(site, 1).get("/partner/codes"))[3] == "at least 10"


@on_sqlite
def test_a_poster_is_printed_with_the_partners_own_code(mine):
    page = mine.get("/partner/codes/1")
    offered = [a.attrs["href"] for a in page.all("a") if "poster.pdf" in a.attrs["href"]]
    assert len(offered) == 16
    answer = mine.raw(offered[0])
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    (found,) = codes(look(answer.get_data()).picture)
    assert urlsplit(found.text).path == f"/Q/{page.heading.removeprefix('Code ')}"
    assert mine.get("/partner/codes/1/poster.pdf?language=xx").status == 404


@on_sqlite
def test_a_retired_code_says_so_and_offers_no_poster(site, mine, staff):
    staff.press(staff.get("/staff/codes/1"), "Retire it")
    page = mine.get("/partner/codes/1")
    assert "kind page" in page.text and "poster.pdf" not in page.html
    assert "0 codes in use" in mine.get("/partner/").text


@on_sqlite
def test_staff_say_for_which_partner_a_code_is_when_they_make_it(site, mine, staff):
    page = staff.get("/staff/codes/new")
    offered = [" ".join(one.to_text().split()) for one in page.all("#partner_id option")]
    assert offered == ["None: it is the campaign’s own", "Sample Partner 1", "Sample Partner 2"]
    made = {"pledge": "freedom", "language": "es", "note": "Clinic", "partner_id": "1"}
    page = staff.press(page, "Make the code", **made)
    assert "Sample Partner 1" in page.text and "Clinic Sample Partner 1" in staff.get("/staff/codes").text
    assert "Clinic" in mine.get("/partner/codes").text
    page = staff.press(staff.get("/staff/codes/new"), "Make the code", **{**made, "partner_id": "9"})
    assert page.status == 422


@on_sqlite
def test_a_partner_takes_its_own_data_out_and_nothing_of_anybody_elses(mine):
    answer = mine.raw("/partner/data.json")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sample-partner-1.json"'
    known = answer.get_json()
    assert (known["name"], known["state"]) == ("Sample Partner 1", "active")
    assert [(one["note"], one["visits"], one["signatures_confirmed"]) for one in known["codes"]] == [
        ("Library", 0, "fewer than 10")
    ]
    assert "Temple" not in answer.get_data(as_text=True) and "Market" not in answer.get_data(as_text=True)
