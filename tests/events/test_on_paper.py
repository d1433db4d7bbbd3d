"""Guest lists, sign-in sheets and flyers: on paper in every script, tagged, and as a table that no spreadsheet runs."""

import csv
from io import StringIO

import pytest
from sqlalchemy import select

from campaign import clock, db, i18n
from campaign.events import board, editing, guest_list
from campaign.events.editing import Words
from campaign.events.models import Rsvp
from campaign.links import service as links
from campaign.links import targets
from campaign.links.models import Code
from campaign.printables import flyer
from campaign.printables.models import Print
from campaign.typeset import Press
from tests.conftest import ROOT
from tests.events.acts import hold
from tests.house.everything import on_sqlite
from tests.printables.looking import codes, look

pytestmark = on_sqlite
NAMES = ["Anna Sample", "ตัวอย่าง สุข", "예시 사람", "示例人", "範例人", "Ví Dụ Nguyễn", "=cmd|' /C calc'!A0", "مثال 😀"]


@pytest.fixture
def guests(site):
    """Guests with names in every script that people here write."""
    event_id = hold(site, capacity=40)
    with site.inside(), db.writing() as session:
        for number, name in enumerate(NAMES):
            known = {
                "name": name,
                "name_key": f"{number}",
                "language": "en",
                "state": "seated",
                "joined_at": clock.now(),
            }
            session.add(Rsvp(event_id=event_id, party=2, access_needs="+ a ramp", **known))
        editing.get(event_id).taken = 2 * len(NAMES)
    return event_id


def test_the_list_and_the_sheet_are_tagged_and_hold_every_name(site, staff, guests):
    for way in ("guests.pdf", "sign-in.pdf?paper=a4"):
        answer = staff.raw(f"/staff/events/1/{way}")
        assert answer.mimetype == "application/pdf" and answer.headers["Cache-Control"] == "no-store"
        sheet = look(answer.data)
        assert b"/StructTreeRoot" in answer.data and b"pdfuaid" in answer.data
        for name in NAMES[:-2]:
            assert name.replace(" ", "") in sheet.text.replace(" ", "").replace("\u2060", ""), (way, name)
        assert "a ramp" not in sheet.text and "□" in sheet.text
    assert staff.raw("/staff/events/1/guests.pdf?paper=a5").status_code == 409


def test_a_long_list_goes_on_and_an_empty_one_prints(site, staff, guests):
    with site.inside(), db.reading():
        shown = board.get(guests)
        content = guest_list.to_print(shown, "letter", sign=True)
    content |= {"guests": [{"name": "Sample Person", "party": 1}] * 120}
    with site.inside():
        made = guest_list.pdf(Press(ROOT / "templates" / "print"), content)
        assert guest_list.pdf(Press(ROOT / "templates" / "print"), {**content, "guests": [], "blank": 0, "sign": False})
    assert look(made).pages >= 4


def test_the_table_runs_nothing_and_names_no_address(site, staff, guests):
    text = staff.raw("/staff/events/1/guests.csv").get_data(as_text=True)
    rows = list(csv.reader(StringIO(text.lstrip("\ufeff"))))
    assert rows[0][:2] == ["name", "party"] and len(rows) == len(NAMES) + 1
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row) and "@" not in text
    assert "'=cmd" in text


def test_a_flyer_has_a_code_of_its_own_that_leads_to_the_event_in_its_language(site, visitor, staff):
    event_id = hold(site)
    with site.inside(), db.writing():
        editing.write(event_id, "ko", Words("함께 듣는 저녁", "예시입니다."), clock.now())
    page = staff.get("/staff/events/1/flyers")
    for language in ("ko", "en"):
        page = staff.press(page, "Make a flyer", language=language)
    made = select(Code.target, Code.design, Code.print_id)
    assert site.rows(made) == [("/events/evening", "event-flyer", None)] * 2  # counted as what they are
    korean = site.rows(select(Code.id).where(Code.language == "ko"))[0][0]
    sheet = look(staff.raw(f"/staff/events/1/flyers/{korean}.pdf?paper=a4").data)
    assert "함께듣는저녁" in sheet.text.replace(" ", "").replace("\u2060", "").replace("\n", "")
    [read] = codes(sheet.picture)
    answer = visitor.raw(f"/q/{read.text.rpartition('/')[2]}")
    assert answer.status_code == 302 and answer.location.startswith("/ko/events/evening?via=")
    with site.inside(), db.writing():
        others = [links.make(to, "en", "Event flyer", clock.now()) for to in ("/pledges/freedom", "/events/evening")]
    for other in others:  # posters, whatever somebody wrote beside them
        assert staff.raw(f"/staff/events/1/flyers/{other}.pdf").status_code == 404
    assert staff.press(page, "Make a flyer", language="km").status == 422


def test_a_print_of_flyers_for_many_places_says_what_the_flyer_says_and_leads_to_the_event(site, staff):
    event_id = hold(site)
    with site.inside(), db.writing():
        editing.write(event_id, "ko", Words("함께 듣는 저녁", "예시입니다."), clock.now())
    with site.inside(), db.reading(), i18n.speaking(i18n.find("ko")):
        said = vars(flyer.lines(board.get(event_id)))
    [way] = [one for one in staff.get("/staff/events/1/flyers").all("main li a") if one.to_text() == "한국어"]
    page = staff.get(way.attrs["href"])
    first = page.form("Try it")["fields"]
    assert {name: first[f"event_{name}"] for name in said} == said and said["title"] == "함께 듣는 저녁"
    chosen = [one.attrs["value"] for one in page.all("#target option, #language option") if "selected" in one.attrs]
    assert chosen == ["/events/evening", "ko"]
    more = {"language": "ko", "second": "", "partner_id": "", "paper": "a4", "output": "office"}
    assert staff.press(page, "Try it", target="/events/evening", **more).status == 200
    assert site.rows(select(Print.design, Print.target)) == [("event-flyer", "/events/evening")]
    for elsewhere in ("event=99", "event=-1", "event=1&language=km"):
        page = staff.get(f"/staff/prints/new/event-flyer?{elsewhere}")
        assert page.status == 404 if "99" in elsewhere else page.form("Try it")["fields"]["event_title"] == ""
    assert staff.get("/staff/prints/new/poster?event=1").status == 200


def test_no_code_can_be_printed_that_leads_to_an_event_for_members_or_one_that_is_over(site, later):
    hold(site)
    hold(site, slug="members", members_only=True)
    hold(site, slug="draft", publish=False)

    def offered():
        with site.inside(), db.reading():
            return [one for one, _ in targets.offered() if one.startswith("/events")]

    assert offered() == ["/events/evening", "/events"]
    later(days=11)
    assert offered() == ["/events"]


def test_an_event_that_nobody_may_see_has_no_flyer_and_no_code_leads_there(site, staff):
    hold(site, publish=False)
    with site.inside(), db.writing():
        code = links.make("/pledges/freedom", "en", "Library", clock.now())
    assert staff.get("/staff/events/1/flyers").status == 404
    said = staff.press(staff.get(f"/staff/codes/{code}"), "Save", target="/events/evening")
    assert said.status == 409 and "no published event" in said.text
