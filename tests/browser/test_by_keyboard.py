"""With the keyboard alone: every stop can be seen, and a pledge is signed and a way out is found by it."""

import pytest

pytestmark = pytest.mark.browser
STOPS = 80  # more than any page has before its form's end
SEEN = """() => {
    const one = document.activeElement, how = getComputedStyle(one), box = one.getBoundingClientRect();
    return { name: one.name || '', tag: one.tagName, href: one.getAttribute('href') || '', text: one.innerText || '',
             ring: how.outlineStyle !== 'none' ? parseFloat(how.outlineWidth) : 0,
             inside: box.bottom > 0 && box.top < innerHeight, type: one.type || '' };
}"""


def _tab_to(page, fits):
    """Press Tab until the stop fits; each on the way has a ring that can be seen, and stands in the window."""
    for _ in range(STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(SEEN)
        assert stop["ring"] >= 2, f"no ring around {stop}"
        assert stop["inside"], f"out of sight: {stop}"
        if fits(stop):
            return stop
    raise AssertionError(f"{page.url}: no such stop")


@pytest.mark.parametrize(("prefix", "width"), [("", 1280), ("/th", 360)], ids=["en", "th"])
def test_a_pledge_is_found_and_signed_by_keyboard(person, prefix, width):
    page = person(width=width).open(f"{prefix}/")
    _tab_to(page, lambda stop: stop["href"].endswith("/pledges/freedom"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/pledges/freedom*")
    page.wait_for_timeout(2_100)  # who answers a form faster than that is no person
    for name, words in (("name", "Kim Keyboard"), ("email", f"kim{width}@example.org")):
        _tab_to(page, lambda stop, name=name: stop["name"] == name)
        page.keyboard.type(words)
    _tab_to(page, lambda stop: stop["name"] == "old_enough")
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.checked")
    _tab_to(page, lambda stop: stop["tag"] == "BUTTON" and stop["type"] == "submit")
    page.keyboard.press("Enter")
    page.wait_for_url("**/thanks*")


def test_a_mistake_is_told_where_the_keyboard_is(person):
    page = person(width=360).open("/pledges/freedom")
    page.wait_for_timeout(2_100)
    _tab_to(page, lambda stop: stop["name"] == "name")
    page.keyboard.type("Kim Keyboard")
    page.keyboard.press("Enter")
    page.wait_for_selector(".summary")
    _tab_to(page, lambda stop: stop["href"] == "#email")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name") == "email"


def test_the_way_out_is_among_the_first_three_stops_and_leads_away(person):
    someone = person(width=360)
    page = someone.open("/help")
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("'exit' in document.activeElement.dataset"):
            break
    page.keyboard.press("Enter")
    page.wait_for_function("location.hostname !== 'localhost'")
    assert someone.strays
