"""Signing, from the form to the count, as a signer sees it."""

import pytest
from sqlalchemy import select

from campaign import clock, db, forms
from campaign.pledges import editing
from campaign.pledges.models import Pledge, Signature
from campaign.supporters.models import Consent, Supporter
from tests.house.everything import on_sqlite
from tests.pledges.acts import ANNA, link_in, sign, signed, text_of


def test_a_reader_signs_confirms_and_counts(site, visitor, later):
    page = sign(visitor, later)
    assert page.status == 200 and page.path == "/pledges/freedom/thanks"
    letter = site.letter()
    assert letter["To"].addresses[0].addr_spec == "anna@example.org"
    assert "trafficking" not in letter["Subject"].lower() and "slavery" not in letter["Subject"].lower()
    page = visitor.get(link_in(letter, "confirm"))
    page = visitor.press(page, "Yes")
    assert "counts" in page.heading
    site.work()
    assert site.rows(select(Pledge.count)) == [(1,)]


@on_sqlite
def test_who_confirms_a_promise_in_english_on_a_korean_page_is_told_why(site, visitor, later):
    with site.inside(), db.writing():
        pledge_id = editing.add("new", 10, clock.now())
        editing.write(pledge_id, "en", "A new year", "I promise.", "")
        editing.open_(pledge_id, clock.now())
    page = visitor.get("/ko/pledges/new")
    later(seconds=3)
    visitor.press(page, "서약하기", **ANNA)
    page = visitor.get(link_in(site.letter(), "confirm"))
    assert page.path.startswith("/ko/") and "I promise." in page.text and "영어" in page.one("p.aside-note").to_text()


@pytest.mark.plain_sql
def test_looking_at_the_mailed_link_confirms_nothing(site, visitor, later):
    sign(visitor, later)
    path = link_in(site.letter(), "confirm")
    for _ in range(3):
        visitor.get(path)
        visitor.raw(path, method="HEAD")
    assert site.rows(select(Signature.confirmed_at)) == [(None,)]


@pytest.mark.plain_sql
def test_the_answer_is_the_same_for_a_new_a_repeated_and_a_known_address(site, visitor, later):
    first = sign(visitor, later)
    again = sign(visitor, later)
    visitor.press(visitor.get(link_in(site.letters()[0], "confirm")), "Yes")
    known = sign(visitor, later)
    assert first.status == again.status == known.status
    assert first.path == again.path == known.path


def test_signing_twice_keeps_one_signature_and_says_so_by_letter_alone(site, visitor, later):
    signed(site, visitor, later)
    site.letters()
    later(minutes=30)
    sign(visitor, later, message="Something new")
    letter = site.letter()
    assert "already" in letter["Subject"]
    assert site.rows(select(Signature.message)) == [("",)]
    later(minutes=30)
    sign(visitor, later)
    assert site.letters() == []  # once a day is enough


def test_a_second_name_in_one_mailbox_is_taken_and_a_third_is_not(site, visitor, later):
    for name in ("Anna Sample", "Bela Sample", "Chris Sample"):
        sign(visitor, later, name=name)
    subjects = [str(letter["Subject"]) for letter in site.letters()]
    assert subjects.count("Please confirm your email address") == 2
    assert len(subjects) == 3
    assert [row[0] for row in site.rows(select(Signature.name).order_by(Signature.id))] == [
        "Anna Sample",
        "Bela Sample",
    ]


def test_one_mailbox_is_one_supporter_however_it_is_spelled(site, visitor, later):
    sign(visitor, later, email="Anna@Example.ORG")
    sign(visitor, later, email=" anna@example.org ", name="ANNA  sample")
    assert len(site.rows(select(Supporter.id))) == 1
    assert len(site.rows(select(Signature.id))) == 1


def test_pressing_the_button_twice_counts_once_and_writes_one_letter(site, visitor, later):
    sign(visitor, later)
    path = link_in(site.letter(), "confirm")
    page = visitor.get(path)
    visitor.press(page, "Yes")
    visitor.press(page, "Yes")
    assert len(site.letters()) == 1
    assert site.rows(select(Pledge.count)) == [(1,)]


@pytest.mark.plain_sql
def test_this_was_not_me_ends_it(site, visitor, later):
    sign(visitor, later)
    path = link_in(site.letter(), "confirm")
    page = visitor.press(visitor.get(path), "This was not me")
    assert "Thank you for telling us" in page.heading
    visitor.post(path)
    later(days=3)
    assert site.letters() == []
    assert site.rows(select(Pledge.count)) == [(0,)]
    assert site.rows(select(Signature.name, Signature.confirmed_at)) == [("", None)]


def test_a_withdrawn_signature_no_longer_counts_and_may_be_given_again(site, visitor, later):
    signed(site, visitor, later, message="Hello")
    path = link_in(site.letter(), "withdraw")
    page = visitor.press(visitor.get(path), "Take my signature back")
    site.work()
    assert "taken back" in page.heading
    assert site.rows(select(Pledge.count)) == [(0,)]
    assert site.rows(select(Signature.message)) == [("",)]
    later(hours=1)
    sign(visitor, later)
    visitor.press(visitor.get(link_in(site.letter(), "confirm")), "Yes")
    site.work()
    assert site.rows(select(Pledge.count)) == [(1,)]


@pytest.mark.plain_sql
def test_an_old_confirmation_does_not_undo_a_withdrawal(site, visitor, later):
    path = signed(site, visitor, later)
    visitor.press(visitor.get(link_in(site.letter(), "withdraw")), "Take my signature back")
    page = visitor.post(path)
    assert "taken back" in page.heading
    site.work()
    assert site.rows(select(Pledge.count)) == [(0,)]


@pytest.mark.plain_sql
def test_a_link_older_than_two_weeks_says_so(site, visitor, later):
    sign(visitor, later)
    path = link_in(site.letter(), "confirm")
    later(days=15)
    page = visitor.get(path)
    assert page.status == 410 and "too old" in page.heading
    visitor.post(path)
    assert site.rows(select(Signature.confirmed_at)) == [(None,)]


@pytest.mark.plain_sql
def test_the_newsletter_is_only_agreed_to_by_ticking_and_confirming(site, visitor, later):
    page = sign(visitor, later, newsletter="y")
    assert site.rows(select(Consent.id)) == []
    visitor.press(visitor.get(link_in(site.letter(), "confirm")), "Yes")
    consent = site.rows(select(Consent.given, Consent.words, Consent.language, Consent.source))
    assert len(consent) == 1 and consent[0].given and consent[0].language == "en"
    assert consent[0].words == "Yes, send me news of the campaign by email. I can leave at any time."
    assert site.rows(select(Supporter.subscribed)) == [(True,)]
    assert page.status == 200


def test_a_repeated_signature_changes_nobodys_consent(site, visitor, later):
    signed(site, visitor, later)
    later(hours=1)
    sign(visitor, later, newsletter="y")
    assert site.rows(select(Consent.id)) == []


@pytest.mark.plain_sql
def test_wishes_are_unticked_until_somebody_ticks_them(visitor):
    page = visitor.get("/pledges/freedom")
    for name in ("show_name", "newsletter", "old_enough"):
        assert "checked" not in page.one(f"input[name={name}]").attrs


@pytest.mark.plain_sql
def test_a_signer_reads_letters_in_the_language_signed_in(site, visitor, later):
    sign(visitor, later, path="/es/pledges/freedom")
    letter = site.letter()
    assert letter["Content-Language"] == "es"
    path = link_in(letter, "confirm")
    assert path.startswith("/es/confirm/")
    assert visitor.get(path).status == 200


@pytest.mark.plain_sql
def test_the_letter_can_be_asked_for_again_three_times_a_day(site, visitor, later):
    thanks = sign(visitor, later)
    later(seconds=3)
    for _ in range(5):
        later(minutes=1)
        page = visitor.press(thanks, "Send", email="anna@example.org")
        assert page.status == 200
    assert len(site.letters()) == 3


@pytest.mark.plain_sql
def test_asking_again_for_an_unknown_address_gives_the_same_answer(site, visitor, later):
    thanks = sign(visitor, later)
    later(seconds=3)
    known = visitor.press(thanks, "Send", email="anna@example.org")
    unknown = visitor.press(thanks, "Send", email="nobody@example.org")
    assert known.path == unknown.path and known.status == unknown.status
    assert len(site.letters()) == 2


@pytest.mark.plain_sql
def test_two_reminders_come_two_days_apart_and_no_third(site, visitor, later):
    sign(visitor, later)
    assert len(site.letters()) == 1
    counts = []
    for _ in range(8):
        later(days=1)
        counts.append(len(site.letters()))
    assert counts == [0, 1, 0, 1, 0, 0, 0, 0]


@pytest.mark.plain_sql
def test_no_reminder_reaches_somebody_who_asked_for_quiet(site, visitor, later):
    sign(visitor, later)
    visitor.press(visitor.get(link_in(site.letter(), "unsubscribe")), "Unsubscribe")
    later(days=3)
    assert site.letters() == []


def test_what_was_not_confirmed_is_forgotten_after_thirty_days(site, visitor, later):
    sign(visitor, later)
    later(days=29)
    site.work()
    assert len(site.rows(select(Signature.id))) == 1
    later(days=2)
    site.work()
    assert site.rows(select(Signature.id)) == [] and site.rows(select(Supporter.id)) == []


def test_an_id_is_never_given_twice_so_an_old_link_opens_nobody_elses(site, visitor, later):
    sign(visitor, later)
    path = link_in(site.letter(), "confirm")
    later(days=31)
    site.work()
    sign(visitor, later, email="bela@example.org")
    assert visitor.get(path).status == 410


@pytest.mark.plain_sql
def test_a_closed_pledge_takes_no_signature_and_a_draft_is_not_there(site, visitor, staff, later):
    page = visitor.get("/pledges/freedom")
    later(seconds=3)
    staff.press(staff.get("/staff/pledges/1"), "Close it")
    late = visitor.press(page, "Sign the pledge", name="Anna", email="anna@example.org", old_enough="y")
    assert late.status == 409 and "closed" in late.text
    assert visitor.get("/pledges/freedom").status == 200
    assert site.rows(select(Signature.id)) == []


@pytest.mark.plain_sql
def test_a_small_count_is_not_shown(site, visitor, later):
    signed(site, visitor, later)
    assert "Be among the first" in visitor.get("/pledges/freedom").text
    assert visitor.raw("/pledges/freedom/count").json == {"count": None, "text": "", "goal": 1000}


@pytest.mark.plain_sql
@pytest.mark.parametrize("slip", ["gmial.com", "yaho.com", "hotmial.com"])
def test_a_likely_slip_is_asked_about_once_and_then_believed(site, visitor, later, slip):
    page = sign(visitor, later, email=f"anna@{slip}", message="Kept")
    assert page.status == 422 and "Did you mean" in page.text and "Kept" in page.html
    page = visitor.press(page, "Sign the pledge")
    assert page.status == 200
    assert site.rows(select(Supporter.mailbox)) == [(f"anna@{slip}",)]


@pytest.mark.plain_sql
def test_a_thank_you_letter_tells_how_to_take_it_back(site, visitor, later):
    signed(site, visitor, later)
    letter = site.letter()
    assert "/withdraw/" in text_of(letter)
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.plain_sql
@pytest.mark.parametrize(
    "name", ["http://evil.example", "Visit www.evil.example", "a@b.c", "call 555 0100", "evil.com"]
)
def test_a_name_is_no_advertisement(site, visitor, later, name):
    page = sign(visitor, later, name=name)
    assert page.status == 422 and "your name only" in page.text
    assert site.letters() == []


@pytest.mark.plain_sql
def test_news_that_somebody_else_ticked_can_be_refused_when_confirming(site, visitor, later):
    sign(visitor, later, newsletter="y")
    page = visitor.get(link_in(site.letter(), "confirm"))
    visitor.press(page, "Yes", news=None)
    assert site.rows(select(Consent.id)) == []


@pytest.mark.plain_sql
def test_a_tick_from_before_somebody_left_is_no_consent(site, visitor, later):
    sign(visitor, later, newsletter="y")
    letter = site.letter()
    visitor.press(visitor.get(link_in(letter, "unsubscribe")), "Unsubscribe")
    visitor.press(visitor.get(link_in(letter, "confirm")), "Yes")
    assert [row[0] for row in site.rows(select(Consent.given))] == [False]


@pytest.mark.plain_sql
def test_who_asked_for_quiet_is_asked_once_a_week_at_most_however_often_a_stranger_types_the_address(
    site, visitor, later
):
    sign(visitor, later)
    visitor.press(visitor.get(link_in(site.letter(), "unsubscribe")), "Unsubscribe")
    later(hours=1)
    letters = 0
    for _ in range(4):
        sign(visitor, later)
        later(minutes=30)
        letters += len(site.letters())
    assert letters == 1


@pytest.mark.plain_sql
def test_disowning_frees_the_place_for_the_owner(site, visitor, later):
    for name in ("Mallory One", "Mallory Two"):
        sign(visitor, later, name=name)
    for letter in site.letters():
        visitor.press(visitor.get(link_in(letter, "confirm")), "This was not me")
    later(days=1)
    sign(visitor, later)
    visitor.press(visitor.get(link_in(site.letter(), "confirm")), "Yes")
    site.work()
    assert site.rows(select(Pledge.count)) == [(1,)]


@pytest.mark.plain_sql
def test_reminders_keep_their_distance_though_the_worker_was_away(site, visitor, later):
    sign(visitor, later)
    site.letters()
    later(days=5)
    assert len(site.letters()) == 1
    later(minutes=30)
    assert site.letters() == []


@on_sqlite
def test_an_address_that_is_too_long_is_refused_before_it_is_looked_at_closely(site, visitor, later, monkeypatch):
    looked_at = []
    monkeypatch.setattr(forms, "validate_email", lambda address, **_: looked_at.append(address))
    page = sign(visitor, later, email="a" * 300_000 + "@example.org")
    assert page.status == 422 and "does not look like an email address" in page.text and looked_at == []
