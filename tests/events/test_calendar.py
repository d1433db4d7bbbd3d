"""Other calendars read our events: two parsers that nobody here wrote understand feed and entry, whatever is typed."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import ics
import pytest
from icalendar import Calendar

from campaign import clock, db
from campaign.events import calendar, editing
from campaign.events.calendar import Entry
from campaign.events.clocks import observances
from campaign.text import clean
from tests.events.writing_acts import FACTS, made, place, write
from tests.hostile import corpus
from tests.house.everything import on_sqlite
from tests.partners.acts import partner, say

WINTER, SUMMER = datetime(2027, 1, 21, 2, 0, tzinfo=UTC), datetime(2027, 7, 21, 2, 0, tzinfo=UTC)
HOURS = timedelta(hours=2)
ENTRY = Entry(
    "event-1@sample.example",
    0,
    WINTER,
    WINTER,
    WINTER + HOURS,
    "America/Los_Angeles",
    "T",
    "A",
    "W",
    "https://a.example/",
    "en",
)


def _read(text):
    """The same calendar as both parsers read it: uid, start, end, title and place of each event."""
    one = [
        (str(e["UID"]), e.decoded("DTSTART").astimezone(UTC), e.decoded("DTEND").astimezone(UTC), str(e["SUMMARY"]))
        for e in Calendar.from_ical(text).walk("VEVENT")
    ]
    other = [
        (e.uid, e.begin.datetime.astimezone(UTC), e.end.datetime.astimezone(UTC), e.name)
        for e in ics.Calendar(text).events
    ]
    assert sorted(one) == sorted(other)
    return sorted(one, key=lambda event: event[1])


def _feed(visitor, path="/events.ics"):
    answer = visitor.raw(path)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/calendar; charset=utf-8", path
    text = answer.get_data(as_text=True)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n")) and "\n" not in text.replace("\r\n", "")
    return text


@on_sqlite
def test_both_parsers_understand_the_feed_and_the_entry_in_every_zone_and_language(site, staff, visitor):
    host = partner(site)
    say(staff, host, "page")
    made(site, "winter", WINTER, WINTER + HOURS, "Winter, und “mehr”; \\ back", place_id=place(site))
    made(site, "summer", SUMMER, SUMMER + HOURS, "Summer", zone="Pacific/Honolulu", partner_id=host)
    made(site, "utc", SUMMER + HOURS, SUMMER + 2 * HOURS, "U", zone="UTC")
    write(staff, 1, "ko", title="겨울 모임 " * 8, summary="요약")
    read = _read(_feed(visitor))
    assert [(uid, start) for uid, start, *_ in read] == [
        ("event-1@localhost", WINTER),
        ("event-2@localhost", SUMMER),
        ("event-3@localhost", SUMMER + HOURS),
    ]
    assert read[0][3] == "Winter, und “mehr”; \\ back" and read[0][2] == WINTER + HOURS
    assert _read(_feed(visitor, "/ko/events.ics"))[0][3] == clean("겨울 모임 " * 8)
    assert [one[0] for one in _read(_feed(visitor, "/coalition/sample-partner-1/events.ics"))] == ["event-2@localhost"]
    entry = _feed(visitor, "/events/winter.ics")
    assert _read(entry)[0][0] == "event-1@localhost" and "1 Sample Street" in entry.replace("\r\n ", "")
    for text in (_feed(visitor), entry):
        assert "meet.example" not in text and "side door" not in text.lower()


@on_sqlite
def test_a_change_keeps_the_uid_and_raises_the_sequence_and_a_cancelled_one_says_so(site, staff, visitor):
    made(site, "opening", WINTER, WINTER + HOURS)

    def said():
        text = _feed(visitor, "/events/opening.ics")
        return int(re.findall(r"SEQUENCE:(\d+)", text)[0]), re.findall(r"STATUS:(\w+)", text)[0], _read(text)[0]

    before = said()
    page = staff.press(
        staff.get("/staff/events/1"), "Save", **{**FACTS, "starts": "2027-01-20T19:00", "ends": "2027-01-20T21:00"}
    )
    assert page.status == 200
    after = said()
    assert after[0] > before[0] and after[1] == "CONFIRMED" and after[2][0] == before[2][0]
    assert after[2][1] == before[2][1] + timedelta(hours=1)
    with site.inside(), db.writing():
        editing.cancel(1, {}, clock.now())
    cancelled = said()
    assert cancelled[0] > after[0] and cancelled[1] == "CANCELLED" and cancelled[2][0] == before[2][0]
    assert "STATUS:CANCELLED" in _feed(visitor)


@pytest.mark.parametrize(
    "zone",
    [
        "America/Los_Angeles",
        "America/New_York",
        "Europe/Berlin",
        "Africa/Casablanca",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
    ],
)
def test_the_clocks_that_we_tell_are_those_of_the_zone(zone):
    """Every observance is an hour of the zone's own: before it its clocks show one time, from it on another."""
    for one in observances(zone, 2026, 2028)[1:]:
        hours = [timedelta(hours=int(o[:3]), minutes=int(o[0] + o[3:])) for o in (one.before, one.after)]
        at = (one.begins - hours[0]).replace(tzinfo=UTC)
        assert at.astimezone(ZoneInfo(zone)).utcoffset() == hours[1]
        assert (at - timedelta(minutes=1)).astimezone(ZoneInfo(zone)).utcoffset() == hours[0]


def test_both_parsers_find_every_hour_of_a_year_by_the_clocks_that_we_tell():
    for day in (*range(0, 366, 30), 72, 73, 74, 309, 310, 311):
        begins = datetime(2027, 1, 1, 20, 30, tzinfo=UTC) + timedelta(days=day)
        entry = Entry(**{**vars(ENTRY), "starts_at": begins, "ends_at": begins + HOURS})
        assert _read(calendar.ics([entry], "N", "O"))[0][1:3] == (begins, begins + HOURS)


@pytest.mark.gate("S7", quick=12, full=2_000)
def test_no_string_changes_how_a_calendar_is_built(size):
    """S7, the sink iCalendar: as many lines and events as with harmless words, and the words come back as typed."""
    for one in corpus.some(size):
        text = clean(one.text.replace("\x00", ""), lines=True)
        said = {"title": " ".join(text.split()), "about": text, "where": text}
        made_of = calendar.ics([Entry(**{**vars(ENTRY), **said}), ENTRY], text, text)
        lines = made_of.replace("\r\n ", "").split("\r\n")
        names = [line.partition(":")[0].partition(";")[0] for line in lines]
        assert names.count("BEGIN") == names.count("END") == 7 and names.count("UID") == 2, str(one)
        events = Calendar.from_ical(made_of).walk("VEVENT")
        assert len(events) == 2 and str(events[0].get("SUMMARY", "")) == " ".join(text.split()), str(one)
        assert str(events[0].get("DESCRIPTION", "")) == text, str(one)
        assert len(ics.Calendar(made_of.replace("event-1", "event-0", 1)).events) == 2, str(one)


def test_without_escaping_a_title_would_write_events_of_its_own(monkeypatch):
    """The negative control."""
    monkeypatch.setattr(calendar, "_text", lambda text: text)
    title = "T\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:made-up\r\nSUMMARY:Gone"
    made_of = calendar.ics([Entry(**{**vars(ENTRY), "title": title})], "N", "O")
    assert made_of.count("BEGIN:VEVENT") == 2
