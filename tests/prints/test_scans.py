"""What pieces brought: every scan and pledge once, day by day, compared as staff ask; partners see people in tens."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, select, text

from campaign import clock, db
from campaign.app import Switches
from campaign.links import bringing, visits
from campaign.links.bringing import Span
from campaign.links.models import Code
from campaign.pledges import service as pledges
from campaign.pledges.models import NamelessSignatures
from campaign.printables import adding, chart, theirs
from tests.house.everything import on_sqlite
from tests.partner_door.acts import of, partner
from tests.pledges.acts import confirm_all, sign_from
from tests.prints import acts


@pytest.fixture
def site(noon, make_site):
    """A site whose worker prints without a process of its own."""
    return make_site(switches=Switches(print_apart=False))


def _scan(site, code, number):
    visitor = site.visitor()
    for _ in range(number):
        assert visitor.raw(f"/q/{code}").status_code == 302
    with site.inside():
        visits.tally().write()


def _sign(site, code, number):
    for one in range(number):
        came = f"10.7.{one}.1"
        assert sign_from(site, came, f"Sample {one}", f"{code}{one}@example.org", via=code).status_code == 303
    confirm_all(site)


def _code_id(site, code):
    ((code_id,),) = site.rows(select(Code.id).where(Code.code == code))
    return code_id


def _rows(page):
    return [[" ".join(c.to_text().split()) for c in row.query("td, th")] for row in page.all("section tbody tr")]


def test_scans_and_pledges_are_added_up_by_place_design_language_and_piece(site, staff, later, staff_of):
    first, second, _ = acts.some_places(site)
    acts.printed(site, acts.lines(1, first) + acts.lines(1, second, "es"), "business-card")
    (one, *_), (other, *_) = acts.codes(site)
    _scan(site, one, 4)
    _sign(site, one, 1)
    later(days=1)
    staff = staff_of(site)
    _scan(site, other, 3)
    page = staff.get("/staff/scans")
    assert "Scans: 7" in page.text and "Pledges: 1" in page.text
    scans, pledges = page.all(".chart svg")
    assert (
        "7 in all, most on 2027-01-11 with 4" in scans.attrs["aria-label"] and "1 in all" in pledges.attrs["aria-label"]
    )
    days = [["January 11, 2027", "4"], ["January 12, 2027", "3"]]
    assert _rows(page)[:2] == days and _rows(page)[2] == ["January 11, 2027", "1"]
    assert _rows(page)[3:] == [
        ["Sample Temple", "4", "1", "25 %", "0", "0 %"],
        ["Sample Market", "3", "0", "0 %", "0", "0 %"],
    ]
    for by, names in (
        ("design", ["Business cards"]),
        ("language", ["English", "Español"]),
        ("partner", ["The campaign’s own"]),
        ("piece", [f"{one}, Sample Temple", f"{other}, Sample Market"]),
    ):
        found = staff.get(f"/staff/scans?by={by}")
        assert [row[0] for row in _rows(found)[3:]] == names, by
    assert "Scans: 3" in staff.get("/staff/scans?language=es&days=7").text
    assert "Scans: 4" in staff.get(f"/staff/scans?place={first}").text
    assert "Scans: 7" in staff.get("/staff/scans?print=1&design=business-card").text
    assert "Scans: 0" in staff.get("/staff/scans?design=poster").text
    assert "Scans: 7" in staff.get("/staff/scans?days=x&by=x&design=x&language=x&partner=x&place=-1&print=x").text
    assert "days=365" not in page.html and "Week from" in staff.get("/staff/scans?days=365").text
    page = staff.get("/staff/prints/1")
    assert [row[-2:] for row in _rows(page)] == [["4", "1"], ["3", "0"]]
    later(days=30)
    assert "Nothing was followed in this time" in staff_of(site).get("/staff/scans").text


@on_sqlite
def test_branches_of_one_name_are_told_apart(site, staff):
    first, second, third = acts.some_places(site, ("Sample Market", "Sample Market", "Sample Temple"))
    acts.printed(site, [*acts.lines(1, first), *acts.lines(1, second), *acts.lines(1, third)], "business-card")
    for number, (code, *_) in enumerate(acts.codes(site), start=1):
        _scan(site, code, number)
    names = [row[0] for row in _rows(staff.get("/staff/scans"))][-3:]
    assert names == ["Sample Temple", "Sample Market (90002)", "Sample Market (90001)"]


@on_sqlite
def test_a_partner_sees_its_own_scans_exactly_and_takes_its_own_files_alone(site, staff, later):
    mine, theirs = partner(site), partner(site, "Sample Partner 2")
    first, *_ = acts.some_places(site)
    for whose in (mine, theirs):
        acts.printed(site, acts.lines(1, first, partner_id=whose), "business-card")
    (one, *_), (other, *_) = acts.codes(site)
    _scan(site, one, 9)
    _scan(site, other, 25)
    later(days=1)
    person = of(site, mine)
    page = person.get("/partner/scans")
    assert "25" not in page.text and "In the 30 days up to yesterday: 9 scans." in page.text
    assert _rows(page) == [["Sample Temple", "9", "fewer than 10"]]
    assert "9 in all" in page.one(".chart svg").attrs["aria-label"]
    assert "Visits 9" in person.get(f"/partner/codes/{_code_id(site, one)}").text  # the same at every door
    assert "9 visits by your codes" in person.get("/partner/").text
    later(days=30)
    page = of(site, mine).get("/partner/scans")
    assert "Nothing was scanned in this time." in page.text and not page.all(".chart svg")
    person = of(site, mine)
    page = person.get("/partner/prints")
    assert page.text.count("Sample cards") == 2 and "/partner/prints/2" not in page.html  # its title, and for ears
    answer = person.raw("/partner/prints/1/print.zip", buffered=True)
    assert answer.status_code == 200 and answer.get_data() == acts.zip_of(site, 1).read_bytes()
    assert person.get("/partner/prints/2/print.zip").status == 404
    assert (
        "There is no print of yours yet"
        in of(site, partner(site, "Sample Partner 3"), "third@example.org").get("/partner/prints").text
    )


def test_of_what_a_partner_sees_no_single_person_can_be_told(site):
    """Shown in tens, one more is seen of nobody; the negative control: the exact number would tell everybody."""
    mine = partner(site)
    acts.printed(site, acts.lines(1, partner_id=mine), "business-card")
    shown, exact = set(), set()
    with site.inside(), db.writing() as session:
        session.add(NamelessSignatures(pledge_id=1, code_id=1, number=0))
    for number in range(1, 40):
        with site.inside(), db.writing() as session:
            session.execute(text("UPDATE nameless_signatures SET number = :number"), {"number": number})
            shown.add(str(theirs.scans(mine, clock.today())))
            exact.add(pledges.signatures_by_code([1])[1])
    assert len(shown) == 4 and len(exact) == 39


@on_sqlite
def test_for_scans_alone_no_other_feature_is_asked(site):
    mine = partner(site)
    with site.inside(), db.reading(), bringing.asking.connected_to(_must_not_be_asked):
        assert theirs.scans(mine, clock.today()).total == 0
        with pytest.raises(AssertionError, match="asked"):
            bringing.brought(Span(date(2027, 1, 1), date(2027, 1, 11)))


def _must_not_be_asked(span):
    raise AssertionError("asked")


@on_sqlite
def test_what_is_asked_stays_the_same_however_many_codes_there_are_and_uses_an_index(site):
    with site.inside(), db.writing() as session:
        ids = bringing.brought(Span(date(2027, 1, 1), date(2027, 1, 11)))
        assert [one.total for one in ids] == [0, 0, 0]
        for word in ("code_visits", "signatures"):
            moment = "day" if word == "code_visits" else "code_id IS NOT NULL AND confirmed_at"
            asked = f"EXPLAIN QUERY PLAN SELECT * FROM {word} WHERE {moment} BETWEEN '2027-01-01' AND '2027-01-31'"
            plan = " ".join(row[3] for row in session.execute(text(asked)))
            assert "USING INDEX" in plan and "SCAN" not in plan, plan
    said: list[str] = []
    engine = site.app.extensions["database"].engine
    numbers = []
    for number in (1, 40):
        acts.printed(site, acts.lines(number), "business-card")
        with site.inside(), db.reading():
            event.listen(engine, "before_cursor_execute", listener := lambda *a: said.append(a[2]))
            adding.figures(Span(date(2027, 1, 1), date(2027, 1, 11)), "place")
            event.remove(engine, "before_cursor_execute", listener)
        numbers.append(len(said))
        said.clear()
    assert numbers[0] == numbers[1] <= 9, numbers


@pytest.mark.parametrize("most", [0, 1, 9, 10, 99, 12_345])
def test_a_chart_has_few_even_lines_and_a_name_in_words(most):
    steps = [(date(2027, 1, 1) + timedelta(days=day), most if day == 3 else 0) for day in range(30)]
    drawn = chart.columns(steps, chart.in_words("Scans", steps))
    assert drawn.count('class="tick"') <= 6 + 6 and 'role="img"' in drawn and "<style" not in drawn
    assert f"with {most:,}" in drawn if most else "none in this time" in drawn


def test_what_a_chart_is_called_cannot_become_markup():
    drawn = chart.columns([(date(2027, 1, 1), 1)], '"><script>alert(1)</script>')
    assert "<script" not in drawn
