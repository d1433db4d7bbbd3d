"""Applying to join: one answer for all, a letter that asks, staff who decide, and nothing kept for longer than said."""

from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.app import Switches
from campaign.content import Content
from campaign.errors import Refused
from campaign.mail import Letter
from campaign.partners import applications
from campaign.partners.models import Application, Partner, PartnerState
from campaign.staff.roles import Role
from campaign.supporters import erasure, kept, retention
from campaign.supporters import service as supporters
from tests.conftest import ROOT
from tests.house.everything import on_sqlite
from tests.partners.acts import GINA, announced, applied, apply, partner
from tests.pledges.acts import link_in, text_of
from tests.staff.acts import by_link

pytestmark = pytest.mark.plain_sql

LANGUAGES = Content(ROOT / "content").site.languages
DESK = "/staff/partners/applications"


def _applications(site):
    return [row[0] for row in site.rows(select(Application).order_by(Application.id))]


def test_an_organization_applies_confirms_is_approved_and_is_a_partner(site, visitor, staff, later):
    page = apply(visitor, later)
    assert page.heading == "Please check your email" and page.path == "/coalition/join/sent"
    assert "Sample Alliance" not in staff.get(DESK).text, "unconfirmed, nobody reads it"
    letter = site.letter()
    assert letter["To"] == GINA["email"] and "Sample" not in text_of(letter), "anybody can type anything"
    path = link_in(letter, "confirm")
    assert visitor.get(path).heading == "Confirm your application"
    assert _applications(site)[0].confirmed_at is None, "looking confirms nothing"
    page = visitor.press(visitor.get(path), "Yes, send it to the coalition")
    assert page.heading == "Thank you. We have your application."
    assert "Applications (1 to read)" in staff.get("/staff/partners").text
    assert "1 application to join" in staff.get("/staff/").text
    desk = staff.get(DESK)
    assert "https://alliance.example" in desk.text and GINA["work"] in desk.text and "Gina Sample" in desk.text
    assert staff.press(desk, "Let it join").heading == "Sample Alliance"
    assert [tuple(row) for row in site.rows(select(Partner.name, Partner.state))] == [("Sample Alliance", "active")]
    letter = site.letter()
    assert letter["Subject"] == "Welcome" and "Sample Alliance is now a partner" in text_of(letter)
    assert visitor.get(path).heading == "Your organization has joined the coalition"
    assert visitor.get("/coalition/sample-alliance").status == 404, "joining is no consent to a page"


def test_an_application_can_be_turned_down_in_kind_words(site, visitor, staff, later):
    applied(site, visitor, later)
    page = staff.press(staff.get(DESK), "Turn it down")
    assert "Nothing to read." in page.text and "turned down" in page.text
    letter = site.letter()
    assert letter["Subject"] == "About your application" and "thank you for wanting to work with us" in text_of(letter)
    assert site.rows(select(Partner)) == []


@on_sqlite
@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.code)
def test_one_can_apply_in_every_language_and_the_letters_come_in_it(site, staff, later, language):
    visitor = site.visitor()
    assert apply(visitor, later, language.prefix, organisation="").status == 422
    assert apply(visitor, later, language.prefix).status == 200
    letter = site.letter()
    path = link_in(letter, "confirm")
    assert path.startswith(f"{language.prefix}/confirm/") and letter["Content-Language"] == language.tag
    assert visitor.post(path).status == 200
    staff.press(staff.get(DESK), "Let it join")
    assert site.letter()["Content-Language"] == language.tag


def test_the_answer_is_the_same_whoever_applies_and_whatever_the_name(site, visitor, later):
    partner(site, "Sample Alliance")
    pages = [apply(visitor, later), apply(visitor, later), apply(visitor, later, organisation="Never Heard Of")]
    pages += [apply(visitor, later, email="somebody@example.org")]
    assert {page.html for page in pages} == {pages[0].html} and pages[0].status == 200


def test_a_mailbox_gets_a_few_letters_a_day_and_no_more(site, visitor, later):
    for number in range(5):
        assert apply(visitor, later, email="Gina@example.org" if number % 2 else "gina@example.org").status == 200
    assert len(site.letters()) == len(_applications(site)) == 3
    later(days=1)
    apply(visitor, later)
    assert len(site.letters()) == 1


@on_sqlite
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"organisation": ""}, "Please give the name of your organization."),
        ({"organisation": "x" * 201}, "Please use at most 200 characters."),
        ({"work": ""}, "Please say in a few sentences what it does."),
        ({"work": "x" * 1001}, "Please use at most 1000 characters."),
        ({"person": "\u200b "}, "Please give your name."),
        ({"email": "gina"}, "This does not look like an email address."),
        ({"homepage": "javascript://alliance.example/%0aalert(1)"}, "This does not look like a web address."),
        ({"homepage": "no address"}, "This does not look like a web address."),
        ({"email": "gina@gmial.com"}, "Did you mean gina@gmail.com?"),
        ({"website": "https://spam.example"}, "Your browser filled in a field that people do not see."),
    ],
)
def test_a_form_that_is_not_right_says_why_and_keeps_everything(site, visitor, later, fields, sentence):
    page = apply(visitor, later, **fields)
    assert page.status == 422 and sentence in page.text
    held = page.form("Send the application")["fields"]
    assert all(held[name] == value for name, value in GINA.items() if name not in {*fields, "homepage"})
    assert site.rows(select(Application)) == []


@on_sqlite
def test_who_sends_the_form_faster_than_anybody_types_is_asked_to_press_again(site, visitor, later):
    page = visitor.press(visitor.get("/coalition/join"), "Send the application", **GINA)
    assert page.status == 422 and "open too short or too long" in page.text and _applications(site) == []
    later(seconds=3)
    assert visitor.press(page, "Send the application").status == 200 and len(_applications(site)) == 1


@on_sqlite
@pytest.mark.parametrize("guard", ["trap", "render_time"])
def test_without_its_guards_a_program_would_get_through(noon, make_site, guard):
    """The negative control."""
    site = make_site(switches=Switches(**{guard: False}))
    visitor = site.visitor()
    fields = {**GINA, "website": "spam"} if guard == "trap" else GINA
    page = visitor.get("/coalition/join")
    noon.shift(3 if guard == "trap" else 0)
    assert visitor.press(page, "Send the application", **fields).status == 200
    assert len(_applications(site)) == 1


@on_sqlite
def test_a_call_for_help_in_the_form_is_answered_with_the_hotline_and_not_kept(site, visitor, later):
    page = apply(visitor, later, work="They took my passport and I cannot leave.")
    assert "took my passport" not in page.html and page.status == 200 and _applications(site) == []
    assert page.all("main a.tel")


def test_whose_address_it_was_not_erases_it_and_its_letter(site, visitor, later):
    apply(visitor, later)
    path = link_in(site.letter(), "confirm")
    assert visitor.press(visitor.get(path), "This was not me").heading == "The application is gone"
    assert _applications(site) == [] and site.rows(select(Letter.id)) == []
    assert not list((site.config.data_dir / "outbox").glob("*.eml"))
    page = visitor.get(path)
    assert page.status == 410 and page.link("Join the coalition").endswith("/coalition/join")
    assert visitor.post(path).status == 410
    assert visitor.post(f"{path}/not-me").status == 200, "twice is harmless"


def test_an_applicant_can_erase_it_at_any_time_and_the_partner_stays(site, visitor, staff, later):
    path = applied(site, visitor, later)
    staff.press(staff.get(DESK), "Let it join")
    visitor.press(visitor.get(path), "Erase this application")
    assert _applications(site) == [] and len(site.rows(select(Partner))) == 1


def test_a_link_that_is_too_old_confirms_nothing(site, visitor, later):
    apply(visitor, later)
    path = link_in(site.letter(), "confirm")
    later(days=15)
    page = visitor.get(path)
    assert page.status == 410 and page.heading == "This link is too old"
    assert visitor.post(path).status == 410 and _applications(site)[0].confirmed_at is None


def test_one_of_the_announced_joins_when_its_own_people_apply(site, visitor, staff, later):
    announced(site)
    applied(site, visitor, later, organisation="Chirla")
    desk = staff.get(DESK)
    assert "Its name is like Coalition for Humane Immigrant Rights of Los Angeles (CHIRLA) (named)" in desk.text
    chosen = desk.one("select option[selected]")
    assert chosen.to_text().startswith("Coalition for Humane Immigrant Rights")
    prefix = desk.one("select").attrs["name"]
    staff.press(desk, "Let it join", **{prefix: chosen.attrs["value"]})
    states = dict(tuple(row) for row in site.rows(select(Partner.name, Partner.state)))
    assert len(states) == 11 and [name for name, state in states.items() if state == "active"] == [
        "Coalition for Humane Immigrant Rights of Los Angeles (CHIRLA)"
    ]
    assert "CHIRLA" in text_of(site.letter())


def test_two_partners_with_one_name_are_refused_with_a_sentence(site, visitor, staff, later):
    applied(site, visitor, later, organisation="SAMPLE  partner 1")
    id = partner(site)
    desk = staff.get(DESK)
    assert "Its name is like Sample Partner 1 (active)" in desk.text
    page = staff.press(desk, "Let it join")
    assert page.status == 409 and "There is a partner with this name already." in page.text
    assert _applications(site)[0].decision == "" and site.letters() == []
    page = staff.press(staff.get("/staff/partners/new"), "Add this partner", name="sample partner 1")
    assert page.status == 422 and "There is a partner with this name already." in page.text
    assert [row[0] for row in site.rows(select(Partner.id))] == [id]


def test_what_was_decided_is_decided(site, visitor, staff, later):
    applied(site, visitor, later)
    first, second = staff.get(DESK), staff.get(DESK)
    staff.press(first, "Turn it down")
    page = staff.press(second, "Let it join")
    assert page.status == 409 and "decided already" in page.text and site.rows(select(Partner)) == []
    assert len(site.letters()) == 1
    later(seconds=1)
    assert staff.press(second, "Turn it down").status == 409


@on_sqlite
def test_nobody_joins_as_a_partner_that_is_active_or_paused_or_was_never_there(site, visitor, staff, later):
    for number, state in enumerate((PartnerState.ACTIVE, PartnerState.PAUSED)):
        partner(site, f"Sample Partner {number}", state)
    applied(site, visitor, later)
    for value, status in (("1", 409), ("2", 409), ("99", 404)):
        page = staff.press(staff.get(DESK), "Let it join", **{"a1-partner": value})
        assert page.status == status, value
    assert _applications(site)[0].decision == ""


@on_sqlite
def test_a_viewer_sees_that_applications_wait_but_neither_names_nor_addresses(site, visitor, later):
    applied(site, visitor, later)
    viewer = by_link(site, "viewer@example.org", Role.VIEWER)
    page = viewer.get("/staff/partners")
    assert "1 application waits" in page.text and "Gina" not in page.html and viewer.get(DESK).status == 403


def test_applications_are_kept_as_long_as_the_table_says(site, visitor, staff, later):
    apply(visitor, later, email="never@example.org")
    site.letters()
    applied(site, visitor, later)
    staff.press(staff.get(DESK), "Turn it down")
    later(days=31)
    with site.inside():
        assert retention.forgotten(dry_run=False)["applications_unconfirmed"] == 1
    assert [one.email for one in _applications(site)] == [GINA["email"]]
    later(days=60)
    with site.inside():
        assert retention.forgotten(dry_run=True)["applications"] == 1
        assert retention.forgotten(dry_run=False)["applications"] == 1
    assert _applications(site) == []
    assert "An application to join the coalition 90 days after our answer" in visitor.get("/privacy").text


def test_a_supporter_sees_their_application_on_their_own_page_and_it_is_erased_with_them(site, visitor, later):
    applied(site, visitor, later)
    with site.inside(), db.writing():
        person = supporters.find_or_add("gina@example.org", "gina@example.org", "en", clock.now())
        [held] = kept.about(person).held
        assert held.title == "To join the coalition: Sample Alliance" and ("Your name", "Gina Sample") in held.facts
        assert '"work": "We hold sample evenings."' in kept.as_json(kept.about(person), clock.now())
        supporters.ask_for_page("gina@example.org", clock.now())
    path = link_in(site.letter(), "me")
    assert "To join the coalition: Sample Alliance" in visitor.get(path).text
    with site.inside(), db.writing():
        erasure.erase(person, clock.now())
    assert _applications(site) == [] and site.rows(select(Letter.id)) == []


def test_two_who_decide_at_once_make_one_partner(site, visitor, later):
    applied(site, visitor, later)
    said: list[Any] = []
    start = Barrier(2)

    def decide():
        with site.inside():
            start.wait(30)
            try:
                with db.writing():
                    said.append(applications.approve(1, None, clock.now()))
            except Refused as no:
                said.append(no)

    threads = [Thread(target=decide) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(map(str, said)) == ["1", applications.DECIDED] and len(site.letters()) == 1
