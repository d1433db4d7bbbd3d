"""Reads, signs, confirms: on a phone and at a desk, in both languages, with and without scripts."""

import re
import time

import pytest

from tests.browser.chromium import link_for, look_closely
from tests.house.everything import DRILL

pytestmark = pytest.mark.browser
TYPING = 15  # milliseconds from key to key
YOUNGEST = 2.1  # seconds that a person takes at least
PATIENCE = 20.0  # seconds; the machine that tests may be busy


def _number(page):
    return int(re.sub(r"\D", "", page.locator("[data-count-number]").first.inner_text()))


def _read(page, prefix):
    """From the front page to the pledge, as a reader goes."""
    page.locator(f'main a.button[href="{prefix}/pledges/freedom"]').first.click()
    page.wait_for_url(f"**{prefix}/pledges/freedom")


def _sign(page, address):
    begun = time.monotonic()
    form = page.locator("main form")
    form.locator("[name=name]").press_sequentially("Anna Sample", delay=TYPING)
    form.locator("[name=email]").press_sequentially(address, delay=TYPING)
    form.locator("[name=message]").press_sequentially("For my neighbors.", delay=TYPING)
    form.locator("[name=old_enough]").check()
    time.sleep(max(0.0, YOUNGEST - (time.monotonic() - begun)))
    form.locator("button").click()
    page.wait_for_url("**/thanks")


@pytest.mark.wider
@pytest.mark.parametrize(
    ("prefix", "width"), [("", 360), ("/es", 1280), *([("", 1280), ("/es", 360)] if DRILL else [])]
)
def test_reads_signs_confirms_and_sees_the_count_rise(person, demo, prefix, width):
    someone = person(width=width)
    address = f"anna{prefix.strip('/')}{width}@example.org"
    page = someone.open(f"{prefix}/")
    look_closely(page)
    _read(page, prefix)
    look_closely(page)
    before = _number(page)
    _sign(page, address)
    look_closely(page)
    watcher = person(width=width).open(f"{prefix}/pledges/freedom")
    link = link_for(demo, address, "confirm")
    assert link.startswith(f"{prefix}/confirm/")
    page.goto(demo.address + link)
    look_closely(page)
    assert _number(watcher) == before
    page.locator("main form:not([action]) button").click()
    until = time.monotonic() + PATIENCE
    while _number(watcher) != before + 1:
        assert time.monotonic() < until, "the count did not rise"
        watcher.wait_for_timeout(50)
    page.wait_for_load_state()
    assert page.locator("main form").count() == 0
    look_closely(page)
    assert someone.strays == []


def test_a_form_with_mistakes_says_so_at_its_top_and_leads_to_each(person):
    page = person(width=360).open("/pledges/freedom")
    page.locator("main form button").click()
    page.wait_for_selector(".summary")
    look_closely(page)
    assert page.evaluate("document.activeElement.classList.contains('summary')")
    page.locator(".summary a[href='#email']").click()
    assert page.evaluate("document.activeElement.name") == "email"


@pytest.mark.parametrize("prefix", ["", "/es"], ids=["en", "es"])
def test_all_of_it_works_without_scripts(person, demo, prefix):
    address = f"noscript{prefix.strip('/')}@example.org"
    page = person(width=360, java_script_enabled=False).open(f"{prefix}/")
    _read(page, prefix)
    before = _number(page)
    _sign(page, address)
    page.goto(demo.address + link_for(demo, address, "confirm"))
    page.locator("main form:not([action]) button").click()
    page.wait_for_url("**/confirm/**")
    assert page.locator("main form").count() == 0
    until = time.monotonic() + PATIENCE
    while True:  # a reader without scripts reloads
        page.goto(f"{demo.address}{prefix}/pledges/freedom")
        if _number(page) == before + 1:
            break
        assert time.monotonic() < until, "the count did not rise"
        time.sleep(0.1)
    page.goto(demo.address + link_for(demo, address, "withdraw"))
    page.locator("main form button").click()
    page.wait_for_load_state()
    assert page.locator("main form").count() == 0
