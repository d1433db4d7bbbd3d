"""At the door: checking guests in by name and by code, walk-ins, taking back, the helper's link and what it opens."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from campaign import clock, db, seals
from campaign.app import Switches
from campaign.errors import Refused
from campaign.events import arrivals, attendance, editing, keys
from campaign.events import service as coming
from campaign.events.arrivals import By, Came
from campaign.events.models import Arrival, Event, Rsvp
from campaign.staff import service
from campaign.staff.audit import AuditRow
from tests.events.acts import at_rest, confirm_all, hold, link_of, rsvp_of, send, states
from tests.house.everything import on_sqlite

HELPER = By(helper_id=1)


def lend(site, event_id=1):
    """A link for today, made by staff; its path."""
    with site.inside(), db.writing():
        event = editing.get(event_id)
        helper_id = keys.lend(event_id, "Left entrance", keys.days(event)[0], 1, clock.now())
        return f"/door/{seals.sign('door', helper_id)}"


@pytest.fixture
def evening(site, visitor, staff):
    """An event that begins in two hours, with three guests who have seats: of 1, 2 and 3 people."""
    event_id = hold(site, capacity=20, starts_in=timedelta(hours=1))
    for number in range(3):
        send(site, number, number + 1)
    confirm_all(site, visitor)
    return event_id


def again(site):
    """The staff, signed in anew: sessions end with the day."""
    with site.inside(), db.writing():
        key = service.one_time_link(1, clock.now())
    person = site.visitor()
    person.press(person.get(f"/staff/link/{key}"), "Sign in")
    return person


def here(site, event_id=1):
    with site.inside(), db.reading():
        return arrivals.here(event_id)


@on_sqlite
def test_a_helper_finds_a_guest_by_name_and_by_code_and_counts_the_party_in(site, visitor, evening):
    path = lend(site)
    page = visitor.get(path)
    assert page.heading == "A sample evening" and "Here now" in page.text
    assert [one.to_text() for one in page.all("[data-door-here]")] == ["0"]
    for private in ("guest0@example.org", "Ring twice"):
        assert private not in page.html
    found = visitor.press(page, "Find", typed="person b")
    assert len(found.all(".door-lines li")) == 1 and "Sample Person B" in found.text
    done = visitor.post(f"{path}/in", {"id": rsvp_of(site, 1), "came": "3"})
    assert "Sample Person B is checked in. People: 3." in done.text and here(site) == 3
    code = site.rows(select(Rsvp.door_code).where(Rsvp.id == rsvp_of(site, 2)))[0][0]
    found = visitor.press(visitor.get(path), "Find", typed=f" {code[:3].lower()}-{code[3:]} ")
    assert "Sample Person C" in found.text and len(found.all(".door-lines form select")) == 1
    visitor.post(f"{path}/in", {"id": rsvp_of(site, 2), "came": "3"})
    assert visitor.raw(f"{path}/count").json == {"here": "6", "expected": "1"}
    again = visitor.post(f"{path}/in", {"id": rsvp_of(site, 2), "came": "2"})
    assert "was checked in at" in again.text and "Nothing was counted again" in again.text and here(site) == 6
    back = visitor.press(again, "Undo Sample Person C")
    assert "Taken back: Sample Person C" in back.text and here(site) == 3
    assert site.rows(select(Arrival.helper_id, Arrival.undone_by_helper_id).where(Arrival.rsvp_id == 3)) == [(1, 1)]
    assert "Nobody was found" in visitor.press(visitor.get(path), "Find", typed="%").text
    at_rest(site)


@on_sqlite
def test_the_page_of_a_helper_is_kept_by_nobody_and_tells_nobody(site, visitor, evening):
    path = lend(site)
    for answer in (
        visitor.raw(path),
        visitor.raw(f"{path}/count"),
        visitor.raw(f"{path}/find", method="POST", data={"typed": "a"}),
    ):
        assert answer.headers["Cache-Control"] == "no-store" and answer.headers["Referrer-Policy"] == "same-origin"
        assert not answer.headers.getlist("Set-Cookie")
        with_camera = "camera=(self)" in answer.headers["Permissions-Policy"]
        assert with_camera is (answer.mimetype == "text/html")  # the count is no page
    assert visitor.get(path).one('meta[name="robots"]').attrs["content"] == "noindex"
    assert visitor.raw(f"{path}/in", method="POST", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    # As a browser sends the form of a page without a referrer.
    sent = {"id": rsvp_of(site, 0), "came": "1"}
    assert visitor.raw(f"{path}/in", method="POST", data=sent, headers={"Origin": "null"}).status_code == 303


@on_sqlite
def test_a_link_opens_one_event_on_one_day_until_it_is_ended(site, visitor, staff, later):
    hold(site, starts_in=timedelta(days=3))
    other = hold(site, slug="other", starts_in=timedelta(days=3))
    send(site, 1, slug="other")
    path = lend(site)
    assert "This link opens on" in visitor.get(path).text and visitor.get(path).status == 410
    later(days=3)
    assert visitor.get(path).status == 200
    answer = visitor.raw(f"{path}/in", method="POST", data={"id": rsvp_of(site, 1), "came": "1"})
    assert "gone=1" in answer.location and here(site, other) == 0
    later(hours=30)
    assert "that day is over" in visitor.get(path).text
    later(hours=-30)
    staff = again(site)
    page = staff.press(staff.get("/staff/events/1/guests"), "End it")
    assert "ended" in page.text
    for way in (path, f"{path}/count"):
        assert "This link was ended" in visitor.get(way).text
    for act in ("in", "find", "walk-in", "undo"):
        assert visitor.raw(f"{path}/{act}", method="POST", data={"id": "1", "came": "1"}).status_code == 410
    assert "cut in two" in visitor.get("/door/door-1.cut").text


@on_sqlite
def test_the_door_of_an_event_that_starts_past_midnight_opens_the_evening_before(site, visitor, staff, later):
    hold(site, starts_in=timedelta(hours=20, minutes=15))  # it is 4 AM there
    path = lend(site)
    later(hours=17)
    assert "9:15 PM" in visitor.get(path).text.replace("\u202f", " ") and visitor.get(path).status == 410
    later(minutes=15)
    assert visitor.get(path).status == 200


@on_sqlite
def test_staff_make_a_link_and_show_it_to_scan(site, visitor, staff, evening):
    page = staff.get("/staff/events/1/guests")
    assert "Say where, so that you know" in staff.press(page, "Make a link").text
    page = staff.press(page, "Make a link", name="Left entrance", day="2027-01-11")
    assert "Left entrance" in page.heading and page.all(".qr svg")
    address = page.all(".facts dd code")[1].to_text()
    assert visitor.get(address.removeprefix("http://localhost")).status == 200 and "/es/door/" in address
    acts = {row[0] for row in site.rows(select(AuditRow.act))}
    assert "event.door-link-made" in acts


@on_sqlite
def test_no_link_is_made_for_a_day_on_which_the_event_is_not(site, staff):
    hold(site, starts_in=timedelta(hours=1))
    with site.inside(), db.writing():
        with pytest.raises(Refused, match="not on this day"):
            keys.lend(1, "x", date(2027, 1, 20), 1, clock.now())
        assert keys.lend(1, "x", date(2027, 1, 11), 1, clock.now()) == 1


@on_sqlite
def test_who_came_without_a_reservation_is_counted_once_and_may_be_taken_back(site, visitor, evening):
    path = lend(site)
    page = visitor.get(path)
    done = visitor.press(page, "Count them in", name="Dora Sample", came="2")
    assert "Dora Sample is checked in. People: 2." in done.text and here(site) == 2
    visitor.press(page, "Count them in", name="Dora Sample", came="2")
    assert here(site) == 2 and states(site)[-1] == ("seated", 2) and len(states(site)) == 4
    nameless = visitor.press(visitor.get(path), "Count them in", came="1")
    assert "Nobody" not in nameless.text and "No name given is checked in" in nameless.text
    at_rest(site)
    visitor.press(done, "Undo Dora Sample")
    assert here(site) == 1 and states(site)[3][0] == "cancelled"
    at_rest(site)
    for came in ("0", "11", "x", "", "-1"):
        answer = visitor.raw(f"{path}/walk-in", method="POST", data={"name": "E", "came": came, "press": "p"})
        assert answer.status_code == 422 and "from 1 to 10" in answer.get_data(as_text=True), came
    assert here(site) == 1


@on_sqlite
def test_without_a_free_seat_whoever_stands_at_the_door_decides_and_a_full_room_stays_full(site, visitor, staff):
    hold(site, capacity=4, starts_in=timedelta(hours=8))
    for number, party in ((1, 3), (2, 2)):
        send(site, number, party)
    confirm_all(site, visitor)
    assert states(site) == [("seated", 3), ("waiting", 2)]
    path = lend(site)
    ask = visitor.post(f"{path}/in", {"id": rsvp_of(site, 2), "came": "2"})
    assert ask.status == 409 and "Free seats: 1." in ask.text and here(site) == 0
    done = visitor.press(ask, "Let them in all the same")
    assert "People: 2." in done.text and states(site) == [("seated", 3), ("seated", 2)]
    full = visitor.post(f"{path}/in", {"id": rsvp_of(site, 1), "came": "4"})
    assert full.status == 409 and "The room is full: 2 people are here, and it holds 4." in full.text
    assert visitor.post(f"{path}/in", {"id": rsvp_of(site, 1), "came": "2"}).status == 200 and here(site) == 4
    visitor.press(done, "Undo Sample Person C")
    assert states(site) == [("seated", 3), ("waiting", 2)] and here(site) == 2
    at_rest(site)


@on_sqlite
def test_staff_check_in_and_the_trail_names_the_event_alone(site, visitor, staff, evening):
    page = staff.get("/staff/events/1/door")
    done = staff.press(page, "Check in Sample Person A", came="1")
    assert "Sample Person A is checked in" in done.text
    staff.press(done, "Undo Sample Person A")
    staff.press(staff.get("/staff/events/1/door"), "Count them in", name="Dora Sample", came="1")
    acts = [tuple(row) for row in site.rows(select(AuditRow.act, AuditRow.kind, AuditRow.record))]
    for act in ("event.guest-checked-in", "event.check-in-undone", "event.walk-in-counted"):
        assert (act, "event", "1") in acts
    assert site.rows(select(Arrival.account_id).distinct()) == [(1,)]


@on_sqlite
def test_a_cancelled_event_has_no_door(site, visitor, staff, evening):
    path = lend(site)
    with site.inside(), db.writing():
        editing.cancel(1, {}, clock.now())
    assert "This event was cancelled" in visitor.get(path).text
    assert "was not cancelled, has a door" in staff.get("/staff/events/1/door").text
    with site.inside(), db.reading(), pytest.raises(Exception, match="cancelled"):
        arrivals.check_in(1, rsvp_of(site, 0), 1, HELPER, clock.now())


@on_sqlite
def test_no_shows_are_written_down_and_cost_nothing(site, visitor, staff, later, evening):
    path = lend(site)
    visitor.post(f"{path}/in", {"id": rsvp_of(site, 0), "came": "1"})
    later(hours=3)
    site.work("note-no-shows")
    assert site.rows(select(func.count()).select_from(Rsvp).where(Rsvp.no_show)) == [(0,)]
    later(minutes=30)
    site.work("note-no-shows")
    assert site.rows(select(Rsvp.no_show).order_by(Rsvp.id)) == [(False,), (True,), (True,)]
    with site.inside(), db.reading():
        assert attendance.over_lately(clock.now()) == []  # the sweep goes by each minute: there is no more to write
    staff = again(site)
    page = staff.get("/staff/events/1/guests")
    assert "5 had a seat and did not come (2 parties)" in page.text
    site.letters()
    later(hours=1, minutes=30)
    assert [one["to"] for one in site.letters() if one["subject"] == "Thank you"] == ["guest0@example.org"]
    staff = again(site)
    # Typed in from paper a day later: the guest did come.
    staff.press(staff.get("/staff/events/1/door"), "Check in Sample Person B", came="2")
    assert site.rows(select(Rsvp.no_show).order_by(Rsvp.id)) == [(False,), (False,), (True,)]
    hold(site, slug="next", starts_in=timedelta(days=3))
    assert send(site, 2, slug="next").status_code == 303 and states(site)[-1] == ("held", 1)


@on_sqlite
def test_where_nobody_was_checked_in_nobody_is_a_no_show(site, later, evening):
    later(hours=4)
    site.work("note-no-shows")
    assert site.rows(select(func.count()).select_from(Rsvp).where(Rsvp.no_show)) == [(0,)]


@on_sqlite
def test_who_is_erased_is_gone_from_the_door_and_the_number_stays(site, visitor, staff, later, evening):
    path = lend(site)
    visitor.post(f"{path}/in", {"id": rsvp_of(site, 1), "came": "1"})
    later(hours=2)
    from campaign.events.models import NamelessGuests
    from campaign.supporters import erasure
    from campaign.supporters.models import Supporter

    with site.inside(), db.writing() as session:
        person = session.scalars(select(Supporter).where(Supporter.mailbox == "guest1@example.org")).one()
        erasure.erase(person.id, clock.now())
    assert site.rows(select(NamelessGuests.seats, NamelessGuests.came)) == [(2, 1)]
    assert site.rows(select(func.count()).select_from(Arrival)) == [(0,)]
    at_rest(site)


@on_sqlite
def test_a_guest_shows_a_code_and_is_told_who_sees_the_name(site, visitor, evening):
    page = visitor.get(link_of(site, rsvp_of(site, 0)))
    assert page.all(".door-code svg") and "see your name and how many come" in page.text


@pytest.mark.parametrize("state", ["cancelled", "waiting"])
@on_sqlite
def test_who_cancelled_while_the_check_in_waited_is_not_counted(site, visitor, evening, monkeypatch, state):
    """On PostgreSQL the new row waits for whoever has the turn at the event, and goes on after their commit."""
    adding, guest = db.add, rsvp_of(site, 1)

    def add_after_them(table, values):
        db.session().connection().execute(update(Rsvp).where(Rsvp.id == guest).values(state=state))
        return adding(table, values)

    monkeypatch.setattr(db, "add", add_after_them)
    with site.inside(), pytest.raises(LookupError), db.writing():
        arrivals.check_in(evening, guest, 2, By(), clock.now())
    assert here(site) == 0 and site.rows(select(func.count(Rsvp.checked_in_at))) == [(0,)]


@pytest.mark.parametrize("database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_who_gives_the_seat_back_between_look_and_row_is_not_counted(site, visitor, evening, monkeypatch):
    """The same by another connection, whose commit comes between the door's look and its row."""
    adding, guest = db.add, rsvp_of(site, 1)

    def give_back():
        with site.inside(), db.writing():
            coming.cancel(guest, clock.now())

    def add_after_them(table, values):
        if table is Arrival:
            other = threading.Thread(target=give_back)
            other.start()
            other.join(30)
        return adding(table, values)

    monkeypatch.setattr(db, "add", add_after_them)
    with site.inside(), pytest.raises(LookupError), db.writing():
        arrivals.check_in(evening, guest, 2, By(), clock.now())
    assert here(site) == 0 and ("cancelled", 2) in states(site)
    at_rest(site)


@pytest.mark.parametrize("guarded", [True, False])
@on_sqlite
def test_counted_twice_only_without_the_key(make_site, noon, guarded):
    site = make_site(switches=Switches(natural_keys=guarded))
    event_id = hold(site, starts_in=timedelta(hours=8))
    with site.inside(), db.writing():
        assert isinstance(arrivals.walk_in(event_id, "Dora", 2, "one", HELPER_NONE, clock.now()), int)
        arrivals.walk_in(event_id, "Dora", 2, "one", HELPER_NONE, clock.now())
    assert here(site, event_id) == (2 if guarded else 4)


HELPER_NONE = By()


def test_a_party_of_any_number_up_to_ten(site, visitor, evening):
    with site.inside(), db.writing():
        db.session().get_one(Event, evening).capacity = None
    for number, came in ((0, 10), (1, 1)):
        with site.inside(), db.writing():
            assert arrivals.check_in(evening, rsvp_of(site, number), came, HELPER_NONE, clock.now()) is Came.COUNTED
    assert here(site) == 11 and states(site)[:2] == [("seated", 10), ("seated", 2)]
    at_rest(site)


@on_sqlite
def test_who_is_here_does_not_give_the_seat_back(site, visitor, evening):
    """Else the seat would be another's, and the door could not take the check-in back any more."""
    with site.inside(), db.writing():
        arrivals.check_in(evening, rsvp_of(site, 1), 2, By(), clock.now())
    mine = link_of(site, rsvp_of(site, 1))
    assert "too late to change this here" in visitor.get(mine).text
    assert visitor.post(f"{mine}/cancel").status == 409 and visitor.post(f"{mine}/party", {"party": "1"}).status == 409
    with site.inside(), db.writing():
        assert arrivals.undo(evening, rsvp_of(site, 1), By(), clock.now())
    assert visitor.post(f"{mine}/cancel").status == 200 and ("cancelled", 2) in states(site)
    at_rest(site)


@on_sqlite
def test_taking_back_who_had_waited_offers_what_that_frees(site, visitor):
    """A party of three waits for two seats, comes as two, and is taken back: they wait for three again."""
    event_id = hold(site, capacity=3, starts_in=timedelta(hours=1))
    send(site, 0, 1)
    send(site, 1, 3)
    confirm_all(site, visitor)
    with site.inside(), db.writing():
        assert arrivals.check_in(event_id, rsvp_of(site, 1), 2, By(), clock.now()) is Came.COUNTED
    with site.inside(), db.writing():
        arrivals.undo(event_id, rsvp_of(site, 1), By(), clock.now())
    assert states(site) == [("seated", 1), ("waiting", 3)]
    at_rest(site)


@on_sqlite
def test_taking_back_more_than_were_expected_frees_what_they_took(site, visitor):
    event_id = hold(site, capacity=3, starts_in=timedelta(hours=8))
    send(site, 0, 1)
    send(site, 1, 3)
    confirm_all(site, visitor)
    with site.inside(), db.writing():
        assert arrivals.check_in(event_id, rsvp_of(site, 0), 3, By(), clock.now()) is Came.COUNTED
    send(site, 2, 2)
    confirm_all(site, visitor)
    assert states(site) == [("seated", 3), ("waiting", 3), ("waiting", 2)]
    with site.inside(), db.writing():
        arrivals.undo(event_id, rsvp_of(site, 0), By(), clock.now())
    assert states(site) == [("seated", 1), ("waiting", 3), ("offered", 2)]
    at_rest(site)


@on_sqlite
def test_one_person_is_said_of_one(site, staff, visitor):
    hold(site, capacity=1)
    for number in range(2):
        send(site, number)
    confirm_all(site, visitor)
    assert "1 person waits" in staff.get("/staff/events/1/guests").text
    send(site, 2)
    confirm_all(site, visitor)
    assert "2 people wait" in staff.get("/staff/events/1/guests").text
