"""A helper's link for a shift's day: what it opens and shows, until when, and volunteers who come without a place."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from campaign import clock, db, seals
from campaign.errors import Refused
from campaign.shifts import day, editing, keys
from campaign.shifts.models import Hours, Placement, Shift, ShiftHelper, ShiftNeed
from campaign.staff.audit import AuditRow
from campaign.text import fold
from campaign.volunteers.models import Volunteer
from tests.house.everything import on_sqlite
from tests.shifts.acts import able, at, at_rest, need_of, said, shift, states, take, wait

pytestmark = on_sqlite
WHO = ("Anna Sample", "Anna Example", "Bela Sample")


@pytest.fixture
def table(site, noon):
    """A shift of three hours for three people that begins in half an hour, and two who have taken it, an Anna each;
    the path of a link for it, and its id.
    """
    shift_id = shift(site, "14 10:00", number=3)
    people = [able(site, number) for number in (1, 2, 3)]
    with site.inside(), db.writing() as session:
        for one, name in zip(people, WHO, strict=True):
            session.execute(update(Volunteer).where(Volunteer.id == one).values(name=name, name_key=fold(name)))
        keys.lend(shift_id, "Table", None, clock.now())
    for one in people[:2]:
        take(site, one, shift_id)
    noon.move_to(at("14 09:30"), tick=False)
    return f"/shift-door/{_signed(site, 1)}", shift_id


def _signed(site, helper_id):
    with site.inside():
        return seals.sign("shift-door", helper_id)


def _hours(site):
    return [tuple(row) for row in site.rows(select(Hours.volunteer_id, Hours.minutes).order_by(Hours.id))]


def test_a_helper_checks_in_and_out_by_short_names_and_sees_nothing_else(site, visitor, table, noon, staff_of):
    path, shift_id = table
    page = visitor.get(path)
    assert page.heading == "Sample Clinic" and "Here now 0" in page.text and "Needed 3" in page.text
    assert "Anna S." in page.text and "Anna E." in page.text and "Table" in page.text
    for private in ("Sample Street", "Anna Sample", "Anna Example", "@example.org", "Coordinator", "/staff/"):
        assert private not in page.html, private
    page = visitor.press(page, "Check in Anna S.")
    assert "Anna is checked in." in page.text and "Here now 1" in page.text
    assert visitor.raw(f"{path}/count").json == {"here": "1", "expected": "1"}
    assert "Anna" in visitor.press(page, "Find", typed="example").text  # the whole name finds them
    noon.move_to(at("14 13:00"), tick=False)
    page = visitor.press(visitor.get(path), "Check out Anna")
    assert "Anna was checked out at 1:00" in page.text and "Left at 1:00" in page.text and _hours(site) == [(1, 210)]
    assert "by the link “Table”" in staff_of(site).get(f"/staff/shifts/{shift_id}").text
    page = visitor.press(page, "Undo Anna")
    assert "was checked in at 9:30" not in page.text and _hours(site) == []
    visitor.press(page, "Undo Anna")
    assert site.rows(select(Placement.helper_id, Placement.checked_in_at).where(Placement.id == 1)) == [(1, None)]
    seen = staff_of(site).get(f"/staff/shifts/{shift_id}").text
    assert "checked in on the day and taken back, by the link “Table”" in seen
    answer = visitor.raw(path)
    assert answer.headers["Cache-Control"] == "no-store" and not answer.headers.getlist("Set-Cookie")
    assert visitor.get(path).one('meta[name="robots"]').attrs["content"] == "noindex"
    assert visitor.raw(f"{path}/in", method="POST", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert "บันทึกแล้วว่า Anna มา" in visitor.press(visitor.get(f"/th{path}"), "บันทึกว่ามา Anna S.").text


def test_a_link_opens_one_shift_from_the_evening_before_until_its_evening_and_moves_with_it(site, visitor, table, noon):
    path, shift_id = table
    other = shift(site, "14 15:00")
    need = need_of(site, other)
    gone = visitor.raw(f"{path}/walk-in", method="POST", data={"name": "Bela Sample", "need": need})
    assert gone.status_code == 409 and "This role is not needed any more." in gone.get_data(as_text=True)
    assert states(site, other) == {}
    assert visitor.get(f"{path}?last={'9' * 20}").status == 200
    for time, status in (("13 21:59", 410), ("13 22:00", 200), ("14 18:59", 200), ("14 19:00", 410)):
        noon.move_to(at(time), tick=False)
        assert visitor.get(path).status == status, time
    assert "that day is over" in visitor.get(path).text
    noon.move_to(at("13 12:00"), tick=False)
    assert "This link opens on" in visitor.get(path).text
    with site.inside(), db.writing():
        version = db.session().get_one(Shift, shift_id).version
        editing.change(shift_id, said(1, 1, "13 20:00", number=3), version, {1, 2}, clock.now())
    assert visitor.get(path).status == 200  # it begins in eight hours now
    with site.inside(), db.writing():
        keys.end(shift_id, 1, clock.now())
    for act in ("", "/count"):
        assert "This link was ended" in visitor.get(path + act).text
    for act in ("in", "out", "find", "walk-in", "undo"):
        sent = {"id": "1", "came": "1", "name": "Bela Sample"}
        assert visitor.raw(f"{path}/{act}", method="POST", data=sent).status_code == 410
    assert "cut in two" in visitor.get("/shift-door/shift-door-1.cut").text
    assert visitor.get(f"/shift-door/{_signed(site, 9)}").status == 410
    with site.inside(), db.writing():
        keys.lend(shift_id, "Again", None, clock.now())
        editing.cancel(shift_id, "Rain", clock.now())
        with pytest.raises(Refused, match="cancelled"):
            keys.lend(shift_id, "Once more", None, clock.now())
    assert "This shift was cancelled." in visitor.get(f"/shift-door/{_signed(site, 2)}").text


def test_staff_make_a_link_show_it_to_scan_and_end_it(site, staff, visitor):
    shift_id = shift(site, "14 10:00")
    page = staff.get(staff.get(f"/staff/shifts/{shift_id}").link("Links for helpers"))
    assert "Say where, so that you know" in staff.press(page, "Make a link", name=" ").text
    page = staff.press(page, "Make a link", name="Left table")
    assert page.heading == "Link for Left table" and page.all(".qr svg") and "not yet open" in page.text
    address = page.all(".facts dd code")[1].to_text()
    assert "/es/shift-door/" in address and visitor.get(address.removeprefix("http://localhost")).status == 410
    page = staff.press(page, "End it")
    assert "Left table ended" in page.text and "Show it" not in page.text
    assert "It opens nothing any more." in staff.get(f"/staff/shifts/{shift_id}/links/1").text
    assert staff.get(f"/staff/shifts/{shift(site, '15 10:00')}/links/1").status == 404
    with site.inside(), db.writing():
        for number in range(keys.MOST):
            keys.lend(shift_id, str(number), None, clock.now())
    assert (
        "End some of them first"
        in staff.press(staff.get(f"/staff/shifts/{shift_id}/links"), "Make a link", name="x").text
    )
    acts = {row[0] for row in site.rows(select(AuditRow.act))}
    assert {"shift.link-made", "shift.link-ended"} <= acts


def test_a_volunteer_who_comes_without_a_place_is_added_credited_and_taken_back(site, visitor, table, noon):
    path, shift_id = table
    page = visitor.get(path)
    done = visitor.press(page, "Add and check in", name="  bela SAMPLE ")
    assert "Bela is checked in." in done.text and states(site, shift_id)[3] == "taken"
    again = visitor.press(page, "Add and check in", name="Bela Sample")
    assert "Bela was checked in at 9:30" in again.text and "already" in again.text
    at_rest(site)
    noon.move_to(at("14 12:00"), tick=False)
    page = visitor.press(visitor.get(path), "Check out Bela")
    assert _hours(site) == [(3, 150)]
    for _ in range(2):
        page = visitor.press(page, "Undo Bela")
    assert states(site, shift_id)[3] == "cancelled" and _hours(site) == [] and "Bela" not in page.one("main").to_text()
    at_rest(site)
    page = visitor.press(page, "Add and check in", name="Anna Example")  # who has a place is simply checked in
    assert "Anna is checked in." in page.text
    visitor.press(page, "Undo Anna")
    assert states(site, shift_id)[2] == "taken"


def test_who_is_not_known_or_may_not_is_refused_and_a_helper_learns_nothing_of_why(
    site, visitor, table, noon, staff_of
):
    path, shift_id = table
    twin, minor = able(site, 4), able(site, 5, "16-17")
    with site.inside(), db.writing() as session:
        twins = update(Volunteer).where(Volunteer.id.in_([twin, minor]))
        session.execute(twins.values(name="Twin Sample", name_key=fold("Twin Sample")))
        session.execute(update(Volunteer).where(Volunteer.id == 3).values(state="ended"))
    busy = able(site, 6)
    take(site, busy, shift(site, "14 12:00"))
    staff, need = staff_of(site), need_of(site, shift_id)
    told = {
        "Bela Sample": "Nobody who volunteers has exactly this name or mail address.",
        "Nobody": "Nobody who volunteers has exactly this name or mail address.",
        "Twin Sample": "Several volunteers have this name.",
        _name(site, busy): "It clashes with your shift at 12:00",
    }
    before, answers = states(site, shift_id), set()
    for typed, why in told.items():
        page = staff.press(staff.get(f"/staff/shifts/{shift_id}/day"), "Add and check in", name=typed)
        assert page.status == 409 and why in page.text, typed
        page = visitor.press(visitor.get(path), "Add and check in", name=typed)
        answers.add((page.status, page.one("[data-door-said]").to_text().strip()))
    assert len(answers) == 1 and "They could not be added." in answers.pop()[1]
    assert states(site, shift_id) == before
    for typed in (" ", _mail(site, busy), "nobody@example.org"):  # whole names alone: an address says who has it
        page = visitor.press(visitor.get(path), "Add and check in", name=typed)
        assert page.status == 422 and page.one("[data-door-said]").to_text().strip() == "Type their full name."
    staffs = staff.press(staff.get(f"/staff/shifts/{shift_id}/day"), "Add and check in", name="nobody@example.org")
    assert staffs.status == 409 and "exactly this name or mail address" in staffs.text
    empty = shift(site, "14 10:00")
    with site.inside(), db.writing(), pytest.raises(Refused, match="Under 18 you cannot be there alone"):
        day.roll(empty, clock.now()).add(_mail(site, minor), need_of(site, empty), clock.now(), let_in=False)
    assert need and states(site, shift_id) == before
    at_rest(site)


def test_what_staff_took_back_a_helper_can_not_give_and_an_undo_takes_back_again(site, visitor, table, staff_of):
    path, shift_id = table
    staff, of_staff = staff_of(site), f"/staff/shifts/{shift_id}"
    with site.inside(), db.writing():
        editing.take_back(1, "A reason", clock.now())
    assert visitor.press(visitor.get(path), "Add and check in", name="Anna Sample").status == 409
    staff.press(staff.get(f"{of_staff}/day"), "Add and check in", name=_mail(site, 1))
    assert states(site, shift_id)[1] == "taken" and "A reason" not in staff.get(of_staff).text
    at_rest(site)
    for _ in range(2):  # a reminder that the first finds due may be told with the second: sweeps have no order
        site.letters()
    visitor.press(visitor.get(path), "Undo Anna")
    assert states(site, shift_id)[1] == "removed" and "A reason" in staff.get(of_staff).text
    told = [letter["Subject"] for letter in site.letters() if _mail(site, 1) in str(letter["To"])]
    assert visitor.press(visitor.get(path), "Add and check in", name="Anna Sample").status == 409
    at_rest(site)
    assert told == []


def _name(site, volunteer_id):
    return site.rows(select(Volunteer.name).where(Volunteer.id == volunteer_id))[0][0]


def _mail(site, volunteer_id):
    with site.inside(), db.reading():
        from campaign.supporters import service as supporters

        return supporters.get(db.session().get_one(Volunteer, volunteer_id).supporter_id).email


def test_where_all_places_are_taken_whoever_stands_there_decides_and_the_shift_needs_one_more(
    site, visitor, table, noon
):
    path, shift_id = table
    take(site, able(site, 7), shift_id)
    wait(site, 3, shift_id)
    line = site.rows(select(Placement.joined_at).where(Placement.volunteer_id == 3))
    noon.move_to(at("14 09:40"), tick=False)
    ask = visitor.press(visitor.get(path), "Add and check in", name="Bela Sample")
    assert (
        ask.status == 409 and "People who are still to come: 3." in ask.text and states(site, shift_id)[3] == "waiting"
    )
    asked = ask.one("[data-door]").to_text()
    page = visitor.press(visitor.get(path), "Add and check in", name="Nobody")  # asked before anybody is looked up
    assert page.status == 409 and page.one("[data-door]").to_text() == asked
    assert "could not be added" in visitor.press(page, "Let them in all the same", name="Nobody").text
    done = visitor.press(ask, "Let them in all the same")
    assert "Bela is checked in." in done.text and "Needed 4" in done.text
    at_rest(site)
    visitor.press(done, "Undo Bela")
    assert site.rows(select(ShiftNeed.number, ShiftNeed.taken)) == [(3, 3)]
    at_rest(site)
    assert states(site, shift_id)[3] == "waiting"  # again, and where they stood
    assert site.rows(select(Placement.joined_at).where(Placement.volunteer_id == 3)) == line
    visitor.press(visitor.press(visitor.get(path), "Add and check in", name="Bela Sample"), "Let them in all the same")
    noon.move_to(at("14 10:01"), tick=False)
    visitor.press(visitor.get(path), "Undo Bela")
    assert states(site, shift_id)[3] == "cancelled"  # nobody waits for what has begun
    at_rest(site)


def test_a_call_for_help_at_the_door_is_answered_and_the_role_stays_chosen(site, visitor, table):
    path, shift_id = table
    page = visitor.press(visitor.get(path), "Add and check in", name="My boss took my passport, help me")
    assert page.heading == "If you need help, please call" and "passport" not in page.html
    assert page.form("Send without that text")["fields"]["need"] == str(need_of(site, shift_id))
    assert "Bela is checked in." in visitor.press(page, "Send without that text", name="Bela Sample").text


def test_the_link_that_added_somebody_stays_written_whatever_is_done_later(site, visitor, table, staff_of):
    path, shift_id = table
    with site.inside(), db.writing():
        keys.lend(shift_id, "Other table", None, clock.now())
    other, staff = f"/shift-door/{_signed(site, 2)}", staff_of(site)
    visitor.press(visitor.get(path), "Add and check in", name="Bela Sample")
    for _ in range(2):
        visitor.press(visitor.get(other), "Check out Bela")
        staff.press(staff.get(f"/staff/shifts/{shift_id}/day"), "Undo Bela Sample")
        staff.press(staff.get(f"/staff/shifts/{shift_id}/day"), "Check out Bela Sample")
        visitor.press(visitor.get(other), "Undo Bela")
    by = select(Placement.helper_id).where(Placement.volunteer_id == 3)
    assert site.rows(by) == [(1,)]
    visitor.press(visitor.get(other), "Check in Anna S.")
    staff.press(staff.get(f"/staff/shifts/{shift_id}/day"), "Check out Anna Sample")
    assert site.rows(select(Placement.helper_id).where(Placement.volunteer_id == 1)) == [(2,)]


def test_links_are_made_and_paper_is_brought_in_when_the_shift_is_over(site, table, noon, staff_of):
    _, shift_id = table
    path, links, the_day = (f"/staff/shifts/{shift_id}{more}" for more in ("", "/links", "/day"))
    for time, makes, near in (("14 18:59", True, True), ("14 19:00", False, True), ("22 14:00", False, False)):
        noon.move_to(at(time), tick=False)
        staff = staff_of(site)
        page = staff.get(path).html
        assert (f'"{links}"' in page, f'"{the_day}"' in page) == (near, near), time
        assert ("Make a link" in staff.get(links).text) == makes, time


def test_a_helper_does_not_take_hours_back_that_staff_corrected(site, visitor, table, noon, staff_of):
    path, shift_id = table
    visitor.press(visitor.get(path), "Check in Anna S.")
    noon.move_to(at("14 13:00"), tick=False)
    page, staff = visitor.press(visitor.get(path), "Check out Anna"), staff_of(site)
    staff.press(staff.get("/staff/hours/1"), "Correct", hours="2", minutes="")
    for _ in range(2):
        refused = visitor.press(page, "Undo Anna")
        assert refused.status == 409 and "The hours were corrected already." in refused.text
    left = select(Placement.checked_out_at.is_not(None), Placement.helper_id).where(Placement.id == 1)
    assert _hours(site) == [(1, 120)] and site.rows(left) == [(True, 1)]
    day_of_staff = f"/staff/shifts/{shift_id}/day"
    for _ in range(2):
        staff.press(staff.get(day_of_staff), "Undo Anna Sample")
    assert _hours(site) == [] and states(site, shift_id)[1] == "taken"


def test_links_are_forgotten_with_time_and_who_came_stays(site, visitor, table, noon):
    path, _ = table
    visitor.press(visitor.get(path), "Add and check in", name="Bela Sample")
    noon.move_to(at("14 13:00") + timedelta(days=91), tick=False)
    site.work("forget")
    assert site.rows(select(func.count()).select_from(ShiftHelper)) == [(0,)]
    assert site.rows(select(Placement.helper_id).where(Placement.walk_in)) == [(None,)]
