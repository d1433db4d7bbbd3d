"""The directory: the announced names, what the coalition does, and the pages of those who want one."""

import pytest
from sqlalchemy import select

from campaign.content import Content
from campaign.partners.models import Partner, PartnerState
from tests.conftest import ROOT
from tests.house.everything import on_sqlite
from tests.pages.listed import HERE, listed
from tests.partners.acts import announced, partner, say, write

pytestmark = pytest.mark.plain_sql

WORDS = Content(ROOT / "content")
NAMES = [one.name for one in WORDS.site.partners]


def _names(page):
    return [" ".join(one.to_text().split()) for one in page.all("ul.partners li")]


def test_the_eleven_are_named_on_the_front_page_and_in_the_directory(site, visitor):
    assert len(NAMES) == 11 and announced(site) == 11
    assert announced(site) == 0, "told twice, nobody is there twice"
    assert {row[0] for row in site.rows(select(Partner.state))} == {"named"}
    for path in ("/", "/coalition"):
        page = visitor.get(path)
        assert _names(page) == NAMES and "As announced in February 2010." in page.text
        assert not page.all("ul.partners a"), "none of them has agreed to a page"
    assert visitor.get("/").link("The coalition") == "/coalition"


@on_sqlite
@pytest.mark.parametrize("language", WORDS.site.languages, ids=lambda one: one.code)
def test_every_language_says_what_the_coalition_did_in_2010_and_how_to_join(site, visitor, language):
    page = visitor.get(f"{language.prefix}/coalition")
    assert page.heading == WORDS.page("coalition", language.code).title
    assert "2010" in page.text and len(page.all("main > .words > div > ul li")) >= 4
    assert page.one("main a.button").attrs["href"] == f"{language.prefix}/coalition/join"
    assert visitor.get(f"{language.prefix}/about").one(f'main a[href="{language.prefix}/coalition"]')
    footer = [one.attrs["href"] for one in page.all("footer a")]
    assert f"{language.prefix}/coalition" in footer


def test_a_partner_has_a_page_once_it_has_agreed(site, visitor, staff):
    id = partner(site)
    write(staff, id)
    assert visitor.get("/coalition/sample-partner-1").status == 404
    say(staff, id, "page")
    page = visitor.get("/coalition/sample-partner-1")
    assert page.heading == "Sample Partner 1" and "We are a sample" in page.text and "Thai and Spanish" in page.text
    assert page.link("https://partner.example/") == "https://partner.example/"
    assert visitor.get("/coalition").link("Sample Partner 1") == "/coalition/sample-partner-1"
    assert f"{HERE}/coalition/sample-partner-1" in listed(visitor) and f"{HERE}/coalition" in listed(visitor)


def test_an_announced_partner_that_agreed_to_a_page_is_linked_in_the_list(site, visitor, staff):
    announced(site)
    [(id,)] = site.rows(select(Partner.id).where(Partner.name == "KIWA"))
    staff.press(staff.get(f"/staff/partners/{id}"), "Let it join")
    say(staff, id, "page")
    assert visitor.get("/").link("KIWA") == visitor.get("/coalition").link("KIWA") == "/coalition/kiwa"


@on_sqlite
def test_its_texts_stand_in_the_readers_language_and_else_in_english(site, visitor, staff):
    id = partner(site)
    say(staff, id, "page")
    assert visitor.get("/coalition/sample-partner-1").status == 200, "a name alone is a page"
    write(staff, id)
    write(staff, id, "es", about="Somos una muestra.")
    assert "Somos una muestra." in visitor.get("/es/coalition/sample-partner-1").text
    other = visitor.get("/th/coalition/sample-partner-1")
    assert [one.to_text() for one in other.all('main p[lang="en"]')] == ["We are a sample of a partner."]


def test_the_directory_and_the_front_page_stand_while_the_records_are_away(make_site, noon):
    site = make_site(database_url="sqlite:////nowhere/at/all/site.db", seeded=False)
    for path in ("/coalition", "/", "/es/coalition"):
        page = site.visitor().get(path)
        assert page.status == 200 and _names(page) == NAMES
    assert site.visitor().get("/coalition/kiwa").status == 503
    assert site.visitor().get("/coalition/join").status == 200, "the form needs no records before it is sent"


@on_sqlite
def test_a_campaign_without_words_about_a_coalition_has_no_such_pages(make_site, noon, tmp_path):
    import shutil

    folder = tmp_path / "content"
    shutil.copytree(ROOT / "content", folder)
    (folder / "en" / "coalition.md").unlink()
    visitor = make_site(content_dir=folder).visitor()
    for path in ("/coalition", "/coalition/join", "/coalition/join/sent", "/coalition/kiwa"):
        assert visitor.get(path).status == 404
    assert "/coalition" not in visitor.get("/").html


@on_sqlite
def test_an_address_that_is_a_page_of_its_own_is_no_partners(site):
    ids = [partner(site, "Join"), partner(site, "join!!! us"), partner(site, "泰")]
    slugs = [row[0] for row in site.rows(select(Partner.slug).where(Partner.id.in_(ids)).order_by(Partner.id))]
    assert slugs == ["join-2", "join-us", "partner"]


def test_a_paused_retired_or_gone_partner_has_no_page(site, visitor, staff):
    for number, state in enumerate(PartnerState):
        id = partner(site, f"Sample Partner {number}", state)
        say(staff, id, "page")
        status = visitor.get(f"/coalition/sample-partner-{number}").status
        assert status == (200 if state is PartnerState.ACTIVE else 404), state
