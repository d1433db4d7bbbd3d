"""From the form to one's own page: through the door, as a volunteer goes."""

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.mail import Letter
from campaign.supporters import service as supporters
from campaign.supporters.models import Supporter
from campaign.volunteers.models import Availability, HasSkill, Volunteer, VolunteerLanguage, WishedRole
from tests.house.everything import on_sqlite
from tests.volunteers.acts import begin_lists, confirmed, link_in, number_of, path_of, sign_up, state_of, text_of
from tests.volunteers.acts import volunteer as a_volunteer


def test_a_volunteer_signs_up_confirms_changes_and_leaves(site, visitor, later):
    begin_lists(site)
    said = {"phone": "213-373-4253", "speaks_es": "well", "other_languages": "Mixteco", "roles": "1", "skills": "2"}
    page = sign_up(visitor, later, **said, times="2-evening", area="Thai Town", access_needs="A chair")
    assert page.path == "/volunteer/thanks" and state_of(site) == "pending"
    letter = site.letter()
    assert letter["subject"] == "Please confirm your email address" and "Mixteco" not in text_of(letter)
    path = link_in(letter)
    page = visitor.get(path)
    assert page.heading == "Do you want to help?" and state_of(site) == "pending"
    page = visitor.press(page, "Yes, I want to help")
    assert page.heading == "Your own page" and state_of(site) == "confirmed"
    assert site.letter()["subject"] == "Your own page"
    page = visitor.get(f"{path}/change")
    assert "(213) 373-4253" in page.html and "Mixteco" in page.html and page.html.count("checked") == 3
    assert 'value="well" selected' in page.html or 'selected value="well"' in page.html
    kept = site.rows(select(Volunteer.phone))[0][0]
    assert kept.startswith("gAAAA")
    later(seconds=3)
    page = visitor.press(page, "Save", age_band="21+", phone="", area="Koreatown", times="0-morning", speaks_es="")
    assert "Saved." in page.text
    assert [(row.area, row.phone) for row in site.rows(select(Volunteer.area, Volunteer.phone))] == [("Koreatown", "")]
    assert [(row.day, row.part) for row in site.rows(select(Availability.day, Availability.part))] == [(0, "morning")]
    assert number_of(site, VolunteerLanguage) == 0
    page = visitor.press(visitor.get(f"{path}/leave"), "Stop volunteering")
    assert "What you told us is gone" in page.text and state_of(site) == "left"
    assert [number_of(site, table) for table in (Availability, HasSkill, WishedRole)] == [0, 0, 0]
    row = site.rows(select(Volunteer.name, Volunteer.area, Volunteer.access_needs))[0]
    assert tuple(row) == ("", "", "")


@on_sqlite
def test_who_left_signs_up_anew_under_the_same_link(site, visitor, later):
    path = confirmed(site, visitor, later)
    visitor.post(f"{path}/leave")
    later(days=1)
    sign_up(visitor, later, name="Anna Again")
    assert state_of(site) == "pending" and visitor.get(path).heading == "Do you want to help?"
    visitor.press(visitor.get(path), "Yes")
    assert state_of(site) == "confirmed" and "Anna Again" in visitor.get(path).text


@on_sqlite
def test_signing_up_again_changes_nothing_and_tells_by_letter(site, visitor, later):
    confirmed(site, visitor, later)
    before = site.rows(select(Volunteer.name, Volunteer.area))
    later(days=1)
    page = sign_up(visitor, later, name="Somebody Else", area="Elsewhere")
    assert page.path == "/volunteer/thanks"
    assert site.rows(select(Volunteer.name, Volunteer.area)) == before
    assert site.letter()["subject"] == "Your own page"
    sign_up(visitor, later, name="Somebody Else")  # a moment later: no second letter
    assert site.letters() == []


@on_sqlite
def test_this_was_not_me_keeps_nothing_and_no_letter_follows_for_a_week(site, visitor, later):
    sign_up(visitor, later, area="Thai Town")
    path = link_in(site.letter())
    page = visitor.press(visitor.get(path), "This was not me")
    assert "What was typed is gone" in page.text
    assert tuple(site.rows(select(Volunteer.name, Volunteer.area))[0]) == ("", "")
    later(days=1)
    sign_up(visitor, later)
    assert site.letters() == [] and state_of(site) == "left"
    later(days=7)
    sign_up(visitor, later)
    assert len(site.letters()) == 1 and state_of(site) == "pending"


@on_sqlite
def test_who_had_helped_before_says_on_the_page_about_oneself_that_this_was_not_me(site, visitor, later):
    path = confirmed(site, visitor, later)
    visitor.post(f"{path}/leave")
    later(days=1)
    sign_up(visitor, later)
    assert state_of(site) == "pending" and len(site.letters()) == 1
    with site.inside(), db.writing():
        supporters.take_back("volunteer", 1, 1, clock.now())
    later(days=1)
    sign_up(visitor, later)
    assert state_of(site) == "left" and site.letters() == []


@on_sqlite
def test_a_confirmation_that_comes_too_late_is_told_so(site, visitor, later):
    sign_up(visitor, later)
    path = link_in(site.letter())
    later(days=14, minutes=1)
    assert "The time for your answer is over" in visitor.get(path).text
    assert visitor.post(f"{path}/confirm").status == 409
    site.work("forget")
    assert visitor.get(path).status == 410 and number_of(site, Supporter) == 0


@on_sqlite
def test_the_news_are_agreed_to_only_by_the_tick_that_is_left(site, visitor, later):
    sign_up(visitor, later, newsletter="y")
    path = link_in(site.letter())
    page = visitor.get(path)
    visitor.press(page, "Yes", news=None)
    assert not site.rows(select(Supporter.subscribed))[0][0]
    sign_up(visitor, later, email="bela@example.org", newsletter="y")
    visitor.press(visitor.get(link_in(site.letters()[-1])), "Yes")
    assert site.rows(select(Supporter.subscribed).where(Supporter.email == "bela@example.org"))[0][0]


@pytest.mark.parametrize("address", ["anna@example.org", "left@example.org", "nobody@example.org"])
@on_sqlite
def test_who_asks_for_the_link_learns_nothing_from_the_answer(site, visitor, later, address):
    confirmed(site, visitor, later)
    later(hours=1)
    before = number_of(site, Letter)
    page = visitor.get("/volunteer/link")
    later(seconds=3)
    page = visitor.press(page, "Send me the link", email=address)
    assert page.path == "/volunteer/sent" and "If this is the address of a volunteer" in page.text
    assert number_of(site, Letter) == before + 1  # for nobody, too: the same is written down
    assert len(site.letters()) == (1 if address == "anna@example.org" else 0)


@on_sqlite
def test_a_child_is_kindly_refused_and_nothing_is_kept(site, visitor, later):
    page = sign_up(visitor, later, age_band="under 16")
    assert page.status == 409 and "16th birthday" in page.text
    assert number_of(site, Volunteer) == 0 and number_of(site, Supporter) == 0


WRONG = [
    ({"name": ""}, "Please give your name."),
    ({"name": "www.sample.example"}, "your name only"),
    ({"email": "anna"}, "does not look like an email address"),
    ({"age_band": ""}, "Please say how old you are."),
    ({"age_band": "99"}, "Please say how old you are."),
    ({"phone": "123"}, "does not look like a phone number"),
    ({"phone": "+1 213 555"}, "does not look like a phone number"),
    ({"age_band": "16-17"}, "Please give the email address of your guardian."),
    ({"age_band": "16-17", "guardian": "anna@example.org"}, "This is your own address."),
    ({"age_band": "16-17", "guardian": "nonsense"}, "does not look like an email address"),
    ({"area": "x" * 81}, "at most 80 characters"),
    ({"access_needs": "x" * 501}, "at most 500 characters"),
]


@pytest.mark.parametrize(("fields", "sentence"), WRONG)
@on_sqlite
def test_what_is_wrong_in_the_form_is_said_beside_it(site, visitor, later, fields, sentence):
    page = sign_up(visitor, later, **fields)
    assert page.status == 422 and sentence in page.text and number_of(site, Volunteer) == 0


@on_sqlite
def test_what_is_offered_no_more_is_as_good_as_not_ticked(site, visitor, later):
    begin_lists(site)
    sign_up(
        visitor, later, roles="999", skills="x", times="9-night", speaks_es="fluent", event="not-there", via="2" * 7
    )
    assert state_of(site) == "pending"
    assert [number_of(site, table) for table in (WishedRole, HasSkill, Availability, VolunteerLanguage)] == [0] * 4


@on_sqlite
def test_a_call_for_help_in_the_form_is_answered_with_the_hotline(site, visitor, later):
    page = sign_up(visitor, later, access_needs="They took my passport and I cannot leave")
    assert "please call" in page.heading and "888-539-2373" in page.text
    assert number_of(site, Volunteer) == 0


@on_sqlite
def test_links_that_are_cut_or_made_for_something_else_say_so(site, visitor, later):
    path = confirmed(site, visitor, later)
    for wrong in (path[:-3], "/guardian/x", "/present/x"):
        page = visitor.get(wrong)
        assert page.status == 404 and page.heading == "This link does not work"
    for wrong in (path.replace("shifts-1", "shifts-2"), path.replace("shifts", "guardian")):
        assert visitor.get(wrong).status == 404
    assert visitor.get("/trained/ABCDEFGH").status == 404
    assert visitor.get(path_of(site, 77)).status == 410


@on_sqlite
def test_from_an_event_it_is_known_what_brought_them(site, visitor, later):
    from tests.events.acts import hold

    event_id = hold(site)
    page = visitor.get("/events/evening")
    way = page.link("Help at events as a volunteer")
    sign_up(visitor, later, path=way)
    assert site.rows(select(Volunteer.event_id))[0][0] == event_id


@on_sqlite
def test_in_thai_the_letter_and_the_page_are_thai(site, visitor, later):
    page = visitor.get("/th/volunteer")
    later(seconds=3)
    button = " ".join(page.one("main form button").to_text().split())
    page = visitor.press(page, button, name="Anna Sample", email="anna@example.org", age_band="21+")
    assert page.path == "/th/volunteer/thanks"
    path = link_in(site.letter())
    assert path.startswith("/th/shifts/")
    page = visitor.get(path)
    assert visitor.post(f"{path}/confirm").status == 200 and a_volunteer(site, 2) == 2
