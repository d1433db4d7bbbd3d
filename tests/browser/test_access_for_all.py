"""Every page can be used by everybody: axe finds nothing, in light and in dark, narrow and wide, for staff too."""

import pytest

from tests.browser.chromium import look_closely
from tests.house.everything import DRILL

pytestmark = pytest.mark.browser
PUBLIC = (
    "/",
    "/pledges",
    "/pledges/freedom",
    "/pledges/freedom/thanks",
    "/help",
    "/safety",
    "/learn",
    "/learn/what-it-is",
    "/learn/signs",
    "/learn/days",
    "/about",
    "/contact",
    "/press",
    "/privacy",
    "/materials",
    "/materials/palm-card?and=th",
    "/accessibility",
    "/style",
    "/volunteer",
    "/volunteer/link",
    "/embed/events",
    "/embed/pledges/freedom",
    "/nowhere",
)
STAFF = (
    "/staff/",
    "/staff/pledges",
    "/staff/pledges/new",
    "/staff/pledges/1",
    "/staff/pledges/1/words/es",
    "/staff/pledges/1/embed/es",
    "/staff/events/embed",
    "/staff/pledges/1/preview/es",
    "/staff/signatures",
    "/staff/signatures?filter=all&page=1",
    "/staff/volunteers",
    "/staff/volunteers/1",
    "/staff/volunteer-lists",
    "/staff/volunteer-lists/role/1",
    "/staff/trainings/new",
    "/staff/letters",
    "/staff/audit",
    "/staff/codes",
    "/staff/codes/new",
    "/staff/list",
    "/staff/accounts",
    "/staff/accounts/new",
    "/staff/accounts/1",
    "/staff/words",
    "/staff/account",
    "/staff/prove",
)


LOOKS = [("", 360, "dark"), ("/es", 1280, "light"), ("/th", 360, "light")]


@pytest.mark.wider
@pytest.mark.parametrize("number", range(len(LOOKS)))
def test_axe_finds_nothing_on_public_pages(person, demo, number):
    """Each page in one of these looks by turns; in the drill in all of them."""
    prefix, width, scheme = LOOKS[number]
    page = person(width=width, color_scheme=scheme, reduced_motion="reduce").open("/")
    for path in PUBLIC if DRILL else PUBLIC[number :: len(LOOKS)]:
        page.goto(demo.address + prefix + path)
        look_closely(page)


@pytest.mark.gate("axe", quick=0, full=1)
@pytest.mark.parametrize("width", [768])  # other widths, and every other page: test_every_page.py
@pytest.mark.parametrize("prefix", ["", "/es", "/tl", "/th", "/zh-hans", "/zh-hant", "/ko", "/vi"])
def test_axe_finds_nothing_in_any_language(person, demo, prefix, width):
    page = person(width=width, color_scheme="dark" if width == 768 else "light", reduced_motion="reduce").open("/")
    for path in PUBLIC:
        page.goto(demo.address + prefix + path)
        look_closely(page)


@pytest.mark.wider
@pytest.mark.parametrize("number", [0, 1])
def test_axe_finds_nothing_behind_the_staff_door(person, demo, staff_state, number):
    width, scheme = [(360, "light"), (1280, "dark")][number]
    page = person(width=width, color_scheme=scheme, storage_state=staff_state).open("/staff/")
    for path in STAFF if DRILL else STAFF[number::2]:
        page.goto(demo.address + path)
        assert "/sign-in" not in page.url
        look_closely(page)
    page.goto(demo.address + "/staff/pledges/new")
    page.locator("main form button").click()
    page.wait_for_selector(".summary")
    look_closely(page)


def test_axe_finds_nothing_at_the_staff_door(person, demo):
    page = person(width=360).open("/staff/sign-in")
    look_closely(page)
    page.locator("main form button").click()
    page.wait_for_selector(".summary")
    look_closely(page)
    page.goto(demo.address + "/staff/link/used-before")
    look_closely(page)


def test_axe_would_find_something(person):
    page = person().open("/help")
    page.evaluate("document.querySelector('html').removeAttribute('lang')")
    with pytest.raises(AssertionError, match="html-has-lang"):
        look_closely(page)


def test_the_keyboard_reaches_the_words_first_and_never_loses_sight_of_itself(person):
    page = person(width=360).open("/pledges/freedom")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for _ in range(12):
        page.keyboard.press("Tab")
        hidden = page.evaluate(
            """() => {
                const one = document.activeElement, box = one.getBoundingClientRect();
                const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                return !(one === top || one.contains(top) || (top && top.contains(one))) && one.outerHTML;
            }"""
        )
        assert not hidden, f"covered while it has the focus: {hidden}"
