"""The page about oneself in a real browser: everybody can use it, nothing of it stays, and the way out works."""

import pytest

from tests.browser.chromium import link_for, look_closely
from tests.browser.test_signing import YOUNGEST, _sign

pytestmark = pytest.mark.browser
KEPT_HERE = "[document.cookie, localStorage.length, sessionStorage.length].join()"


def _opened(page, demo, prefix, address):
    """Asks for the page and opens it from the letter."""
    page.goto(f"{demo.address}{prefix}/me")
    look_closely(page)
    page.locator("main [name=email]").fill(address)
    page.wait_for_timeout(YOUNGEST * 1000)
    page.locator("main form button").click()
    page.wait_for_url("**/me/sent")
    look_closely(page)
    page.goto(demo.address + link_for(demo, address, "me"))


@pytest.mark.parametrize(
    ("prefix", "width", "scheme"), [("", 360, "dark"), ("/es", 1280, "light")], ids=["en-360", "es-1280"]
)
def test_looks_decides_and_erases(person, demo, prefix, width, scheme):
    someone, address = person(width=width, color_scheme=scheme), f"own{width}@example.org"
    page = someone.open(f"{prefix}/pledges/freedom")
    _sign(page, address)
    page.goto(demo.address + link_for(demo, address, "confirm"))
    page.locator("main form:not([action]) button").click()
    page.wait_for_load_state()
    _opened(page, demo, prefix, address)
    look_closely(page)
    assert page.title() in ("Your page", "Su página")
    page.locator("form[action$='/letters'] button").click()
    page.wait_for_selector("[role=status]")
    look_closely(page)
    page.locator("a[href$='/erase']").click()
    page.wait_for_url("**/erase")
    look_closely(page)
    page.locator("main form button").click()
    page.wait_for_load_state()
    look_closely(page)
    assert page.evaluate(KEPT_HERE) == ",0,0" and someone.context.cookies() == []
    assert someone.strays == []


def test_the_way_out_leaves_the_page_at_once(person, demo):
    page = person(width=360).open("/me")
    page.locator(".exit a").click()
    page.wait_for_url(lambda url: "localhost" not in url)
    page.go_back()
    assert "/me" not in page.url
