"""Hours written down by hand: logged, approved, corrected, struck; sums and the book of their columns."""

import csv
from datetime import date, timedelta
from io import StringIO

import pytest
from sqlalchemy import select, update

from campaign import clock, db
from campaign.shifts import hours, totals
from campaign.shifts.hours import Entry
from campaign.shifts.models import Hours
from campaign.supporters import erasure
from campaign.volunteers import service as volunteers
from tests.house.everything import on_sqlite
from tests.shifts.acts import able
from tests.volunteers.acts import path_of, role

pytestmark = on_sqlite
WORK = {"worked_on": "2027-01-10", "role": "1", "hours": "2", "minutes": "30", "note": "Translated a card"}


@pytest.fixture(autouse=True)
def _a_role(site):
    role(site)


def _states(site):
    return [tuple(row) for row in site.rows(select(Hours.state, Hours.minutes).order_by(Hours.id))]


def _log(site, visitor, later, volunteer_id, **fields):
    page = visitor.get(f"{path_of(site, volunteer_id)}/hours")
    later(seconds=3)
    return visitor.press(page, "Write down", **{**WORK, **fields})


def _write(site, volunteer_id, minutes=60, day=date(2027, 1, 10), role_id=1, language=""):
    with site.inside(), db.writing():
        entry = Entry(role_id, day, minutes, "Sample work", language)
        return hours.write_down(volunteer_id, entry, clock.now())


def test_other_work_counts_once_staff_approve_it(site, visitor, staff, later):
    anna = able(site)
    assert "In sum: 0 min. Thank you." in visitor.get(path_of(site, anna)).text
    page = _log(site, visitor, later, anna)
    assert "It counts once we have looked at it." in page.text and "Translated a card" in page.text
    page = staff.get("/staff/hours")
    assert "Sample Helper B : 2 h 30 min on January 10, 2027, Table" in page.text
    page = staff.press(page, "Approve", approve="yes")
    assert "Nothing waits." in page.text and "2 h 30 min by 1 volunteers." in page.text
    page = visitor.get(f"{path_of(site, anna)}/hours")
    assert "In sum: 2 h 30 min. Thank you." in page.text and "They count" in page.text
    assert "approved hours that a volunteer had logged" in staff.get("/staff/audit").text


def test_what_nobody_has_looked_at_can_be_taken_back_and_what_was_decided_not(site, visitor, staff, later):
    anna, bela = able(site), able(site, 2)
    page = _log(site, visitor, later, anna)
    _log(site, visitor, later, anna, note="Carried boxes")
    stranger = visitor.post(f"{path_of(site, bela)}/hours/take-back", {"entry": "1"})
    assert stranger.status == 200 and len(_states(site)) == 2
    page = visitor.press(visitor.get(f"{path_of(site, anna)}/hours"), "Take back")
    assert "Taken back." in page.text and len(_states(site)) == 1
    [left] = [row[0] for row in site.rows(select(Hours.id))]
    staff.press(staff.get("/staff/hours"), "Approve", approve="no")
    assert _states(site) == [("declined", 150)]
    assert visitor.post(f"{path_of(site, anna)}/hours/take-back", {"entry": str(left)}).status == 409
    assert "They do not count" in visitor.get(f"{path_of(site, anna)}/hours").text


WRONG = [
    ({"hours": "", "minutes": ""}, "Give hours or minutes."),
    ({"hours": "24", "minutes": "1"}, "Give hours or minutes."),
    ({"hours": "25"}, "Give whole numbers"),
    ({"minutes": "60"}, "Give whole numbers"),
    ({"hours": "x"}, "Not a valid integer value."),
    ({"worked_on": "2027-01-12"}, "Choose a day of the last twelve months."),
    ({"worked_on": "2026-01-10"}, "Choose a day of the last twelve months."),
    ({"worked_on": "soon"}, "Not a valid date value."),
    ({"note": " "}, "Say in a few words what you did."),
    ({"role": "9"}, "Not a valid choice."),
    ({"note": "x" * 301}, "Please use at most 300 characters."),
]


def test_mistakes_are_named_and_nothing_is_written(site, visitor, later):
    anna = able(site)
    for fields, sentence in WRONG:
        page = _log(site, visitor, later, anna, **fields)
        assert page.status == 422 and sentence in page.text, (fields, page.text[:600])
    assert _states(site) == []
    _log(site, visitor, later, anna, hours="23", minutes="0")
    assert "more than 24 hours on one day" in _log(site, visitor, later, anna, hours="1", minutes="1").text
    assert "Taken back" not in _log(site, visitor, later, anna, hours="1", minutes="0").text and len(_states(site)) == 2


def test_a_flood_of_entries_waits(site, visitor, later):
    anna = able(site)
    with site.inside(), db.writing():
        for day in range(hours.MOST_WAITING):
            hours.log(anna, Entry(1, date(2027, 1, 10) - timedelta(days=day), 5, "Sample"), clock.now())
    assert "Many of your entries wait" in _log(site, visitor, later, anna).text


def test_staff_write_down_and_correct_and_an_older_version_is_told(site, staff):
    anna = able(site)
    page = staff.get(f"/staff/volunteers/{anna}/hours")
    page = staff.press(page, "Write down", **WORK)
    assert "2 h 30 min count." in page.text and _states(site) == [("approved", 150)]
    page = staff.get(page.link("January 10, 2027: 2 h 30 min"))
    old = page
    page = staff.press(page, "Correct", hours="1", minutes="")
    assert "1 h, corrected January 11, 2027" in page.text and _states(site) == [("approved", 60)]
    stale = staff.press(old, "Correct", hours="5")
    assert (
        stale.status == 409 and "Saved meanwhile by somebody else" in stale.text and _states(site) == [("approved", 60)]
    )
    assert staff.press(page, "Correct", hours="25").status == 422
    staff.press(page, "Correct", hours="0", minutes="0")
    assert _states(site) == [("declined", 0)]
    assert (
        staff.press(
            staff.get(f"/staff/volunteers/{anna}/hours"), "Write down", **{**WORK, "worked_on": "2027-02-01"}
        ).status
        == 422
    )
    assert {staff.get(path).status for path in ("/staff/hours/99", "/staff/volunteers/99/hours")} == {404}


def test_a_button_pressed_twice_writes_one_entry_and_the_same_work_later_another(site, staff, visitor, later):
    anna = able(site)
    for _ in range(2):
        assert _log(site, visitor, later, anna).status == 200
        staff.press(staff.get(f"/staff/volunteers/{anna}/hours"), "Write down", **WORK)
    assert _states(site) == [("logged", 150), ("approved", 150)]
    later(minutes=11)
    _log(site, visitor, later, anna)
    assert len(_states(site)) == 3


def test_two_who_decide_are_not_both_right(site, visitor, staff, later):
    _log(site, visitor, later, able(site))
    page = staff.get("/staff/hours")
    staff.press(page, "Approve", approve="yes")
    assert staff.press(page, "Approve", approve="no").status == 409 and _states(site) == [("approved", 150)]


def _table(text):
    assert text.startswith("\ufeff")
    return list(csv.DictReader(StringIO(text[1:])))


def test_sums_are_by_month_role_and_language_and_count_what_was_approved(site, staff, visitor, later):
    anna, bela = able(site), able(site, 2)
    role(site, name="=Sum")
    for who, minutes, day, role_id, language in (
        (anna, 60, date(2027, 1, 10), 1, "ko"),
        (anna, 30, date(2027, 1, 9), 1, "ko"),
        (bela, 45, date(2027, 1, 1), 1, "ko"),
        (bela, 10, date(2027, 1, 1), 1, ""),
        (bela, 20, date(2026, 12, 31), 2, ""),
    ):
        _write(site, who, minutes, day, role_id, language)
    _log(site, visitor, later, anna)  # not approved
    answer = staff.raw("/staff/hours.csv?first=2026-12&last=2027-01")
    assert "hours-2026-12-2027-01.csv" in answer.headers["Content-Disposition"]
    rows = _table(answer.get_data(as_text=True))
    assert [(one["month"], one["role"], one["language_code"], one["hours"], one["volunteers"]) for one in rows] == [
        ("2026-12", "'=Sum", "", "0.33", "1"),
        ("2027-01", "Table", "", "0.17", "1"),
        ("2027-01", "Table", "ko", "2.25", "2"),
    ]
    assert rows[2]["language"] == "한국어" and rows[2]["entries"] == "3" and rows[2]["hours_by_hand"] == "2.25"
    book = _table(staff.raw("/staff/hours-codebook.csv").get_data(as_text=True))
    assert [one["column"] for one in book] == list(rows[0]) and all(one["meaning"] and one["values"] for one in book)
    page = staff.get("/staff/hours?first=2026-12&last=2026-12")
    assert "20 min by 1 volunteers." in page.text
    for odd in ("first=x", "first=2027-05&last=2027-01", "last=0000-00", "page=99999"):
        assert staff.get(f"/staff/hours?{odd}").status == 200


def test_who_leaves_or_is_erased_leaves_hours_but_no_words_and_no_name(site, staff, visitor, later):
    anna, bela = able(site), able(site, 2)
    _write(site, anna)
    _write(site, bela)
    _log(site, visitor, later, bela)
    with site.inside(), db.writing():
        volunteers.leave(bela, clock.now())
    assert site.rows(select(Hours.note, Hours.volunteer_id).order_by(Hours.id)) == [("Sample work", anna), ("", bela)]
    with site.inside(), db.writing():
        erasure.erase(volunteers.get(anna).supporter_id, clock.now())
    assert site.rows(select(Hours.note, Hours.volunteer_id).order_by(Hours.id)) == [("", None), ("", bela)]
    assert "2 h by 1 volunteers." in staff.get("/staff/hours").text
    assert (
        "was forgotten" in staff.get("/staff/hours/1").text and "A former volunteer" in staff.get("/staff/hours/2").text
    )
    later(days=91)
    site.work("forget")
    with site.inside(), db.reading():
        assert [(row.minutes, row.people) for row in totals.rows(date(2027, 1, 1), date(2027, 1, 31))] == [(120, 0)]


def test_hours_are_shown_to_who_gave_them_on_the_page_about_oneself_and_their_words_are_looked_at(site, visitor, later):
    anna = able(site)
    page = _log(site, visitor, later, anna, note="They took my passport and I cannot leave")
    assert page.one("h1") and _states(site) == [] and "hotline" in page.html.lower()
    _log(site, visitor, later, anna)
    with site.inside(), db.reading():
        from campaign.supporters import kept

        held = [one for part in kept.holding.send(volunteers.get(anna).supporter_id) for one in part[1]]
    assert [one.data["minutes"] for one in held if one.kind == "volunteer_hour"] == [150]


def test_who_has_left_is_led_to_the_page_that_says_so(site, visitor):
    anna = able(site)
    path = f"{path_of(site, anna)}/hours"
    with site.inside(), db.writing():
        volunteers.leave(anna, clock.now())
        db.session().execute(update(Hours).values(note=""))
    assert visitor.raw(path).status_code == 303
    assert visitor.post(path, WORK).path.endswith("/hours") is False and _states(site) == []
