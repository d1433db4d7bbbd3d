"""Reminders: the day before, hours before, never at night, moved with the shift; the calendar."""

from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.engine import Engine

from campaign import clock, db, seals
from campaign.shifts import editing
from campaign.shifts.models import Placement, PlacementNews, Shift, ShiftNews
from campaign.supporters.models import Supporter
from campaign.volunteers import lists
from campaign.volunteers import service as volunteers
from tests.house.everything import on_sqlite
from tests.shifts.acts import able, at, give_back, said, shift, take, wait
from tests.volunteers.acts import text_of

pytestmark = on_sqlite
LEAD: dict[str, Any] = {"coordinator": "Sample Lead", "phone": "+12133734253"}


@pytest.fixture(autouse=True)
def _noon(noon):
    """Monday, 11 January 2027, 4:00 in Los Angeles."""
    return noon


@contextmanager
def _statements():
    """What the records are asked meanwhile."""
    found = []

    def hear(*_args):
        found.append(1)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def _subjects(site):
    return [str(one["subject"]) for one in _told(site)]


def _told(site):
    site.work("set-reminders", "tell-volunteers")
    return site.letters()


def test_they_come_the_day_before_and_two_hours_before_with_the_number_for_the_day(site, noon):
    anna, _bela = able(site), able(site, 2)
    take(site, anna, shift(site, "14 10:00", note="Bring water", **LEAD))
    site.letters()
    noon.move_to(at("13 09:59"), tick=False)
    assert _told(site) == []
    noon.move_to(at("13 10:00"), tick=False)
    [letter] = _told(site)
    text = text_of(letter)
    assert "this is a reminder" in text and "Bring water" in text and "Number for the day: (213) 373-4253" in text
    assert "give the shift back on your page" in text and "/shifts/shifts-" in text
    noon.move_to(at("14 07:59"), tick=False)
    assert _told(site) == []
    noon.move_to(at("14 08:00"), tick=False)
    [letter] = _told(site)
    assert "your shift begins soon" in text_of(letter) and "Your code at the table" in text_of(letter)
    for _ in range(2):
        assert _told(site) == []
    noon.move_to(at("14 14:00"), tick=False)
    assert _told(site) == [] and len(site.rows(select(PlacementNews.id))) == 2


def test_nobody_is_reminded_who_gave_it_back_or_has_just_taken_it_or_wants_no_letters(site, noon):
    anna, bela, carla = able(site), able(site, 2), able(site, 3)
    shift_id = shift(site, "14 10:00", number=3)
    for one in (anna, bela):
        take(site, one, shift_id)
    give_back(site, anna, shift_id)
    with site.inside(), db.writing() as session:
        gone = volunteers.get(bela).supporter_id
        session.execute(update(Supporter).where(Supporter.id == gone).values(left_at=clock.now()))
    noon.move_to(at("13 09:00"), tick=False)
    take(site, carla, shift_id)
    site.letters()
    noon.move_to(at("13 10:00"), tick=False)
    assert _told(site) == []
    noon.move_to(at("14 08:00"), tick=False)
    assert len(_told(site)) == 1  # Carla, hours before


def test_reminders_move_with_the_shift_and_are_told_again_only_for_another_day(site, noon):
    anna = able(site)
    shift_id = shift(site, "14 10:00")
    take(site, anna, shift_id)
    site.letters()
    noon.move_to(at("13 10:00"), tick=False)
    assert len(_told(site)) == 1
    _move(site, shift_id, "14 12:00")
    assert _subjects(site) == ["A shift has changed"]
    noon.move_to(at("13 18:00"), tick=False)
    assert _told(site) == []  # two hours later is no other day
    _move(site, shift_id, "16 10:00")
    assert _subjects(site) == ["A shift has changed"]
    noon.move_to(at("15 10:00"), tick=False)
    assert _subjects(site) == ["Your shift"]
    noon.move_to(at("16 08:00"), tick=False)
    assert _subjects(site) == ["Your shift"]


def _move(site, shift_id, begins):
    with site.inside(), db.writing():
        one = editing.get(shift_id)
        role_id = next(iter(lists.asked()))
        editing.change(shift_id, said(one.place_id, role_id, begins), one.version, [], clock.now())


def test_at_night_nobody_is_told_of_a_change_before_the_morning_unless_the_shift_is_at_dawn(site, noon):
    anna, bela = able(site), able(site, 2)
    late, dawn = shift(site, "15 10:00"), shift(site, "14 07:00")
    take(site, anna, late)
    take(site, bela, dawn)
    site.letters()
    noon.move_to(at("13 22:30"), tick=False)
    _move(site, late, "15 11:00")
    _move(site, dawn, "14 07:30")
    assert [str(one["To"]) for one in site.letters()] == ["helper2@example.org"]
    noon.move_to(at("14 07:59"), tick=False)
    assert site.letters() == []
    noon.move_to(at("14 08:00"), tick=False)
    assert "A shift has changed" in [str(one["subject"]) for one in site.letters()]


def test_a_change_that_is_taken_back_in_the_night_is_never_told(site, noon):
    take(site, able(site), shift(site, "15 10:00"))
    site.letters()
    noon.move_to(at("13 22:30"), tick=False)
    _move(site, 1, "15 11:00")
    assert site.letters() == []
    _move(site, 1, "15 10:00")
    noon.move_to(at("14 08:30"), tick=False)
    assert "A shift has changed" not in _subjects(site)


def test_a_cancelled_shift_and_one_that_was_added_late_remind_nobody(site, noon):
    anna = able(site)
    shift_id = shift(site, "14 10:00")
    take(site, anna, shift_id)
    with site.inside(), db.writing():
        editing.cancel(shift_id, "Rain", clock.now())
    site.letters()
    noon.move_to(at("13 15:00"), tick=False)
    take(site, anna, shift(site, "14 14:00"))
    site.letters()
    assert _told(site) == []
    noon.move_to(at("14 12:00"), tick=False)
    assert len(_told(site)) == 1
    assert site.rows(select(ShiftNews.id).where(ShiftNews.kind == "day before")) == []


def test_a_reminder_that_could_not_be_sent_before_the_shift_was_cancelled_is_never_sent(site, noon):
    anna = able(site)
    shift_id = shift(site, "14 10:00")
    take(site, anna, shift_id)
    site.letters()
    for moment in ("13 10:00", "14 08:00"):
        noon.move_to(at(moment), tick=False)
        site.work("set-reminders", "tell-volunteers")
    with site.inside(), db.writing():
        editing.cancel(shift_id, "Rain", clock.now())
    assert _subjects(site) == ["A shift was cancelled"] and len(site.rows(select(PlacementNews.id))) == 3


def test_who_took_it_anew_after_they_had_told_us_to_stop_is_reminded(site, noon):
    anna, bela, shift_id, waited_for = able(site), able(site, 2), shift(site, "14 10:00"), shift(site, "14 15:00")
    take(site, anna, shift_id)
    give_back(site, anna, shift_id)
    take(site, bela, waited_for)
    wait(site, anna, waited_for)
    with site.inside(), db.writing() as session:
        session.execute(update(Supporter).values(left_at=clock.now() + timedelta(hours=1)))
    noon.shift(timedelta(hours=2))
    take(site, anna, shift_id)
    give_back(site, bela, waited_for)
    take(site, anna, waited_for)
    site.letters()
    with site.inside():
        assert site.rows(select(Placement.joined_at).where(Placement.shift_id == shift_id)) == [(clock.now(),)]
    for moment in ("13 10:00", "13 15:00"):
        noon.move_to(at(moment), tick=False)
        assert [str(one["To"]) for one in _told(site)] == ["helper1@example.org"]


def test_looking_for_reminders_costs_no_more_for_many_shifts(site):
    counts = []
    for first in (8, 13):
        for hour in range(first, first + 4):
            shift(site, f"12 {hour:02}:00")
        site.work("set-reminders")
        with _statements() as found:
            site.work("set-reminders")
        counts.append(len(found))
    assert counts[0] == counts[1]


def _calendar(site, visitor, volunteer_id, language=""):
    with site.inside():
        path = f"{language}/my-shifts/{seals.sign('my-shifts', volunteer_id)}.ics"
    answer = visitor.raw(path)
    return answer, answer.get_data(as_text=True).replace("\r\n ", "")


def test_the_calendar_holds_what_is_theirs_says_what_was_called_off_and_no_number(site, visitor, noon):
    anna = able(site)
    for begins in ("14 10:00", "15 10:00", "16 10:00"):
        take(site, anna, shift(site, begins, note="Bring water", **LEAD))
    give_back(site, anna, 2)
    with site.inside(), db.writing():
        editing.cancel(3, "Rain", clock.now())
    answer, text = _calendar(site, visitor, anna)
    assert answer.content_type == "text/calendar; charset=utf-8" and answer.headers["Cache-Control"] == "no-store"
    entries = text.split("BEGIN:VEVENT")[1:]
    assert [("STATUS:CANCELLED" in one) for one in entries] == [False, True, True]
    assert "SUMMARY;LANGUAGE=en:Shift: Table" in text and "Bring water" in text and "Sample Lead" in text
    assert "373" not in text and "/shifts/" not in text and "shift-1@localhost" in text
    before = int(entries[0].split("SEQUENCE:")[1].split("\r\n")[0])
    noon.shift(timedelta(hours=1))
    _move(site, 1, "14 11:00")
    entries = _calendar(site, visitor, anna)[1].split("BEGIN:VEVENT")[1:]
    assert int(entries[0].split("SEQUENCE:")[1].split("\r\n")[0]) > before and "T110000" in entries[0]
    assert "LANGUAGE=es" in _calendar(site, visitor, anna, "/es")[1]
    with site.inside(), db.writing():
        volunteers.leave(anna, clock.now())
    assert _calendar(site, visitor, anna)[0].status_code == 410
    assert visitor.raw("/my-shifts/my-shifts-1.cut.ics").status_code == 404 and site.rows(select(Shift.id))
