"""Writing a newsletter in a browser: it is shown beside, kept by itself, and blocks are put in where one writes."""

import re

import pytest

pytestmark = pytest.mark.browser
DESK = re.compile(r"/staff/newsletters/\d+/words/en$")


def _begin(page, demo, slug):
    page.goto(f"{demo.address}/staff/newsletters/new")
    page.locator("[name=title]").fill("From a browser")
    page.locator("[name=slug]").fill(slug)
    page.get_by_role("button", name="Begin", exact=True).click()
    page.wait_for_url(DESK)


def test_what_is_typed_is_shown_beside_and_kept(person, demo, staff_state):
    page = person(storage_state=staff_state).open("/staff/newsletters")
    _begin(page, demo, "from-a-browser")
    page.locator("[name=subject]").fill("Hello {first|friend}")
    before = page.evaluate("history.length")
    page.locator("[name=body]").fill("**Come** along, {nobody|x}")
    look = page.frame_locator(".desk-look iframe:not(.coming)")
    look.get_by_role("alert").get_by_text("There is no field {nobody}").wait_for()
    look.get_by_role("heading", name="Hello Sample").wait_for()
    page.locator("[name=body]").fill("**Come** along")
    page.locator("summary", has_text="A call for volunteers").click()
    page.get_by_role("button", name="Put it in", exact=True).and_(page.locator(":visible")).click()
    assert page.locator("[name=body]").input_value() == "**Come** along\n\n[[volunteers]]\n\n"
    look.get_by_role("link", name="Volunteer", exact=True).wait_for()
    page.locator("[data-desk-kept]", has_text="Kept").wait_for()
    assert page.evaluate("history.length") == before  # the way back leads off the page, not through each look
    page.reload()
    page.get_by_role("heading", name="Not saved yet").wait_for()
    assert "[[volunteers]]" in page.locator("[name=body]").input_value()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url(re.compile(r"/staff/newsletters/\d+\?saved=en$"))
    assert "has words that are not saved" not in page.locator("main").inner_text()


def test_who_leaves_while_typing_finds_it_again(person, demo, staff_state):
    page = person(storage_state=staff_state).open("/staff/newsletters")
    _begin(page, demo, "left-while-typing")
    desk = page.url
    for number in range(4):
        page.locator("[name=body]").fill(f"Words, and then somebody rang: {number}")
        page.wait_for_timeout(300 * number)  # before it is kept by itself
        page.goto(f"{demo.address}/staff/newsletters")
        page.goto(desk)
        page.get_by_role("heading", name="Not saved yet").wait_for()
        # What is sent on leaving may still be on its way when the desk is opened again within the same moment.
        for _ in range(20):
            if page.locator("[name=body]").input_value().endswith(f": {number}"):
                break
            page.wait_for_timeout(100)
            page.reload()
        assert page.locator("[name=body]").input_value() == f"Words, and then somebody rang: {number}"


def test_without_javascript_a_button_shows_it_beside(person, demo, staff_state):
    page = person(width=360, storage_state=staff_state, java_script_enabled=False).open("/staff/newsletters")
    _begin(page, demo, "without-javascript")
    page.locator("[name=subject]").fill("Hello")
    page.locator("[name=body]").fill("**Come** along <script>alert(1)</script>")
    page.get_by_role("button", name="Show it beside", exact=True).click()
    page.frame_locator(".desk-look iframe:not(.coming)").get_by_text("along <script>alert(1)</script>").wait_for()
    assert page.locator("[name=body]").input_value().startswith("**Come**")
