"""Staff plan shifts, change them under people who have them, cancel them, and plan many at once."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.engine import Engine

from campaign import clock, db, seals
from campaign.errors import Refused
from campaign.places import service as places
from campaign.shifts import batches, editing, service
from campaign.shifts.editing import Needed, Unseen
from campaign.shifts.models import Placement, Shift, ShiftBatch, ShiftNeed, ShiftState
from campaign.supporters import kept
from campaign.volunteers.models import Volunteer
from tests.house.everything import on_sqlite
from tests.shifts.acts import able, at, at_rest, give_back, need_of, place, said, shift, states, take, wait
from tests.volunteers.acts import path_of, role, text_of

pytestmark = on_sqlite


@pytest.fixture(autouse=True)
def _noon(noon):
    """Monday, 11 January 2027, 4:00 in Los Angeles."""
    return noon


def _version(site, shift_id):
    return site.rows(select(Shift.version).where(Shift.id == shift_id))[0][0]


def _change(site, shift_id, new, seen=()):
    version = _version(site, shift_id)
    with site.inside(), db.writing():
        editing.change(shift_id, new, version, set(seen), clock.now())


def test_staff_plan_a_shift_see_who_is_on_it_and_take_it_back_with_a_reason(site, staff):
    table, _ = role(site), place(site)
    page = staff.get(staff.get("/staff/shifts").link("Plan a shift"))
    fields = {
        "place": "1",
        "starts": "2027-01-14T10:00",
        "ends": "2027-01-14T13:00",
        f"number-{table}": "2",
        "phone": "213 373 4253",
    }
    fields |= {"coordinator": "Sample Lead", "note": "Bring water"}
    page = staff.press(page, "Plan it", **fields)
    assert "Table: 0 of 2" in page.text and "Sample Clinic" in page.text
    one = site.rows(select(Shift.starts_at, Shift.coordinator_phone, Shift.id))[0]
    assert one.starts_at == at("14 10:00") and "373" not in one.coordinator_phone
    with site.inside():
        assert seals.unseal(one.coordinator_phone) == "+12133734253"
    take(site, able(site), one.id)
    site.letters()
    assert "1 of 2" in staff.get("/staff/shifts").text
    page = staff.get(f"/staff/shifts/{one.id}")
    assert staff.press(page, "Take it back").status == 422
    page = staff.press(page, "Take it back", reason="The table is smaller")
    assert states(site, one.id) == {1: "removed"} and "The table is smaller" in page.text
    assert "The table is smaller" in text_of(site.letter())
    at_rest(site)


WRONG = [
    ({"ends": "2027-01-14T09:00"}, 409, "The end must come after the start."),
    ({"ends": "2027-01-14T19:00"}, 409, "a shift lasts 8 hours at most"),
    ({"starts": "2027-01-01T10:00", "ends": "2027-01-01T12:00"}, 409, "This time is over already."),
    ({"number-1": "0"}, 409, "Say how many are needed"),
    ({"number-1": "many"}, 422, "Error:"),
    ({"number-1": "201"}, 422, "Give a number from 0 to 200."),
    ({"starts": "2027-03-14T02:30", "ends": "2027-03-14T04:00"}, 422, "does not exist there"),
    ({"starts": ""}, 422, "Give a day and a time"),
    ({"phone": "12"}, 422, "This does not look like a phone number."),
    ({"note": "Call 213 373 4253"}, 422, "number"),
    ({"cancel_until": "2027-01-14T11:00"}, 409, "before it starts"),
    ({"opens": "2027-01-14T11:00"}, 409, "before it starts"),
    ({"place": "99"}, 422, "Error:"),
    ({"place": ""}, 422, "Choose a place."),
]


def test_what_cannot_be_is_said_and_nothing_is_planned(site, staff):
    role(site), place(site)
    page = staff.get("/staff/shifts/new")
    for wrong, status, sentence in WRONG:
        right = {"place": "1", "starts": "2027-01-14T10:00", "ends": "2027-01-14T13:00", "number-1": "1"}
        answer = staff.press(page, "Plan it", **{**right, **wrong})
        assert answer.status == status and sentence in answer.text, wrong
    assert site.rows(select(Shift.id)) == []


def test_who_could_not_keep_a_moved_shift_is_named_before_it_is_saved_and_told_why(site, staff, later):
    free, busy = able(site), able(site, 2)
    moved, other = shift(site, "14 10:00", number=2), shift(site, "14 14:00")
    for one, what in ((free, moved), (busy, moved), (busy, other)):
        take(site, one, what)
    site.letters()
    page = staff.press(staff.get(f"/staff/shifts/{moved}"), "Save", starts="2027-01-14T12:00", ends="2027-01-14T15:00")
    assert page.status == 409 and "Sample Helper C : It clashes with your shift at 2:00 PM." in page.text
    assert states(site, moved) == {free: "taken", busy: "taken"} and site.letters() == []
    page = staff.press(page, "Save")
    assert page.status == 200 and states(site, moved) == {free: "taken", busy: "removed"}
    later(hours=6)  # morning in Los Angeles: until then it waits
    letters = {one["to"]: one for one in site.letters()}
    assert "It clashes with your shift at 2:00" in text_of(letters["helper2@example.org"]).replace("\u202f", " ")
    change = letters["helper1@example.org"]
    assert change["subject"] == "A shift has changed" and "10:00" in text_of(change) and "12:00" in text_of(change)
    assert len(letters) == 2 and states(site, other) == {busy: "taken"}
    at_rest(site)


def test_with_the_last_adult_those_under_18_lose_a_moved_shift_and_are_named_too(site):
    minor, adult = able(site, 1, "16-17"), able(site, 2)
    moved = shift(site, "14 10:00", number=2)
    take(site, adult, moved)
    take(site, minor, moved)
    take(site, adult, shift(site, "14 15:00"))
    new = said(1, 1, "14 13:00", 3, 2)
    with pytest.raises(Unseen) as unseen:
        _change(site, moved, new)
    assert [one.name for one in unseen.value.unfit] == ["Sample Helper C", "Sample Helper B"]
    with pytest.raises(Unseen):
        _change(site, moved, new, [unseen.value.unfit[0].placement_id])
    site.letters()
    _change(site, moved, new, [one.placement_id for one in unseen.value.unfit])
    assert states(site, moved) == {minor: "removed", adult: "removed"}
    assert sorted(one["to"] for one in site.letters()) == ["helper1@example.org", "helper2@example.org"]
    at_rest(site)


def test_a_shift_that_becomes_too_long_or_late_for_who_is_under_18_is_theirs_no_more(site):
    minor, adult = able(site, 1, "16-17"), able(site, 2)
    moved = shift(site, "14 14:00", number=2)
    take(site, adult, moved)
    take(site, minor, moved)
    for new in (said(1, 1, "14 14:00", 5, 2), said(1, 1, "14 18:00", 3, 2)):
        with pytest.raises(Unseen) as unseen:
            _change(site, moved, new)
        assert [one.name for one in unseen.value.unfit] == ["Sample Helper B"]
    _change(site, moved, said(1, 1, "14 16:00", 4, 2))
    assert states(site, moved) == {minor: "taken", adult: "taken"}


def test_what_changes_nothing_for_those_who_come_writes_no_letter_and_more_places_go_to_the_line(site):
    first, second = able(site), able(site, 2)
    shift_id = shift(site, "14 10:00")
    take(site, first, shift_id)
    wait(site, second, shift_id)
    site.letters()
    _change(site, shift_id, said(1, 1, number=1, note="Another note"))
    assert site.letters() == []
    _change(site, shift_id, said(1, 1, number=2))
    assert [one["subject"] for one in site.letters()] == ["A shift is free for you"]
    with pytest.raises(Refused, match="More people have this shift"):
        _change(site, shift_id, said(1, 1, number=1))
    at_rest(site)


def test_a_role_that_somebody_had_on_a_shift_stays_in_its_history(site, staff):
    table, other, never = role(site), role(site, name="Canvasser"), role(site, name="Trainer")
    mina, shift_id = able(site), shift(site, "14 10:00", role_id=table)
    _change(site, shift_id, replace(said(1, 1), needs={table: Needed(1), never: Needed(2)}))
    take_in = site.rows(select(ShiftNeed.id).where(ShiftNeed.role_id == table))[0][0]
    with site.inside(), db.writing():
        service.take(mina, take_in, clock.now())
    give_back(site, mina, shift_id)
    _change(site, shift_id, said(1, other))
    numbers = {row.role_id: row.number for row in site.rows(select(ShiftNeed.role_id, ShiftNeed.number))}
    assert numbers == {table: 0, other: 1}
    assert "Sample Helper B" in staff.get(f"/staff/shifts/{shift_id}").text


def test_two_who_change_a_shift_at_once_lose_nothing(site, staff):
    shift_id = shift(site, "14 10:00")
    page = staff.get(f"/staff/shifts/{shift_id}")
    _change(site, shift_id, said(1, 1, number=3))
    answer = staff.press(page, "Save", note="Mine")
    assert answer.status == 409 and "Saved meanwhile by somebody else" in answer.text and "Table: 3" in answer.text
    assert staff.press(answer, "Save").status == 200
    assert site.rows(select(Shift.note))[0][0] == "Mine"


def test_a_cancelled_shift_is_told_with_its_reason_and_frees_those_who_had_it(site, staff, later):
    mina, waits, shift_id = able(site), able(site, 2), shift(site, "14 10:00")
    take(site, mina, shift_id)
    wait(site, waits, shift_id)
    site.letters()
    page = staff.get(f"/staff/shifts/{shift_id}")
    assert staff.press(page, "Cancel it").status == 422
    page = staff.press(page, "Cancel it", reason="The market is closed")
    assert "Cancelled: The market is closed" in page.text
    later(hours=6)
    letters = site.letters()
    assert [one["subject"] for one in letters] == ["A shift was cancelled"] * 2
    assert all("The market is closed" in text_of(one) for one in letters)
    take(site, mina, shift(site, "14 11:00"))
    with pytest.raises(Refused, match="cancelled"):
        _change(site, shift_id, said(1, 1))


def test_many_are_planned_on_days_of_the_week_and_undone_but_for_those_that_somebody_took(site, staff):
    role(site), place(site)
    page = staff.get("/staff/shifts/many")
    fields: dict[str, object] = {
        "place": "1",
        "first": "2027-01-12",
        "last": "2027-01-31",
        "weekdays": ["1", "5"],
        "begins": "22:00",
        "closes": "01:00",
    }
    fields |= {"number-1": "2", "opens_days": "7", "cancel_hours": "24"}
    page = staff.press(page, "Plan them", **fields)
    rows = site.rows(select(Shift.id, Shift.starts_at, Shift.ends_at, Shift.opens_at, Shift.cancel_until))
    assert [row.starts_at for row in rows] == [at(f"{day} 22:00") for day in ("12", "16", "19", "23", "26", "30")]
    assert {row.ends_at - row.starts_at for row in rows} == {timedelta(hours=3)}
    assert {row.starts_at - row.opens_at for row in rows} == {timedelta(days=7)}
    assert {row.starts_at - row.cancel_until for row in rows} == {timedelta(days=1)}
    take(site, able(site), rows[1].id)
    site.letters()
    page = staff.press(page, "Undo it")
    open_ones = select(Shift.id).where(Shift.state == ShiftState.OPEN)
    assert [row[0] for row in site.rows(open_ones)] == [rows[1].id] and "undone" in page.text
    staff.press(page, "Undo it")
    assert [row[0] for row in site.rows(open_ones)] == [rows[1].id] and site.letters() == []


def test_what_is_wrong_in_one_of_many_plans_none(site, staff):
    role(site), place(site)
    page = staff.get("/staff/shifts/many")
    right: dict[str, object] = {
        "place": "1",
        "first": "2027-03-13",
        "last": "2027-03-15",
        "weekdays": ["5", "6", "0"],
        "begins": "10:00",
    }
    right |= {"closes": "12:00", "number-1": "1"}
    wrong: list[tuple[dict[str, object], int, str]] = [
        ({"begins": "02:30"}, 422, "On March 14, 2027 the clocks"),
        ({"weekdays": None}, 422, "at least one day"),
        ({"last": "2027-03-12"}, 422, "The last day must come after the first"),
        ({"last": "2029-03-12"}, 422, "The last day must come after the first"),
        ({"weekdays": ["2"]}, 409, "There is no such day between these dates."),
        ({"first": "2027-01-01"}, 409, "This time is over already."),
        ({"closes": "19:00"}, 409, "a shift lasts 8 hours at most"),
        ({"last": "2028-03-12", "weekdays": list("0123456")}, 409, "Make at most 200 at once."),
    ]
    for fields, status, sentence in wrong:
        answer = staff.press(page, "Plan them", **{**right, **fields})
        assert answer.status == status and sentence in answer.text, fields
    assert site.rows(select(Shift.id)) == [] and site.rows(select(ShiftBatch.id)) == []


def test_a_batch_that_is_not_there_cannot_be_undone(site, staff):
    with site.inside(), db.writing(), pytest.raises(LookupError):
        batches.undo(7, clock.now())


def test_a_place_names_its_shifts_and_they_go_along_when_it_is_merged(site):
    gone, kept = place(site), place(site, "Another clinic")
    shift_id = shift(site, "14 10:00", place_id=gone)
    with site.inside(), db.writing():
        assert [one.words for one in places.named_by(gone)] == ["Shift on 2027-01-14"]
        places.merge(kept, gone, (), {kept: 1, gone: 1})
    assert site.rows(select(Shift.place_id).where(Shift.id == shift_id)) == [(kept,)]


def test_lists_ask_as_much_for_many_as_for_one(site, staff, visitor):
    mina, asked = able(site), list[str]()
    path = path_of(site, mina)

    def count(*pages):
        asked.clear()
        for person, where in pages:
            assert person.get(where).status == 200
        return len(asked)

    def hear(*args):
        asked.append(args[2])

    shift(site, "14 10:00")
    pages = ((staff, "/staff/shifts"), (visitor, f"{path}/open"))
    count(*pages)
    event.listen(Engine, "before_cursor_execute", hear)
    try:
        one = count(*pages)
        for day in range(15, 25):
            shift(site, f"{day} 10:00")
        assert count(*pages) == one
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


def test_places_that_are_off_are_found_put_right_and_given_to_the_line(site):
    mina, shift_id = able(site), shift(site, "14 10:00")
    need_id = need_of(site, shift_id)
    with site.inside(), db.writing() as session:
        session.execute(update(ShiftNeed).where(ShiftNeed.id == need_id).values(taken=1))
    wait(site, mina, shift_id)
    site.work("repair-shifts")
    assert states(site, shift_id) == {mina: "offered"}
    at_rest(site)


def test_who_waits_beside_a_free_place_is_offered_it_once_they_may_have_it(site):
    mina, other = able(site), able(site, 2)
    wanted, clash = shift(site, "14 10:00"), shift(site, "14 11:00")
    take(site, other, wanted)
    assert wait(site, mina, wanted)
    take(site, mina, clash)
    give_back(site, other, wanted)
    site.work("settle-shifts")
    assert states(site, wanted)[mina] == "waiting"
    with site.inside(), db.writing():
        editing.cancel(clash, "Rain", clock.now())
    site.work("settle-shifts")
    assert states(site, wanted)[mina] == "offered"
    at_rest(site)


def test_what_is_kept_is_shown_to_whom_it_is_about_and_goes_with_time(site, noon):
    mina, shift_id = able(site), shift(site, "14 10:00", coordinator="Sample Lead", phone="+12133734253")
    take(site, mina, shift_id)
    supporter_id = site.rows(select(Volunteer.supporter_id))[0][0]
    with site.inside(), db.reading():
        held = [one for one in kept.about(supporter_id).held if one.kind == "shift"]
    assert [one.title for one in held] == ["Shift: Table"] and ("State", "Yours") in held[0].facts
    noon.shift(timedelta(days=35))
    site.work("forget")
    row = site.rows(select(Shift.coordinator, Shift.coordinator_phone))[0]
    assert tuple(row) == ("", "") and len(site.rows(select(Placement.id))) == 1
    noon.shift(timedelta(days=340))
    site.work("forget")
    assert site.rows(select(Placement.id)) == [] and len(site.rows(select(Shift.id))) == 1
