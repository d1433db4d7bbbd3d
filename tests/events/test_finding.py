"""Everybody finds events: list, filters, a month, the campaign's month, front page, partners, search engines."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event as listening

from campaign.partners.models import PartnerState
from tests.conftest import NOON
from tests.events.writing_acts import made, place
from tests.house.everything import on_sqlite
from tests.partner_door.acts import put
from tests.partners.acts import partner, say

pytestmark = on_sqlite
EVENING = datetime(2027, 1, 21, 2, 0, tzinfo=UTC)  # 20 January, 6 PM, in Los Angeles
HOURS = timedelta(hours=2)


@pytest.fixture
def four(site, staff):
    """Four events: at a place in Korean, of a partner that may be named, over since yesterday, and in March."""
    host = partner(site)
    say(staff, host, "page")
    made(site, "talk", EVENING, EVENING + HOURS, kind="talk", place_id=place(site), languages=" ko ", capacity=5)
    made(
        site, "vigil", EVENING + timedelta(days=7), EVENING + timedelta(days=7, hours=1), kind="vigil", partner_id=host
    )
    made(site, "march", EVENING + timedelta(days=60), EVENING + timedelta(days=60, hours=1), interpreted=" th ")
    made(site, "over", NOON + timedelta(hours=1), NOON + timedelta(hours=2))
    return host


def _titles(page):
    return [
        " ".join(one.to_text().split())
        for one in page.all(".event-card a, .month-day a > span:last-child, .timeline p > a")
    ]


def test_the_list_shows_what_is_to_come_under_its_days_and_what_is_over_apart(four, visitor, later):
    later(hours=3)
    page = visitor.get("/events")
    assert _titles(page) == ["Sample talk", "Sample vigil", "Sample march"]
    assert "Wednesday, January 20, 2027" in page.text and "6:00 PM – 8:00 PM" in page.text.replace("\u202f", " ")
    assert "오후 6:00 – 오후 8:00" in visitor.get("/ko/events").text
    assert _titles(visitor.get("/events/past")) == ["Sample over"]
    later(days=100)
    assert _titles(visitor.get("/events")) == [] and len(_titles(visitor.get("/events/past"))) == 4


def test_the_list_is_narrowed_down_by_place_language_partner_and_kind(four, visitor):
    for query, titles in {
        "place=1": ["Sample talk"],
        "language=ko": ["Sample talk"],
        "language=th": ["Sample march"],
        "partner=sample-partner-1": ["Sample vigil"],
        "kind=vigil": ["Sample vigil"],
        "kind=vigil&language=ko": [],
        "kind=%3Cscript%3E&place=999999999999999999999": ["Sample over", "Sample talk", "Sample vigil", "Sample march"],
    }.items():
        page = visitor.get(f"/events?{query}")
        assert _titles(page) == titles, query
    assert "No event fits this choice." in visitor.get("/events?kind=vigil&language=ko").text
    page = visitor.get("/events?kind=vigil")
    assert page.link("Español") == "/es/events?kind=vigil"
    assert [o.attrs["value"] for o in page.all("#choose-kind option") if "selected" in o.attrs] == ["vigil"]


def test_a_month_shows_its_days_and_leads_to_its_neighbors(four, visitor):
    page = visitor.get("/events?month=2027-01")
    assert page.heading == "January 2027" and _titles(page) == ["Sample over", "Sample talk", "Sample vigil"]
    assert len(page.all(".month-day")) == 31 and page.all(".begins-6")
    assert visitor.get("/ko/events?month=2027-01").heading == "2027년 1월"
    assert page.link("February 2027") == "/events?month=2027-02"
    assert _titles(visitor.get("/events?month=2027-03")) == ["Sample march"]
    for wrong in ("2027-13", "never", "2027-1"):
        assert visitor.get(f"/events?month={wrong}").status == 404


def test_the_campaigns_month_is_a_timeline_from_its_first_day_to_its_last(four, visitor, later):
    page = visitor.get("/events/timeline")
    assert "January 11, 2027 – February 12, 2027" in page.text
    assert _titles(page) == ["Sample over", "Sample talk", "Sample vigil"]
    later(days=40)
    assert "January 11, 2028" in visitor.get("/events/timeline").text


def test_the_front_page_and_the_partners_page_show_what_comes_next(site, four, visitor):
    assert _titles(visitor.get("/")) == ["Sample over", "Sample talk", "Sample vigil"]
    page = visitor.get("/coalition/sample-partner-1")
    assert _titles(page) == ["Sample vigil"]
    assert "Sample Partner 1" in visitor.get("/events/vigil").text
    put(site, four, PartnerState.PAUSED)
    assert "Sample Partner 1" not in visitor.get("/events/vigil").text + visitor.get("/events").html


def test_a_partner_that_agreed_to_nothing_is_not_named(site, visitor):
    made(site, "vigil", EVENING, EVENING + HOURS, partner_id=partner(site))
    shown = visitor.get("/events/vigil").html + visitor.get("/events").html + visitor.get("/events?month=2027-01").html
    assert "Sample Partner 1" not in shown
    assert visitor.raw("/coalition/sample-partner-1/events.ics").status_code == 404


def test_search_engines_get_what_they_require_and_nothing_for_guests_alone(four, visitor):
    [script] = visitor.get("/events/talk").all("script[type='application/ld+json']")
    known = json.loads(script.to_text())
    assert {"name", "startDate", "location"} <= set(known)  # required
    assert {"endDate", "eventStatus", "eventAttendanceMode", "description", "image", "organizer"} <= set(known)
    assert known["startDate"] == "2027-01-20T18:00:00-08:00" and known["name"] == "Sample talk"
    assert known["location"][0]["address"]["streetAddress"] == "1 Sample Street"
    assert known["eventAttendanceMode"].endswith("MixedEventAttendanceMode") and "meet.example" not in str(known)
    assert known["location"][1] == {"@type": "VirtualLocation", "url": "http://localhost/events/talk"}
    picture = visitor.raw(known["image"][0].removeprefix("http://localhost"), buffered=True)
    assert picture.mimetype == "image/png" and picture.data[:8] == b"\x89PNG\r\n\x1a\n"
    [vigil] = visitor.get("/events/vigil").all("script[type='application/ld+json']")
    assert json.loads(vigil.to_text())["organizer"][0]["name"] == "Sample Partner 1"
    sitemap = visitor.raw("/sitemap.xml").get_data(as_text=True)
    assert "http://localhost/ko/events/talk" in sitemap and "http://localhost/events/timeline" in sitemap


def test_a_title_cannot_leave_the_script_that_it_stands_in(site, visitor):
    title = "</script><script>alert(1)</script>"
    made(site, "hostile", EVENING, EVENING + HOURS, title)
    page = visitor.get("/events/hostile")
    scripts = [one for one in page.all("script") if "src" not in one.attrs]
    assert len(scripts) == 1 and json.loads(scripts[0].to_text())["name"] == title and page.heading == title


def _count(site, visitor, path):
    said = []
    engine = site.app.extensions["database"].engine

    def listen(_connection, _cursor, statement, values, *_):
        said.append((statement, values))

    listening.listen(engine, "before_cursor_execute", listen)
    answer = visitor.raw(path, buffered=True)
    listening.remove(engine, "before_cursor_execute", listen)
    assert answer.status_code == 200
    return [one for one in said if not one[0].startswith(("BEGIN", "COMMIT", "ROLLBACK"))]


PATHS = [
    "/events",
    "/embed/events?kind=talk",
    "/events?kind=talk&language=ko",
    "/events?month=2027-02",
    "/events/timeline",
    "/events.ics",
    "/",
]


@pytest.mark.gate("P7", quick=30, full=2_000)
def test_a_calendar_of_many_events_asks_no_more_than_a_small_one_and_scans_no_growing_table(site, visitor, size):
    for number in range(3):
        made(site, f"first-{number}", EVENING, EVENING + HOURS, kind="talk", languages=" ko ")
    february = EVENING + timedelta(days=30)  # in the month that is asked about there is something from the beginning
    made(site, "first-february", february, february + HOURS, kind="talk", languages=" ko ")
    few = {path: len(_count(site, visitor, path)) for path in PATHS}
    for number in range(size):
        begins = EVENING + timedelta(hours=6 * number)
        made(site, f"more-{number}", begins, begins + HOURS, kind="talk", languages=" ko ")
    for path in PATHS:
        said = _count(site, visitor, path)
        assert len(said) <= few[path] <= 14, path
        for statement, values in said:
            plan = _plan(site, statement, values)
            assert not [line for line in plan if line.startswith(("SCAN events", "SCAN event_texts", "SCAN rsvps"))], (
                plan
            )


def _plan(site, statement, values):
    with site.app.extensions["database"].engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return [row[3] for row in rows]
