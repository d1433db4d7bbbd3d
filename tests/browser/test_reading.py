"""Reads and learns: a browser has nothing to complain about, and no page needs a script."""

import json

import pytest

pytestmark = pytest.mark.browser
WORDS = ("/", "/help", "/safety", "/learn", "/learn/signs", "/about", "/contact", "/press", "/accessibility")
LISTEN = (
    "addEventListener('securitypolicyviolation', (event) => { console.error('policy: ' + event.violatedDirective) })"
)


@pytest.mark.parametrize("prefix", ["", "/es"], ids=["en", "es"])
def test_a_browser_reports_nothing_against_the_policy_also_where_data_for_machines_stands(person, demo, prefix):
    someone = person()
    page, said = someone.context.new_page(), []
    page.add_init_script(LISTEN)
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in WORDS:
        page.goto(demo.address + prefix + path)
    assert said == [] and someone.strays == []
    page.goto(f"{demo.address}{prefix}/")
    data = json.loads(page.locator("script[type='application/ld+json']").text_content() or "")
    assert {one["@type"] for one in data["@graph"]} == {"Organization", "WebSite"}


def test_a_script_in_a_page_would_be_reported(person):
    page, said = person().open("/"), []
    page.on("console", lambda message: said.append(message.text))
    page.evaluate("document.head.append(Object.assign(document.createElement('script'), { text: 'window.x = 1' }))")
    page.wait_for_timeout(200)
    assert any("Content Security Policy" in one for one in said) and page.evaluate("window.x") is None


@pytest.mark.parametrize("prefix", ["", "/es"], ids=["en", "es"])
def test_without_scripts_a_reader_gets_from_the_front_page_to_every_page_to_learn_from(person, prefix):
    someone = person(width=360, java_script_enabled=False)
    page = someone.open(f"{prefix}/")
    page.locator(".top nav a[href$='/learn']").click()
    page.locator(".lesson a").first.click()
    read = 0
    while page.locator(".then a").count():
        assert page.locator(".sources a").count() and page.locator("main h1").inner_text()
        page.locator(".then a").click()
        read += 1
    assert read == 7 and page.url.endswith(f"{prefix}/pledges")
    assert someone.strays == []


def test_every_page_is_reached_from_the_foot_of_every_page(person):
    page = person(width=360).open("/help")
    named = page.locator(".groups a").evaluate_all("links => links.map((link) => link.pathname)")
    assert named[0] == "/help" and {"/safety", "/learn", "/about", "/contact", "/press", "/accessibility"} <= set(named)
    for box in page.locator(".groups a, .top nav a").evaluate_all("links => links.map((link) => link.offsetHeight)"):
        assert box >= 24


def test_on_paper_a_page_keeps_the_number_and_shows_where_its_links_lead(person):
    page = person(color_scheme="dark").open("/learn/signs")
    page.emulate_media(media="print")
    assert page.locator("aside.hotline a.tel").is_visible()
    assert not page.locator(".exit").is_visible() and not page.locator(".groups").is_visible()
    shown = page.evaluate("getComputedStyle(document.querySelector('.sources a'), '::after').content")
    assert "https://" in shown
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
