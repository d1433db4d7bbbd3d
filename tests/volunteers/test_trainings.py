"""Trainings: the trainer's code, scanned or typed; staff who confirm; what runs out or is taken back."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from campaign import clock, db
from campaign.mail import Letter
from campaign.volunteers import service, trainings
from campaign.volunteers.models import Presence, Qualification
from tests.house.everything import on_sqlite
from tests.volunteers.acts import code_of, link_in, number_of, path_of, requirement, role, text_of, training, vouch
from tests.volunteers.acts import volunteer as a_volunteer

pytestmark = on_sqlite


def _type(visitor, later, path, code):
    page = visitor.get(path)
    later(seconds=3)
    return visitor.press(page, "I am at the training", code=code)


def _scan(visitor, later, code, email):
    page = visitor.get(f"/trained/{code}")
    later(seconds=3)
    return visitor.press(page, "I was there", email=email)


def test_the_code_counts_once_and_records_who_vouched(site, visitor, later):
    first = requirement(site, months=24)
    role(site, (first,))
    path, code = path_of(site, a_volunteer(site)), code_of(site, training(site, first))
    assert "Still needed: First training" in visitor.get(path).text
    page = _type(visitor, later, path, f" {code[:4]}-{code[4:].lower()} ")
    assert "Your training is noted" in page.text and "Still needed" not in page.text
    row = site.rows(select(Qualification.held_on, Qualification.expires_on, Qualification.vouched_by))[0]
    assert tuple(row) == (date(2027, 1, 11), date(2029, 1, 11), "Sample Trainer")
    assert _type(visitor, later, path, code).status == 200 and number_of(site) == 1  # a replay is harmless


def test_a_scan_is_confirmed_by_a_letter_and_its_replay_is_harmless(site, visitor, later):
    first = requirement(site)
    a_volunteer(site)
    site.letters()
    code = code_of(site, training(site, first))
    page = _scan(visitor, later, code, "helper1@example.org")
    assert page.path == "/trained/sent" and number_of(site) == 0
    letter = site.letter()
    assert letter["subject"] == "Were you there?" and "Sample Trainer" in text_of(letter)
    link = link_in(letter, "present")
    page = visitor.press(visitor.get(link), "Yes, I was there")
    assert "Your training is noted" in page.heading and number_of(site) == 1
    visitor.post(link)
    _scan(visitor, later, code, "helper1@example.org")
    assert number_of(site) == 1 and number_of(site, Presence) == 1 and site.letters() == []


@pytest.mark.parametrize("email", ["helper1@example.org", "nobody@example.org"])
def test_who_scans_learns_nothing_about_an_address(site, visitor, later, email):
    a_volunteer(site)
    site.letters()
    code = code_of(site, training(site, requirement(site)))
    before = number_of(site, Letter)
    page = _scan(visitor, later, code, email)
    assert "If this is the address of a volunteer" in page.text and number_of(site, Letter) == before + 1


def test_a_code_has_its_time(site, visitor, later):
    first = requirement(site)
    path = path_of(site, a_volunteer(site))
    code = code_of(site, training(site, first, starts_in=timedelta(hours=1)))
    page = _type(visitor, later, path, code)  # a training dated in the future
    assert (
        page.status == 422 and "has not begun" in page.text and "has not begun" in visitor.get(f"/trained/{code}").text
    )
    later(hours=1)
    assert visitor.get(f"/trained/{code}").status == 200
    later(hours=3)
    assert "has expired" in _type(visitor, later, path, code).text and visitor.get(f"/trained/{code}").status == 410
    assert "No training has this code" in _type(visitor, later, path, "22222222").text and number_of(site) == 0


def test_a_code_keeps_to_the_time_of_a_training_that_was_moved(site, visitor, later):
    first = requirement(site)
    path, training_id = path_of(site, a_volunteer(site)), training(site, first)
    code = code_of(site, training_id)
    with site.inside(), db.writing():
        one = trainings.get(training_id)
        starts_at = one.starts_at + timedelta(days=1)
        said = trainings.Plan(first, starts_at, starts_at + timedelta(hours=2), one.zone, one.trainer)
        trainings.move(training_id, said, one.version)
    assert "has not begun" in _type(visitor, later, path, code).text
    later(days=1, hours=2)
    assert "Your training is noted" in _type(visitor, later, path, code).text


def test_what_was_taken_back_does_not_return_by_the_same_code(site, visitor, later, staff):
    first = requirement(site)
    role(site, (first,))
    path, code = path_of(site, a_volunteer(site)), code_of(site, training(site, first))
    _type(visitor, later, path, code)
    site.letters()
    page = staff.get("/staff/volunteers/1")
    page = staff.press(page, "Take back", reason="")
    assert page.status == 422 and number_of(site) == 1
    staff.press(staff.get("/staff/volunteers/1"), "Take back", reason="It was somebody else")
    letter = site.letter()
    assert letter["subject"] == "Something does not count any more" and "It was somebody else" in text_of(letter)
    assert "Taken back: It was somebody else" in visitor.get(path).text
    _type(visitor, later, path, code)
    assert "Taken back: First training" in visitor.get(path).text and number_of(site) == 1


@pytest.mark.parametrize("act", ["revoke", "confirm"])
def test_what_happened_while_one_waited_for_the_volunteer_is_seen(site, monkeypatch, act):
    first, volunteer_id = requirement(site), a_volunteer(site)
    training_id = training(site, first)
    with site.inside(), db.writing() as session:
        code_id = trainings.make_code(training_id, "Sample Trainer", None, clock.now())
        session.add(Presence(code_id=code_id, volunteer_id=volunteer_id, scanned_at=clock.now()))
    if act == "revoke":
        vouch(site, volunteer_id, first, date(2027, 1, 4))
    site.letters()
    holding = service.held

    def held(volunteer_id):
        others = db.session().connection()  # as if they had committed just before we got the lock
        others.execute(update(Qualification).values(revoked_at=clock.now(), revoked_for="First"))
        others.execute(update(Presence).values(confirmed_at=clock.now()))
        return holding(volunteer_id)

    monkeypatch.setattr(service, "held", held)
    with site.inside(), db.writing():
        if act == "revoke":
            trainings.revoke(1, "Second", clock.now())
        else:
            trainings.confirm_presence(1, clock.now())
    assert site.rows(select(Qualification.revoked_for)) == ([("First",)] if act == "revoke" else [])
    assert site.letters() == []


def test_staff_plan_a_training_show_its_code_end_it_and_cancel(site, visitor, later, staff):
    first = requirement(site)
    page = staff.get("/staff/trainings/new")
    said = {"requirement": str(first), "zone": "America/Los_Angeles", "trainer": "Sample Trainer", "place": ""}
    times = {"starts": "2027-01-11T04:00", "ends": "2027-01-11T06:00"}  # noon in UTC
    assert "after the start" in staff.press(page, "Plan it", **said, starts=times["ends"], ends=times["starts"]).text
    page = staff.press(page, "Plan it", **said, **times)
    assert page.path == "/staff/trainings/1"
    page = staff.press(page, "Make a code")
    assert "svg" in page.html and len(page.heading) == 8
    path = path_of(site, a_volunteer(site))
    staff.press(staff.get("/staff/trainings/1"), "End it")
    assert "has expired" in _type(visitor, later, path, page.heading).text
    page = staff.press(staff.get("/staff/trainings/1"), "Make a code")
    _type(visitor, later, path, page.heading)
    assert "1 confirmed" in staff.get("/staff/trainings").text
    page = staff.get("/staff/trainings/1")
    assert "Cancel it" not in page.html
    page = staff.press(page, "Save", **said, starts="2027-02-11T04:00", ends="2027-02-11T06:00")
    assert page.status == 409 and "stay" in page.text  # it cannot be moved into the future under those who have it
    assert number_of(site) == 1


def test_staff_confirm_but_never_for_a_day_to_come(site, staff):
    first = requirement(site)
    a_volunteer(site)
    page = staff.get("/staff/volunteers/1")
    late = staff.press(page, "They have it", requirement=str(first), held_on="2027-01-12")
    assert late.status == 422 and "dated in the future" in late.text and number_of(site) == 0
    page = staff.press(page, "They have it", requirement=str(first), held_on="2026-12-01")
    assert "since December 1, 2026" in page.text and "by Staff" in page.text


def test_who_has_something_that_runs_out_is_told_once(site, later):
    first, other = requirement(site, months=1), requirement(site, "Something else", months=1)
    role(site, (first,))
    volunteer_id = a_volunteer(site)
    site.letters()
    vouch(site, volunteer_id, first, date(2027, 1, 10))
    vouch(site, volunteer_id, other, date(2027, 1, 10))  # no role requires it: nobody is told
    letter = _only(site)
    assert letter["subject"] == "Please renew" and "First training" in text_of(letter)
    assert "February 10, 2027" in text_of(letter)
    later(days=1)
    assert site.letters() == []
    vouch(site, volunteer_id, first, date(2027, 1, 12))
    later(days=2)
    assert _only(site)["subject"] == "Please renew"  # the newer one runs out, too, and is told by itself
    later(days=1)
    assert site.letters() == []


def _only(site):
    site.work("warn-volunteers")
    return site.letter()


def test_who_renewed_in_time_is_not_told(site, later):
    first = requirement(site, months=2)
    role(site, (first,))
    volunteer_id = a_volunteer(site)
    site.letters()
    vouch(site, volunteer_id, first, date(2026, 12, 1))
    vouch(site, volunteer_id, first, date(2027, 1, 11))
    site.work("warn-volunteers")
    assert site.letters() == []
