"""The address alone decides the language; the list of languages is on every page; a ninth is a folder and a line."""

import re
import shutil
from datetime import UTC, datetime

import pytest
from babel.messages.pofile import read_po, write_po
from flask import render_template_string
from flask_babel import gettext

from campaign import i18n
from campaign.content import Content
from campaign.events import periods, times
from tests.conftest import ROOT
from tests.house.everything import on_sqlite, routes
from tests.house.test_hotline import EXIT
from tests.pledges.acts import ANNA, link_in, sign
from tests.visitor import Page

LANGUAGES = Content(ROOT / "content").site.languages
PUBLIC = ("/", "/help", "/privacy", "/pledges", "/pledges/freedom", "/pledges/freedom/thanks", "/nowhere", "/style")


@on_sqlite
@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.code)
def test_every_page_lists_the_languages_each_in_its_own_name(site, language):
    visitor = site.visitor()
    for path in PUBLIC:
        page = visitor.get(language.prefix + path, headers={"Accept-Language": "fr"})
        assert page.one("html").attrs["lang"] == language.tag
        links = page.all("nav.languages a")
        said = [(link.to_text(), link.attrs["lang"], link.attrs["hreflang"], link.attrs["href"]) for link in links]
        assert said == [(one.name, one.tag, one.tag, one.prefix + path) for one in LANGUAGES], path
        (here,) = [link for link in links if "aria-current" in link.attrs]
        assert here.to_text() == language.name


@on_sqlite
def test_neither_the_browser_nor_the_past_decides_the_language(site):
    visitor = site.visitor()
    assert visitor.get("/th/help").one("html").attrs["lang"] == "th"
    assert visitor.get("/help", headers={"Accept-Language": "th"}).one("html").attrs["lang"] == "en"


@on_sqlite
def test_a_moment_has_no_seconds_and_a_sentence_that_ends_with_an_hour_one_stop(site):
    half = datetime(2027, 1, 14, 18, 30, 59, tzinfo=UTC)
    with site.inside():
        for language in LANGUAGES:
            with i18n.speaking(language):
                hour, moment = i18n.show_hour(i18n.local(half)), i18n.show_moment(half)
                assert "59" not in moment and i18n.show_date(half) in moment and hour in moment
                assert i18n.show_deadline(half).startswith(f"{moment} (")
                for said in (hour, moment):
                    words = gettext("You can give it back until %(time)s.", time=said)
                    in_english = str(i18n.guarded("Until %(time)s. And on.", time=said))
                    assert ".." not in words + in_english and said in words and said in in_english
        with i18n.speaking(i18n.find("es")):
            assert gettext("You can give it back until %(time)s.", time=hour_of(half)).endswith(
                ": 10:30\N{NARROW NO-BREAK SPACE}a.m."
            )


def hour_of(moment):
    return i18n.show_hour(i18n.local(moment))


@on_sqlite
@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/ko/nowhere", "페이지를 찾을 수 없습니다"),
        ("/zh-hant/pledges/nowhere", "找不到網頁"),
        ("/xx/help", "Page not found"),
        ("/zh/help", "Page not found"),
        ("/th/th/help", "ไม่พบหน้านี้"),
    ],
)
def test_an_unknown_language_or_page_is_a_404_in_the_language_that_the_address_tells(site, path, heading):
    page = site.visitor().get(path)
    assert (page.status, page.heading) == (404, heading)


@on_sqlite
@pytest.mark.parametrize("code", ["zh-hans", "zh-hant"])
@pytest.mark.parametrize("path", ["/pledges/freedom", "/pledges/freedom/thanks", "/events", "/volunteer"])
def test_signs_between_pieces_of_a_chinese_page_are_full_width_and_without_a_space(site, code, path):
    page = site.visitor().get(f"/{code}{path}")
    wrong = re.compile(r"[\u3400-\u9fff]\s?[,.:;](?!\w)|\s[（：]|：\s")
    wrote = site.visitor().post(f"/{code}/pledges/freedom", {})
    for one in (page, wrote):
        lines = [line.to_text(separator="", strip=False).strip() for line in one.all("title, label, p, dt")]
        assert [line for line in lines if wrong.search(line)] == []


@on_sqlite
def test_korean_counts_people_without_a_space_and_thai_years_have_one_form(site):
    with site.app.test_request_context(), i18n.speaking(i18n.find("ko")):
        assert render_template_string(
            '{% from "components/progress.html" import progress %}{{ progress("freedom", 132, 1000) }}'
        ).count("132</strong>명이")
    with site.inside(), i18n.speaking(i18n.find("th")):
        day = datetime(2027, 1, 5, 23, tzinfo=UTC)
        written = (
            i18n.show_date(day),
            times.day(day, "UTC"),
            periods.show(day.date()),
            periods.Month.of(day.date()).name,
        )
        with i18n.speaking(i18n.find("zh-hans")):
            assert times.span(day, day, "UTC") == "2027年1月5日星期二，23:00 – 23:00（协调世界时）"
        assert written == ("5 มกราคม 2027", "วันอังคารที่ 5 มกราคม 2027", "5 มกราคม 2027", "มกราคม 2027")


@on_sqlite
@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.code)
def test_a_pledge_can_be_signed_and_confirmed_in_every_language(site, later, language):
    visitor = site.visitor()
    assert visitor.press(visitor.get(f"{language.prefix}/pledges/freedom"), "", name="").status == 422
    assert sign(visitor, later, f"{language.prefix}/pledges/freedom", newsletter="y").status == 200
    letter = site.letter()
    path = link_in(letter, "confirm")
    assert path.startswith(f"{language.prefix}/confirm/") and letter["Content-Language"] == language.tag
    assert visitor.post(path).status == 200 and site.letter()["To"] == ANNA["email"]


@pytest.fixture
def khmer(tmp_path):
    """The campaign's content with Khmer: a folder, a catalogue in it, and one line."""
    shutil.copytree(ROOT / "content", tmp_path / "content")
    settings = tmp_path / "content" / "campaign.toml"
    row = '    { code = "vi",'
    text = settings.read_text(encoding="utf-8")
    assert text.count(row) == 1
    settings.write_text(
        text.replace(row, f'    {{ code = "km", name = "ខ្មែរ", tag = "km" }},\n{row}'), encoding="utf-8"
    )
    folder = tmp_path / "content" / "km"
    folder.mkdir()
    facts = '+++\ntitle = "ជំនួយ"\nfrom = "x"\nreviewed = false\n+++\n'
    (folder / "help.md").write_text(facts + "សូមទូរស័ព្ទ {hotline:cast}។\n", encoding="utf-8")
    with (ROOT / "campaign" / "translations" / "vi" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale="km")
    catalogue["Pledges"].string = "ការសន្យា"
    with (folder / "messages.po").open("wb") as file:
        write_po(file, catalogue)
    return tmp_path / "content"


@on_sqlite
def test_a_ninth_language_is_a_folder_a_catalogue_and_one_line(noon, make_site, khmer, later):
    site = make_site(content_dir=khmer)
    visitor = site.visitor()
    for method, _address, rule in routes(site.app):
        if method == "GET" and not rule.arguments and not rule.rule.startswith((*i18n.ONE_ADDRESS, "/.well-known")):
            answer = visitor.raw(f"/km{rule.rule}", buffered=True)
            if answer.mimetype == "text/html":
                page = Page(answer, f"/km{rule.rule}")
                assert page.status == 200 and page.one("html").attrs["lang"] == "km", rule.rule
                assert len(page.all("nav.languages a")) == 9
    page = visitor.get("/km/help")
    assert page.heading == "ជំនួយ" and "tel:+18885392373" in page.one("main").to_html()
    assert page.one("[data-exit-words]").attrs["href"] == EXIT["en"]
    page = visitor.get("/km/pledges")
    assert page.heading == "ការសន្យា" and page.one("article h2").attrs["lang"] == "en"
    assert sign(visitor, later, "/km/pledges/freedom").status == 200
    assert link_in(site.letter(), "confirm").startswith("/km/")
    assert visitor.get("/km/nowhere").status == 404
