"""Pages to learn from: each says where its facts come from, in plain words, and says nothing that nobody can keep."""

import re

import pytest

from campaign.content import Content
from tests.conftest import ROOT
from tests.house.everything import on_sqlite

CONTENT = Content(ROOT / "content")
LESSONS = [page.name.rpartition("/")[2] for page in CONTENT.lessons("en")]
# What may not be promised, what is out of date, and what is not verified: see the facts that the campaign works from.
NEVER = (
    "not be arrested",
    "not be deported",
    "no será deportad",
    "not know about",
    "total confidential",
    "completely confidential",
    "17,000",
    "233733",
    "233-733",
    "$500",
    "voiceless people",
    "modern-day slaves",
    "September 23",
    "23 de septiembre",
    "Rescue Day",
)

pytestmark = on_sqlite


@pytest.mark.parametrize("prefix", ["", "/es"])
def test_the_index_leads_to_every_page_in_order_and_each_leads_to_the_next(visitor, prefix):
    index = visitor.get(f"{prefix}/learn")
    named = [link.attrs["href"] for link in index.all(".lesson a")]
    assert named == [f"{prefix}/learn/{name}" for name in LESSONS] and len(named) == 7
    for here, then in zip(named, [*named[1:], f"{prefix}/pledges"], strict=True):
        assert visitor.get(here).one(".then a").attrs["href"] == then


@pytest.mark.parametrize("prefix", ["", "/es"])
@pytest.mark.parametrize("name", [f"learn/{name}" for name in LESSONS] + ["about", "press"])
def test_a_page_with_facts_shows_its_sources_and_tells_them_nothing(visitor, prefix, name):
    page = visitor.get(f"{prefix}/{name}")
    links = page.all(".sources li a")
    assert links and all(link.attrs["rel"] == "noreferrer" and link.attrs["lang"] == "en" for link in links)
    assert {one["address"] for one in CONTENT.page(name, "en").sources} <= {link.attrs["href"] for link in links}


def test_a_page_that_is_not_there_is_a_404_in_the_reader_s_language(visitor):
    for path in ("/learn/nowhere", "/es/learn/nowhere", "/learn/../help.md", "/learn/SIGNS", "/learn/signs/"):
        assert visitor.get(path).status == 404, path
    assert "No se encontró la página" in visitor.get("/es/learn/nowhere").heading


def test_the_words_that_go_with_every_list_of_signs_are_there(visitor):
    said = visitor.get("/learn/signs").text
    for sentence in (
        "One sign alone is not proof.",
        "Do not judge by race, accent or immigration status.",
        "Do not confront a suspected trafficker.",
        "Do not try a rescue.",
        "Call the hotline and say what you saw",
    ):
        assert sentence in said


def test_the_law_on_supply_chains_is_a_law_that_makes_companies_tell(visitor):
    said = visitor.get("/learn/supply-chains").text
    assert "is law" in said and "does not ban any goods" in said


def test_the_official_notice_is_linked_and_not_redrawn(visitor):
    page = visitor.get("/learn/posting-the-notice")
    assert page.link("model notice to print") == "https://oag.ca.gov/human-trafficking/model-notice"
    assert "does not take its place" in page.text
    assert len(page.all("main ol > li")) == 15


def test_no_page_promises_what_nobody_can_keep_or_repeats_what_is_out_of_date(visitor):
    listed = re.findall(r"<loc>http://localhost([^<]+)", visitor.raw("/sitemap.xml").text)
    assert "/es/learn/signs" in listed
    for path in listed:
        said = visitor.raw(path).text.lower()
        assert [words for words in NEVER if words.lower() in said] == [], path


def test_every_link_inside_the_site_leads_somewhere_and_keeps_the_language(site):
    visitor, seen, waiting = site.visitor(), set(), ["/", "/es/"]
    while waiting:
        path = waiting.pop()
        seen.add(path)
        answer = visitor.raw(path, buffered=True)
        assert answer.status_code == 200, path
        if answer.mimetype != "text/html":
            continue
        main = answer.text.partition("<main")[2]
        found = {link.partition("#")[0] for link in re.findall(r'href="(/[^"]*)"', main)} - {""}
        assert all(link.startswith("/es/") for link in found) or not path.startswith("/es"), (path, found)
        waiting += found - seen - set(waiting)
    assert {"/learn/days", "/es/learn/days", "/contact", "/es/safety", "/press/kit.zip"} <= seen
