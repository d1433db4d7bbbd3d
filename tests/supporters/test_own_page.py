"""The page about oneself: it shows all that is kept, and every decision on it takes effect."""

import json
import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from campaign.mail import NOBODY, Letter
from campaign.pledges.models import Signature
from campaign.supporters.models import Consent, LedgerEntry, OwnPageLink, Supporter
from tests.house.everything import contents
from tests.pledges.acts import link_in, sign, signed, text_of
from tests.staff.acts import set_up
from tests.supporters.acts import ask, counted, erase, link_from, own_page

pytestmark = pytest.mark.plain_sql

NEWS = select(Supporter.subscribed)


@pytest.fixture
def anna(site, visitor, later):
    """Somebody who signed, asked for news, and has opened the page about herself."""
    signed(site, visitor, later, newsletter="y", message="For my sister", place="Pasadena", show_name="y")
    return own_page(site, visitor, later)


def test_it_shows_everything_that_was_typed_and_agreed_to(anna):
    for word in ("anna@example.org", "Anna Sample", "For my sister", "Pasadena", "Confirmed: it counts", "English"):
        assert word in anna.text, word
    assert "Yes, send me news of the campaign by email." in anna.text and "with a signature" in anna.text
    assert "That we sent you a letter 90 days" in anna.text


def test_nothing_of_it_stays_on_the_device_and_the_title_says_nothing(anna, visitor):
    answer = visitor.raw(anna.path)
    assert answer.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in answer.headers
    assert anna.one("title").to_text() == "Your page"
    assert anna.one(".exit a") and anna.all(".hotline a.tel")


@pytest.mark.parametrize("path", ["/me", "/me/sent"])
def test_asking_for_it_leaves_nothing_either(visitor, path):
    answer = visitor.raw(path)
    assert answer.headers["Cache-Control"] == "no-store"
    assert visitor.get(path).one("title").to_text() == "Your page"


def test_looking_at_it_changes_nothing(site, anna, visitor):
    before = contents(site)
    for path in (anna.path, f"{anna.path}/erase"):
        for method in ("GET", "HEAD"):
            assert visitor.raw(path, method=method).status_code == 200
    assert contents(site) == before


def test_an_unknown_address_gets_the_same_answer_and_no_letter(site, anna, visitor, later):
    known, unknown = ask(visitor, later), ask(visitor, later, "nobody@example.org")
    assert known.html == unknown.html and known.path == unknown.path == "/me/sent"
    assert [letter["To"] for letter in site.letters()] == ["anna@example.org"]


def test_however_the_address_is_spelled(site, anna, visitor, later):
    ask(visitor, later, " ANNA@Example.org ")
    assert site.letter()["To"] == "anna@example.org"


def test_three_letters_a_day_and_then_the_same_answer_without_one(site, visitor, later):
    signed(site, visitor, later)
    site.letters()
    answers = {ask(visitor, later).html for _ in range(5)}
    assert len(answers) == 1 and len(site.letters()) == 3
    later(days=1)
    ask(visitor, later)
    assert len(site.letters()) == 1


def test_what_is_written_to_nobody_is_no_letter_and_staff_do_not_see_it(site, visitor, later, staff):
    ask(visitor, later, "nobody@example.org")
    assert site.letters() == [] and NOBODY not in staff.get("/staff/letters").text
    assert site.rows(select(Letter.kind, Letter.state, Letter.supporter_id)) == [(NOBODY, "dropped", None)]


def test_a_mistyped_address_is_said_and_kept(visitor, later):
    page = visitor.get("/me")
    later(seconds=3)
    page = visitor.press(page, "Send me the link", email="anna.example.org")
    assert page.status == 422 and "does not look like an email address" in page.text
    assert page.one("input[name=email]").attrs["value"] == "anna.example.org"


def test_whom_the_trap_catches_gets_no_letter_and_can_go_on(site, anna, visitor, later):
    page = visitor.get("/me")
    later(seconds=3)
    page = visitor.press(page, "Send me the link", email="anna@example.org", website="x")
    assert page.status == 422 and site.letters() == []
    later(seconds=3)
    assert visitor.press(page, "Send me the link").path == "/me/sent" and len(site.letters()) == 1


def test_the_link_works_for_a_day_and_then_says_so(site, anna, visitor, later):
    later(hours=23, minutes=59)
    assert visitor.get(anna.path).status == 200
    later(minutes=1)
    before = contents(site)
    page = visitor.get(anna.path)
    assert page.status == 410 and page.heading == "This link does not work" and page.link("Ask for a new link") == "/me"
    for deed in ("language", "news", "letters", "take-back", "send", "erase"):
        assert visitor.post(f"{anna.path}/{deed}", {"language": "es", "news": "yes"}).status == 410, deed
    assert contents(site) == before


def test_a_fresh_link_does_not_revive_an_old_one(site, anna, visitor, later):
    later(days=2)
    fresh = own_page(site, visitor, later)
    assert fresh.status == 200 and fresh.path != anna.path
    assert visitor.get(anna.path).status == 410


def test_a_letter_that_waited_too_long_is_not_sent(site, visitor, later):
    signed(site, visitor, later)
    site.letters()
    ask(visitor, later)
    later(days=1)
    assert site.letters() == []


def test_a_link_can_be_ended_and_others_go_on(site, anna, visitor, later):
    other = own_page(site, visitor, later)
    page = visitor.press(anna, "End this link now")
    assert page.heading == "The link has ended"
    assert visitor.get(anna.path).status == 410 and visitor.get(other.path).status == 200
    assert visitor.post(f"{anna.path}/end").status == 200


def test_a_link_is_forgotten_after_a_day(site, anna, later):
    later(days=2)
    site.work()
    assert site.rows(select(OwnPageLink.id)) == []


def test_the_language_of_all_later_letters_changes(site, anna, visitor, later):
    page = visitor.press(anna, "Save the language", language="es")
    assert "Done." in page.text
    visitor.press(visitor.get(page.path), "Take this signature back")
    later(hours=1)
    sign(visitor, later)
    letter = site.letters()[-1]
    assert (
        letter["Content-Language"] == "es" and site.rows(select(Supporter.language, Supporter.due_since))[0][0] == "es"
    )


def test_a_language_that_there_is_not_is_refused(site, anna, visitor):
    page = visitor.post(f"{anna.path}/language", {"language": "tlh"})
    assert page.status == 422 and site.rows(select(Supporter.language)) == [("en",)]


def test_the_news_stop_and_start_and_both_are_recorded(site, anna, visitor):
    page = visitor.press(anna, "Stop the news")
    assert site.rows(NEWS) == [(False,)] and "You do not get our news" in page.text and "You said no" in page.text
    page = visitor.press(page, "Send me the news")
    assert site.rows(NEWS) == [(True,)]
    said = site.rows(select(Consent.given, Consent.source, Consent.words).order_by(Consent.id))
    assert [one[:2] for one in said] == [(True, "signature 1"), (False, "own page"), (True, "own page")]
    assert said[2].words == "Yes, send me news of the campaign by email. I can leave at any time."
    assert [row[0] for row in site.rows(select(LedgerEntry.what).order_by(LedgerEntry.id))] == ["left", "lifted"]


def test_a_signature_is_taken_back_and_stops_counting(site, anna, visitor):
    assert counted(site) == 1
    page = visitor.press(anna, "Take this signature back")
    assert "Taken back: it does not count" in page.text and counted(site) == 0


def test_a_signature_that_waits_can_be_disowned(site, visitor, later):
    sign(visitor, later)
    page = visitor.press(own_page(site, visitor, later), "This was not me")
    assert "not yours" in page.text and site.rows(select(Signature.name)) == [("",)]


def test_nobody_takes_back_what_is_not_theirs(site, anna, visitor, later):
    signed(site, visitor, later, name="Bela Sample", email="bela@example.org")
    for fields in (
        {"kind": "signature", "id": "2"},
        {"kind": "signature", "id": "x"},
        {"kind": "letter", "id": "1"},
        {},
    ):
        assert visitor.post(f"{anna.path}/take-back", fields).status == 410, fields
    assert counted(site) == 2


def test_all_letters_look_neutral_when_asked_for(site, anna, visitor, later, staff):
    page = visitor.press(anna, "Make our letters look neutral")
    assert "Account notice" in page.text
    visitor.press(page, "Mail me everything")
    sign(visitor, later)  # tells them that they have signed already
    sign(visitor, later, name="Bela Sample")
    ask(visitor, later)
    letters = site.letters()
    assert len(letters) == 4
    for letter in letters:
        assert letter["Subject"] == "Account notice" and letter["From"].addresses[0].display_name == "Member services"
        html = letter.get_body(("html",)).get_content()
        for body in (text_of(letter), re.sub(r"<title>.*?</title>|<[^>]+>", " ", html)):
            first = " ".join(body.split())[:120]
            assert first.startswith("This is a routine notice") and "sign" not in first
        assert "<title>Account notice</title>" in html
    visitor.press(visitor.get(page.path), "Use the campaign's name again")
    ask(visitor, later)
    assert site.letter()["Subject"] == "The link that you asked for"


def test_other_peoples_letters_keep_our_name(site, anna, visitor, later):
    visitor.press(anna, "Make our letters look neutral")
    sign(visitor, later, name="Bela Sample", email="bela@example.org")
    assert site.letter()["Subject"] == "Please confirm your email address"


def test_everything_is_mailed_to_the_address_on_file_to_read_and_for_programs(site, anna, visitor):
    page = visitor.press(anna, "Mail me everything")
    assert "on its way" in page.text
    letter = site.letter()
    assert letter["To"] == "anna@example.org"
    files = {part.get_filename(): part.get_content() for part in letter.iter_attachments()}
    assert files.keys() == {"page.html", "data.json"}
    data = json.loads(files["data.json"])
    assert data["email"] == "anna@example.org" and data["news"] is True
    assert (
        data["signatures"][0] | {"message": "For my sister", "name": "Anna Sample", "area": "Pasadena"}
        == (data["signatures"][0])
    )
    assert data["agreed"][0]["words"].startswith("Yes, send me news") and len(data["letters"]) == 4
    assert "For my sister" in files["page.html"] and "src=" not in files["page.html"]


def test_everything_is_mailed_three_times_a_day_at_most(site, anna, visitor):
    for _ in range(5):
        visitor.post(f"{anna.path}/send")
    assert len(site.letters()) == 3


def test_what_is_mailed_holds_every_column_of_the_person(site, anna, visitor):
    visitor.press(anna, "Mail me everything")
    [data] = [p.get_content() for p in site.letter().iter_attachments() if p.get_filename() == "data.json"]
    row = site.rows(select(Signature.__table__))[0]._mapping
    ours = {
        "id",
        "pledge_id",
        "supporter_id",
        "place",
        "name_key",
        "area_key",
        "code_id",
        "reminders",
        "to_count",
        "batch_id",
    }
    assert set(row) - ours <= json.loads(data)["signatures"][0].keys()


def test_erasing_says_first_what_happens_and_then_all_is_gone(site, anna, visitor, later):
    page = visitor.get(anna.link("Go on to erasing"))
    assert "cannot be undone" in page.text and "35 days" in page.text and "go on counting" in page.text
    page = visitor.press(page, "Erase everything about me")
    assert page.heading == "Everything about you is erased"
    assert all(site.rows(select(table.id)) == [] for table in (Supporter, Consent, Signature, OwnPageLink))
    assert site.rows(select(Letter.id).where(Letter.kind != NOBODY)) == []
    assert list((site.config.data_dir / "outbox").iterdir()) == [] and counted(site) == 1
    assert site.rows(select(LedgerEntry.what)) == [("erased",)]


def test_every_link_of_somebody_who_was_erased_says_that_it_opens_nothing(site, visitor, later):
    confirm = signed(site, visitor, later)
    letter = site.letter()
    page = own_page(site, visitor, later)
    erase(visitor, page)
    for path in (page.path, f"{page.path}/erase", confirm, link_in(letter, "withdraw")):
        assert visitor.get(path).status == 410, path
    assert erase_again(visitor, page).status == 410
    unsubscribed = visitor.post(link_in(letter, "unsubscribe"))
    assert unsubscribed.status == 200 and unsubscribed.heading == "You have been unsubscribed."


def erase_again(visitor, page):
    """The button once more."""
    return visitor.post(f"{page.path}/erase")


def test_who_was_erased_may_come_back_by_themselves_and_begins_anew(site, anna, visitor, later):
    erase(visitor, anna)
    later(days=1)
    signed(site, visitor, later, name="Anna Sample", newsletter="y")
    assert site.rows(select(Supporter.subscribed)) == [(True,)] and counted(site) == 2
    assert visitor.get(anna.path).status == 410
    assert [row[0] for row in site.rows(select(LedgerEntry.what).order_by(LedgerEntry.id))] == ["erased", "lifted"]


def test_every_letter_leads_to_the_page_without_opening_it(site, visitor, later):
    sign(visitor, later, path="/es/pledges/freedom")
    text = text_of(site.letter())
    assert "http://localhost/es/me" in text.split() and "/me/me-" not in text


def test_staff_of_a_real_site_read_neither_the_link_nor_what_was_mailed(site, anna, visitor, staff):
    visitor.press(anna, "Mail me everything")
    site.letters()
    mailed = site.rows(select(Letter.id).where(Letter.kind.like("supporters.%")))
    assert len(mailed) == 2 and "me/me-" in staff.get(f"/staff/letters/{mailed[0].id}").html  # a demonstration
    set_up(staff)
    site.app.extensions["config"] = replace(site.config, mode="production")
    for row in mailed:
        page = staff.get(f"/staff/letters/{row.id}")
        assert "for its reader alone" in page.text and "me-" not in page.text and "anna" not in page.text
        assert staff.raw(f"/staff/letters/{row.id}.eml").status_code == 404


def test_in_spanish(site, visitor, later):
    sign(visitor, later, path="/es/pledges/freedom")
    site.letters()
    assert ask(visitor, later, prefix="/es").path == "/es/me/sent"
    page = visitor.get(link_from(site))
    assert page.path.startswith("/es/me/") and page.heading == "Lo que guardamos sobre usted"
