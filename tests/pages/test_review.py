"""What must not be wrong waits for a native speaker: until then a real site shows it in English, marked as English."""

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.pledges import service
from campaign.pledges.models import Signature
from campaign.supporters.models import Consent
from tests.house.everything import on_sqlite
from tests.pages.conftest import HTTPS
from tests.pledges.acts import ANNA

pytestmark = on_sqlite
CODES = ("es", "tl", "th", "zh-hans", "zh-hant", "ko", "vi")
ENGLISH, THAI = "You are not alone.", "คุณไม่ได้อยู่ตามลำพัง"


def _parts_in_english(page):
    return " ".join(" ".join(node.to_text().split()) for node in page.one("main").query('[lang="en"]'))


@pytest.mark.parametrize("code", CODES)
def test_unreviewed_help_shows_number_language_and_english_on_a_real_site(real_site, code):
    site = real_site()
    page = site.visitor().get(f"/{code}/help", headers=HTTPS)
    name = site.app.extensions["content"].site.language(code).name
    assert page.one(".call-number a.tel").attrs["href"] == "tel:+18885392373"
    assert name in page.one("main").to_text() and ENGLISH in _parts_in_english(page)
    assert page.one("main h1").attrs["lang"] == "en"
    assert "Not part of the police" in _parts_in_english(page)


@pytest.mark.parametrize("code", CODES)
def test_a_demonstration_shows_the_draft_with_a_mark(site, code):
    page = site.visitor().get(f"/{code}/help")
    assert ENGLISH not in page.text and page.all("main .aside-note strong")
    assert not page.one("main").query('[lang="en"]')


def test_a_demonstration_shows_no_draft_where_the_campaign_forbids_it(noon, make_site, folder):
    settings = folder / "campaign.toml"
    settings.write_text(settings.read_text().replace("drafts_in_demo = true", "drafts_in_demo = false"))
    assert ENGLISH in make_site(content_dir=folder).visitor().get("/th/help").text


def test_reviewed_help_is_shown_and_goes_again_when_the_english_changes(real_site, folder, review):
    review("th", "help", interface=True)
    page = real_site().visitor().get("/th/help", headers=HTTPS)
    assert THAI in page.text and ENGLISH not in page.text
    assert not page.all("main .aside-note") and not page.one("main").query('[lang="en"]')
    english = folder / "en" / "help.md"
    english.write_text(english.read_text().replace(ENGLISH, "You are never alone."))
    page = real_site().visitor().get("/th/help", headers=HTTPS)
    assert "You are never alone." in page.text and THAI not in page.text


def test_a_translation_that_is_not_there_is_the_english_with_a_notice(site, real_site, folder):
    (folder / "ko" / "help.md").unlink()
    page = real_site().visitor().get("/ko/help", headers=HTTPS)
    assert page.status == 200 and ENGLISH in _parts_in_english(page) and "한국어" in page.one(".aside-note").to_text()


def test_other_pages_are_shown_as_drafts_on_a_real_site_too_unless_the_campaign_says_otherwise(real_site, folder):
    page = real_site().visitor().get("/vi/", headers=HTTPS)
    assert "quyền được tự do" in page.heading and page.all("main .aside-note")
    settings = folder / "campaign.toml"
    settings.write_text(settings.read_text().replace("pages_too = []", 'pages_too = ["front"]'))
    page = real_site().visitor().get("/vi/", headers=HTTPS)
    assert page.heading == "Everyone has the right to be free" and page.one("main h1").attrs["lang"] == "en"


def test_privacy_and_its_table_speak_one_language(real_site, review):
    page = real_site().visitor().get("/th/privacy", headers=HTTPS)
    assert "Encrypted backups" in page.one("table").to_text() and "Encrypted backups" in _parts_in_english(page)
    review("th", "privacy")
    page = real_site().visitor().get("/th/privacy", headers=HTTPS)
    assert "ข้อมูลสำรองที่เข้ารหัส" in page.one("table").to_text()


def test_what_a_signer_agrees_to_is_english_until_it_is_reviewed(real_site, review):
    page = real_site().visitor().get("/th/pledges/freedom", headers=HTTPS)
    assert page.one("blockquote.promise").attrs["lang"] == page.one("h1").attrs["lang"] == "en"
    for name in ("newsletter", "old_enough", "show_name"):
        assert page.one(f"label[for={name}] span").attrs["lang"] == "en", name
    assert "ชื่อของคุณ" in page.one("label[for=name]").to_text()


def test_a_reviewed_interface_speaks_for_itself(real_site, review):
    review("th", interface=True)
    page = real_site().visitor().get("/th/pledges/freedom", headers=HTTPS)
    for name in ("newsletter", "old_enough", "show_name"):
        assert not page.one(f"label[for={name}]").query("span"), name
    assert "ฉันอายุ 13 ปีขึ้นไป" in page.one("label[for=old_enough]").to_text()


def test_a_review_of_the_interface_ends_when_what_is_said_of_the_hotline_changes(real_site, folder, review):
    review("th", interface=True)
    settings = folder / "campaign.toml"
    settings.write_text(settings.read_text().replace('note.th = "ตลอด 24 ชั่วโมง', 'note.th = "24 ชั่วโมง', 1))
    page = real_site().visitor().get("/th/pledges/freedom", headers=HTTPS)
    assert page.one("label[for=newsletter] span").attrs["lang"] == "en"


def _agrees(site, later):
    visitor = site.visitor()
    page = visitor.get("/th/pledges/freedom", headers=HTTPS)
    fields = page.form("ลงชื่อให้คำมั่น")["fields"]
    later(seconds=3)
    visitor.post("/th/pledges/freedom", {**fields, **ANNA, "newsletter": "y"}, headers=HTTPS)
    with site.inside(), db.writing():
        service.confirm(1, clock.now())
    (signature,) = site.rows(select(Signature.language, Signature.newsletter))
    (consent,) = site.rows(select(Consent.language, Consent.words))
    return signature, consent


def test_a_consent_records_the_words_that_were_shown_and_their_language(real_site, later):
    signature, consent = _agrees(real_site(), later)
    words = "Yes, send me news of the campaign by email. I can leave at any time."
    assert tuple(signature) == ("th", words) and tuple(consent) == ("en", words)


def test_a_consent_in_a_reviewed_language_is_in_that_language(real_site, later, review):
    review("th", interface=True)
    _, consent = _agrees(real_site(), later)
    assert consent.language == "th" and consent.words.startswith("ใช่")


def test_a_demonstration_marks_a_pledge_that_is_a_draft(site):
    assert "ฉบับร่าง" in site.visitor().get("/th/pledges/freedom").one(".aside-note").to_text()
    assert not site.visitor().get("/pledges/freedom").all("main .aside-note")
