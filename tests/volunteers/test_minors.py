"""Volunteers of 16 and 17 and their guardians; an age band that changes after signing up."""

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.app import Switches
from campaign.content import Content
from campaign.volunteers import standing
from campaign.volunteers.models import Guardian, Volunteer
from tests.house.everything import on_sqlite
from tests.volunteers.acts import MINA, link_in, number_of, path_of, role, sign_up, text_of
from tests.volunteers.acts import volunteer as a_volunteer

pytestmark = on_sqlite


@pytest.fixture
def heard():
    """Who is said to be able to do less, in order."""
    ids: list[int] = []

    def hear(volunteer_id, now):
        ids.append(volunteer_id)

    standing.may_do_less.connect(hear)
    yield ids
    standing.may_do_less.disconnect(hear)


def _minor(site, visitor, later, **fields):
    """Mina has confirmed; her own page's path, and the letter to her guardian."""
    sign_up(visitor, later, **{**MINA, **fields})
    path = link_in(site.letter())  # before she confirms nobody else is written to
    visitor.press(visitor.get(path), "Yes, I want to help")
    letters = {one["to"]: one for one in site.letters()}
    return path, letters["parent@example.org"]


def test_the_guardian_is_asked_by_letter_agrees_and_takes_it_back(site, visitor, later, heard):
    role(site)
    path, letter = _minor(site, visitor, later)
    assert letter["subject"] == "We need your answer" and "Mina Sample is 16 or 17" in text_of(letter)
    assert "unsubscribe" not in text_of(letter) and site.rows(select(Guardian.email))[0][0].startswith("gAAAA")
    assert "wait for the answer" in visitor.get(path).text and "guardian has not agreed yet" in visitor.get(path).text
    guardian = link_in(letter, "guardian")
    page = visitor.get(guardian)
    assert "at most 4 hours a day, and not after 20:00" in page.text
    page = visitor.press(page, "I agree")
    assert "You have agreed" in page.text
    assert "parent or guardian" in site.rows(select(Guardian.words))[0][0]
    assert "guardian agrees" in text_of(site.letter())
    assert "guardian" not in visitor.get(path).text and heard == []
    visitor.press(visitor.get(guardian), "I do not agree")
    assert "does not agree" in visitor.get(path).text and heard == [1]
    assert len(site.letters()) == 1 and site.rows(select(Guardian.words))[0][0] == ""
    visitor.post(guardian, {"agree": "no"})  # the same again says nothing anew
    assert site.letters() == [] and heard == [1]


def test_another_guardian_makes_the_first_link_open_nothing(site, visitor, later):
    path, letter = _minor(site, visitor, later)
    page = visitor.get(f"{path}/change")
    later(seconds=3)
    visitor.press(page, "Save", age_band="16-17", guardian="aunt@example.org")
    first = visitor.get(link_in(letter, "guardian"))
    assert first.status == 410 and "has named someone else" in first.text
    assert visitor.post(link_in(letter, "guardian"), {"agree": "yes"}).status == 410
    assert [one["to"] for one in site.letters()] == ["aunt@example.org"]
    assert site.rows(select(Guardian.state))[0][0] == "asked"


def test_nobody_has_strangers_written_to_all_day(site, visitor, later):
    path, _ = _minor(site, visitor, later)
    sent = []
    for name in ("one", "two", "three"):
        page = visitor.get(f"{path}/change")
        later(seconds=3)
        sent.append(visitor.press(page, "Save", age_band="16-17", guardian=f"{name}@example.org").status)
    assert sent == [200, 200, 409] and [one["to"] for one in site.letters()] == ["two@example.org"]
    assert number_of(site, Guardian) == 1


def test_who_gets_older_waits_for_staff_and_who_is_younger_does_not(site, visitor, later, staff, heard):
    role(site, minimum_age=18, name="Table")
    path, letter = _minor(site, visitor, later)
    page = visitor.get(f"{path}/change")
    later(seconds=3)
    page = visitor.press(page, "Save", age_band="18-20")
    assert "until then “16 or 17” counts" in page.text and "You must be 18 or older" in page.text
    assert "Says to be 18 to 20 now" in staff.get("/staff/volunteers/1").text
    staff.post("/staff/volunteers/1/age", {"older": "yes", "csrf_token": _token(staff)})
    assert site.rows(select(Volunteer.age_band, Volunteer.age_band_wished))[0] == ("18-20", "")
    assert "You must be 18" not in visitor.get(path).text and heard == []
    assert visitor.get(link_in(letter, "guardian")).status == 410 and number_of(site, Guardian) == 0
    again = staff.post("/staff/volunteers/1/age", {"older": "yes", "csrf_token": _token(staff)})
    assert again.status == 409 and "has not asked" in again.text
    page = visitor.get(f"{path}/change")
    later(seconds=3)
    visitor.press(page, "Save", age_band="16-17", guardian="parent@example.org")
    assert site.rows(select(Volunteer.age_band))[0][0] == "16-17" and heard == [1]
    page = visitor.get(f"{path}/change")
    later(seconds=3)
    assert visitor.press(page, "Save", age_band="under 16").status == 422


def _token(staff):
    return str(staff.get("/staff/account").all("form input[name=csrf_token]")[0].attrs["value"])


def test_staff_may_say_that_it_is_not_so(site, visitor, later, staff):
    path, _ = _minor(site, visitor, later)
    with site.inside(), db.writing() as session:
        session.get_one(Volunteer, 1).age_band_wished = "21+"
    staff.post("/staff/volunteers/1/age", {"older": "no", "csrf_token": _token(staff)})
    assert site.rows(select(Volunteer.age_band, Volunteer.age_band_wished))[0] == ("16-17", "")
    assert "older now" not in visitor.get(path).text


def test_leaving_forgets_the_guardian_and_the_letter_to_them(site, visitor, later):
    path, letter = _minor(site, visitor, later)
    visitor.post(f"{path}/leave")
    assert number_of(site, Guardian) == 0 and visitor.get(link_in(letter, "guardian")).status == 410


def test_the_birthday_is_asked_nowhere(site, visitor):
    fields = {one.attrs.get("name") for one in visitor.get("/volunteer").all("input, select, textarea")}
    assert not [name for name in fields if name and ("birth" in name or "date" in name)] and "age_band" in fields


def test_what_to_do_is_read_before_the_first_shift(site, visitor):
    role(site)
    path = path_of(site, a_volunteer(site))
    assert "Read what to do if someone needs help." in visitor.get(path).text
    page = visitor.get(f"{path}/when-told")
    assert "Do not investigate" in page.text and "888-539-2373" in page.text
    page = visitor.press(page, "I have read this")
    assert "You have all that it needs." in page.text and "Thank you for reading it" in page.text
    read_at = site.rows(select(Volunteer.read_at))[0][0]
    visitor.post(f"{path}/when-told")
    assert site.rows(select(Volunteer.read_at))[0][0] == read_at <= clock.now()


def test_until_a_review_holds_the_english_stands_in(make_site, noon):
    """On a real site the words on which lives may depend wait for a native speaker."""
    site = make_site(switches=Switches())
    words = Content(site.config.place("content"), demo=False)
    with site.inside():
        assert words.page("when-told", "th").language == "en" and words.guards("when-told")
