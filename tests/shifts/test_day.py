"""The day of a shift: in and out, once each, taken back, hours credited; and who leaves without being checked out."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.events.arrivals import Came
from campaign.shifts import day, editing, hours
from campaign.shifts.models import Hours, Placement, ShiftNeed
from campaign.volunteers import service
from tests.house.everything import on_sqlite
from tests.shifts.acts import able, at, at_rest, give_back, shift, take
from tests.volunteers.acts import path_of


def _begin(site, noon, number=2):
    """A shift of three hours that begins in half an hour, and who has taken it."""
    people = [able(site, one, languages=[("ko", "well")]) for one in range(1, number + 1)]
    shift_id = shift(site, "14 10:00", number=number + 1, languages=("es", "ko"))
    for one in people:
        take(site, one, shift_id)
    site.letters()
    noon.move_to(at("14 09:30"), tick=False)
    return shift_id, people


def _hours(site):
    columns = (Hours.volunteer_id, Hours.minutes, Hours.source, Hours.state, Hours.language)
    return [tuple(row) for row in site.rows(select(*columns).order_by(Hours.id))]


@on_sqlite
def test_in_and_out_credits_the_time_between_and_twice_changes_nothing(site, noon, staff_of, visitor):
    shift_id, (anna, _) = _begin(site, noon)
    staff = staff_of(site)
    page = staff.get(staff.get("/staff/week").link("Check in and out"))
    assert "Here now 0" in page.text and "Still expected 2" in page.text and "Needed 3" in page.text
    page = staff.press(page, "Check in Sample Helper B")
    assert "Sample Helper B is checked in." in page.text and "Here now 1" in page.text
    noon.move_to(at("14 09:40"), tick=False)
    again = staff.post(f"/staff/shifts/{shift_id}/day/in", _one(page, "check_in", 1) | {"id": "1"})
    assert "was checked in at 9:30" in again.text and "already" in again.text
    noon.move_to(at("14 13:05"), tick=False)
    staff = staff_of(site)
    page = staff.press(staff.get(f"/staff/shifts/{shift_id}/day"), "Check out Sample Helper B")
    assert "was checked out at 1:05" in page.text and "Here now 0" in page.text and "Left at 1:05" in page.text
    assert _hours(site) == [(anna, 215, "check-in", "approved", "ko")]
    assert "3 h 35 min" in visitor.get(f"{path_of(site, anna)}/hours").text
    staff.post(f"/staff/shifts/{shift_id}/day/out", _one(page, "check_in", 1) | {"id": "1"})
    assert len(_hours(site)) == 1
    page = staff.press(page, "Undo Sample Helper B")
    assert _hours(site) == [] and "Sample Helper B was checked in at 9:30" not in page.text
    page = staff.press(page, "Undo Sample Helper B")
    assert "Taken back: Sample Helper B is not checked in." in page.text and "Still expected 2" in page.text
    assert "checked a volunteer out of a shift" in staff.get("/staff/audit").text
    at_rest(site)


def _one(page, _act, line_id):
    token = page.all("form input[name=csrf_token]")[0].attrs["value"]
    return {"csrf_token": token, "id": str(line_id), "came": "1"}


@on_sqlite
def test_the_door_finds_by_name_and_code_and_shows_nobody_elses(site, noon, staff_of):
    shift_id, _ = _begin(site, noon)
    staff = staff_of(site)
    page = staff.get(f"/staff/shifts/{shift_id}/day")
    code = site.rows(select(Placement.door_code).order_by(Placement.id))[0][0]
    for typed, found in ((code.lower(), "Sample Helper B"), ("helper c", "Sample Helper C")):
        assert [found in staff.press(page, "Find", typed=typed).text] == [True]
    assert "Nobody was found." in staff.press(page, "Find", typed="Zoe").text
    assert "Not here yet" in staff.press(page, "Find", typed="").text
    assert staff.raw(f"/staff/shifts/{shift_id}/day/count").json == {"here": "0", "expected": "2"}
    assert staff.post(f"/staff/shifts/{shift_id}/day/in", {**_one(page, "", 1), "id": "x"}).status == 200
    other = shift(site, "14 11:00")
    gone = staff.post(f"/staff/shifts/{other}/day/in", _one(page, "", 1))
    assert "They are not on the list any more." in gone.text
    out = staff.post(f"/staff/shifts/{shift_id}/day/out", _one(page, "", 1))
    assert "They are not on the list any more." in out.text
    assert staff.get("/staff/shifts/99/day").status == 404


@on_sqlite
def test_the_door_is_open_near_the_day_only(site, noon, staff_of):
    shift_id, _ = _begin(site, noon)
    path = f"/staff/shifts/{shift_id}/day"
    for when, said in (("13 21:00", "more than 12 hours before"), ("23 10:00", "has been over for more than 8 days")):
        noon.move_to(at(when), tick=False)
        page = staff_of(site).get(path)
        assert page.status == 409 and said in page.text


@on_sqlite
def test_who_is_not_checked_out_is_credited_with_the_shifts_length_and_who_stays_away_noted(site, noon, visitor):
    shift_id, (anna, bela) = _begin(site, noon)
    with site.inside(), db.writing():
        day.roll(shift_id, clock.now()).check_in(1, 1, clock.now(), let_in=False)
    noon.move_to(at("14 15:59"), tick=False)
    site.work("credit-hours")
    assert _hours(site) == []
    noon.move_to(at("14 16:01"), tick=False)
    for _ in range(2):
        site.work("credit-hours")
    assert _hours(site) == [(anna, 180, "length", "approved", "ko")]
    assert "so the length of the shift counts" in visitor.get(f"{path_of(site, anna)}/hours").text
    away = select(Placement.volunteer_id).where(Placement.no_show.is_(True))
    assert [row[0] for row in site.rows(away)] == [bela]
    noon.move_to(at("15 10:00"), tick=False)
    with site.inside(), db.writing():  # the list from paper comes the day after
        roll = day.roll(shift_id, clock.now())
        assert roll.check_out(1, clock.now())
        assert roll.check_in(2, 1, clock.now(), let_in=False) is Came.COUNTED
    assert _hours(site) == [(anna, 270, "check-in", "approved", "ko")]  # an hour after the end at most
    assert site.rows(away) == []


@on_sqlite
def test_what_staff_corrected_is_not_overwritten(site, noon):
    shift_id, (anna, _) = _begin(site, noon)
    with site.inside(), db.writing():
        roll = day.roll(shift_id, clock.now())
        roll.check_in(1, 1, clock.now(), let_in=False)
        noon.move_to(at("14 13:00"), tick=False)
        roll.check_out(1, clock.now())
        db.session().flush()
        hours.correct(1, 60, 1, clock.now())
        hours.credit(db.session().get_one(Placement, 1), clock.now())
    assert _hours(site) == [(anna, 60, "check-in", "approved", "ko")]


@on_sqlite
def test_what_staff_corrected_goes_with_the_check_in_and_not_with_the_check_out(site, noon, staff_of):
    shift_id, (anna, _) = _begin(site, noon)
    path, staff = f"/staff/shifts/{shift_id}/day", staff_of(site)
    staff.press(staff.get(path), "Check in Sample Helper B")
    staff.press(staff.get(path), "Check out Sample Helper B")
    staff.press(staff.get("/staff/hours/1"), "Correct", hours="2", minutes="")
    corrected = [(anna, 120, "check-in", "approved", "ko")]
    staff.press(staff.get(path), "Undo Sample Helper B")
    assert _hours(site) == corrected
    staff.press(staff.get(path), "Check out Sample Helper B")
    assert _hours(site) == corrected
    for _ in range(2):
        staff.press(staff.get(path), "Undo Sample Helper B")
    assert _hours(site) == []


@on_sqlite
def test_a_shift_that_was_cancelled_credits_nobody_and_misses_nobody(site, noon):
    shift_id, _ = _begin(site, noon)
    with site.inside(), db.writing():
        day.roll(shift_id, clock.now()).check_in(1, 1, clock.now(), let_in=False)
        editing.cancel(shift_id, "Rain", clock.now())
    noon.move_to(at("14 16:01"), tick=False)
    site.work("credit-hours")
    assert _hours(site) == [] and site.rows(select(Placement.id).where(Placement.no_show.is_(True))) == []


@on_sqlite
def test_who_gave_it_back_or_was_erased_can_not_be_checked_in(site, noon):
    shift_id, (anna, bela) = _begin(site, noon)
    give_back(site, anna, shift_id)
    with site.inside(), db.writing():
        service.leave(bela, clock.now())
    with site.inside(), db.writing():
        roll = day.roll(shift_id, clock.now())
        for placement_id in (1, 2, 3):
            with pytest.raises(LookupError):
                roll.check_in(placement_id, 1, clock.now(), let_in=False)
    assert site.rows(select(ShiftNeed.taken)) == [(0,)]


def test_two_phones_check_one_volunteer_in_and_out_once(site, noon):
    shift_id, _ = _begin(site, noon, 1)
    said: list[Any] = []
    both = threading.Barrier(4, timeout=20)

    def press():
        with site.inside():
            both.wait()
            with db.writing():
                said.append(day.roll(shift_id, clock.now()).check_in(1, 1, clock.now(), let_in=False))
            both.wait()
            with db.writing():
                said.append(day.roll(shift_id, clock.now()).check_out(1, clock.now()))

    phones = [threading.Thread(target=press) for _ in range(4)]
    for one in phones:
        one.start()
    for one in phones:
        one.join()
    assert (said.count(Came.COUNTED), said.count(Came.ALREADY)) == (1, 3)
    assert (said.count(True), said.count(False)) == (1, 3) and len(_hours(site)) == 1


WORKED = [
    # came, left (minutes around a shift from 10:00 to 13:00), minutes, how
    (0, 180, 180, "check-in"),
    (-30, 200, 230, "check-in"),
    (-120, 180, 240, "check-in"),  # an hour before the start at most
    (0, 600, 240, "check-in"),  # an hour after its end at most
    (60, 90, 30, "check-in"),
    (0, None, 180, "length"),
    (90, None, 180, "length"),
    (179, 180, 1, "check-in"),
    (180, 600, 180, "length"),  # the button was pressed when all was over, and says nothing
    (1500, 1501, 180, "length"),  # written down the day after
]


@pytest.mark.parametrize(("came", "left", "minutes", "source"), WORKED)
def test_what_counts_as_worked(came, left, minutes, source):
    starts = at("14 10:00")
    gone = None if left is None else starts + timedelta(minutes=left)
    found = hours.worked((starts, starts + timedelta(hours=3)), starts + timedelta(minutes=came), gone)
    assert found == (minutes, source)


SHORT = [
    # names, and what a helper reads
    (["Anna Sample", "Bela"], ["Anna", "Bela"]),
    (["Anna Sample", "Anna Example", "Anna"], ["Anna S.", "Anna E.", "Anna"]),
    (["王小明", "王明", "李四"], ["王…明", "王…", "李…"]),
    (["王小明"], ["王…"]),
    (["김민수", "김민지", "박 지민"], ["김…수", "김…지", "박"]),
    (["Nguyễn Văn An", "สมชาย ใจดี"], ["Nguyễn", "สมชาย"]),
    (["さくら", "明", ""], ["さ…", "明", ""]),
]


@pytest.mark.parametrize(("names", "short"), SHORT)
def test_short_names(names, short):
    rows = [day.Present(number, name, 1, "taken", 0, None) for number, name in enumerate(names)]
    assert [one.name for one in day.short_names(rows)] == short
