"""The quick exit: by three presses of Shift, by a click, and without scripts; and nothing stays behind."""

import pytest

from tests.house.test_access import ACCESS, PUBLIC

pytestmark = pytest.mark.browser
SAMPLES = {
    "<slug>": "freedom",
    "<page>": "signs",
    "<typed>": "2345678",
    "<code>": "2345678",
    "<path:token>": "cut",
    "<path:filename>": "css/site.css",
    "<key>": "cut",
    "<any(png,jpeg):kind>": "png",
}
DOWNLOADS = (
    ".ics",
    ".pdf",
    ".png",
    ".csv",
    ".zip",
    ".txt",
    ".xml",
    ".svg",
    ".atom",
)  # a browser saves these and shows no page


def _public():
    """Every address that everybody may look at, from the table of who may use which; what is not there, too."""
    for row, access in ACCESS.items():
        method, address = row.split(" ", 1)
        for gap, sample in SAMPLES.items():
            address = address.replace(gap, sample)
        if method == "GET" and access == PUBLIC and not address.endswith(DOWNLOADS):
            assert "<" not in address, f"say in SAMPLES what stands for the gap in {address}"
            yield address
    yield from ("/nowhere", "/unsubscribe/cut")


LEFT = """async () => [
    document.cookie.length, localStorage.length, sessionStorage.length,
    (await indexedDB.databases()).length, (await caches.keys()).length,
    (await navigator.serviceWorker.getRegistrations()).length,
]"""


def _gone(page):
    page.wait_for_url(lambda address: "localhost" not in address)
    assert page.title() == "Weather"


@pytest.mark.parametrize("path", ["/", "/es/help", "/th/help", "/pledges/freedom"])
def test_three_presses_of_shift_leave(person, path):
    page = person().open(path)
    for _ in range(3):
        page.keyboard.press("Shift")
    _gone(page)


def test_the_page_is_covered_at_once_also_when_the_other_one_never_comes(person):
    page = person().open("/pledges/freedom")
    page.route(lambda address: "localhost" not in address, lambda route: route.fulfill(status=204))
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_selector(".cover")
    assert not page.locator("main").is_visible() and not page.locator("header.top").is_visible()
    assert "pledge" not in page.title().lower() and "Freedom" not in page.title()


def test_the_page_that_was_left_is_not_in_the_history(person, demo):
    page = person().open("/")
    page.goto(f"{demo.address}/help")
    page.locator("[data-exit-words]").click()
    _gone(page)
    page.go_back()
    assert page.url == f"{demo.address}/"


def test_typing_capital_letters_does_not_leave(person, demo):
    page = person().open("/pledges/freedom")
    page.locator("[name=name]").click()
    for letter in ("A", "B", "C", "D"):
        page.keyboard.press(f"Shift+{letter}")
    for key in ("Shift", "Shift", "x", "Shift", "Shift"):
        page.keyboard.press(key)
    assert page.url.startswith(demo.address) and page.locator("[name=name]").input_value() == "ABCDx"


def test_each_press_is_counted_aloud(person):
    page = person().open("/help")
    status = page.locator("[role=status]")
    page.keyboard.press("Shift")
    first = status.inner_text()
    page.keyboard.press("Shift")
    assert "2" in first and "1" in status.inner_text()


@pytest.mark.parametrize(("prefix", "said"), [("", "2 more times"), ("/es", "2 veces más")], ids=["en", "es"])
def test_after_five_seconds_the_presses_are_forgotten_and_that_is_said(person, demo, prefix, said):
    page = person().open("/")
    page.clock.install()
    page.goto(f"{demo.address}{prefix}/help")
    status = page.locator("[role=status]")
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    assert page.locator(".exit-dots .on").count() == 2
    page.clock.run_for(5100)
    expired = status.inner_text()
    assert expired == page.locator("[data-exit-words]").get_attribute("data-expired")
    assert page.locator(".exit-dots .on").count() == 0
    page.keyboard.press("Shift")
    assert said in status.inner_text() and page.url.startswith(demo.address)


def test_a_middle_click_leaves_no_page_behind_the_other_one(person):
    page = person().open("/help")
    page.locator("[data-exit-words]").click(button="middle")
    _gone(page)
    assert len(page.context.pages) == 1


def test_a_page_that_comes_back_is_shown_again(person):
    page = person().open("/pledges/freedom")
    page.route(lambda address: "localhost" not in address, lambda route: route.fulfill(status=204))
    title = page.title()
    page.locator("[data-exit-words]").click()
    page.wait_for_selector(".cover")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    assert page.locator("main").is_visible() and page.title() == title and page.locator(".cover").count() == 0


@pytest.mark.parametrize("prefix", ["", "/es"], ids=["en", "es"])
def test_the_button_is_named_as_an_emergency_and_leads_to_a_page_in_its_language(person, prefix):
    page = person().open(f"{prefix}/safety")
    name = "Emergency: Leave this site" if not prefix else "Emergencia: Salir de este sitio"
    link = page.get_by_role("link", name=name)
    assert link.count() == 1 and set((link.get_attribute("rel") or "").split()) == {"nofollow", "noreferrer"}
    assert ("es-US" in (link.get_attribute("href") or "")) == bool(prefix)
    assert page.title() in ("Information", "Información")


def test_the_link_at_the_start_of_the_page_leaves_too(person):
    page = person().open("/help")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    _gone(page)


@pytest.mark.parametrize("prefix", ["", "/es"], ids=["en", "es"])
def test_without_scripts_it_is_a_link(person, prefix):
    page = person(width=360, java_script_enabled=False).open(f"{prefix}/help")
    page.locator("[data-exit-words]").click()
    _gone(page)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
@pytest.mark.parametrize("ways", ["out and back", "back"])
def test_what_was_written_for_help_is_not_shown_again_on_the_way_back(person, scripts, ways):
    page = person(width=360, java_script_enabled=scripts).open("/es/pledges/freedom")
    page.get_by_label("¿Por qué firma?").fill("me quitaron el pasaporte y no me dejan salir")
    page.locator("main form button").first.click()
    page.wait_for_selector("main a.button.help")
    if ways == "out and back":
        page.locator("[data-exit-words]").click()
        _gone(page)
    page.go_back()
    if ways == "out and back" and not scripts:  # a plain link leaves the page with the number in the history
        page.go_back()
    page.wait_for_selector("main form:visible")
    assert [box.input_value() for box in page.locator("textarea").all()] == [""]


def test_a_page_that_is_kept_whole_for_the_way_back_is_kept_without_what_was_sent(person):
    page = person(width=360).open("/pledges/freedom")
    box = page.locator("textarea")
    box.fill("Because it matters")
    leave = "dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }))"
    page.evaluate(leave)
    assert box.input_value() == "Because it matters", "who only follows a link finds it again"
    page.evaluate(
        f"document.querySelector('main form').dispatchEvent(new Event('submit', {{ bubbles: true }})); {leave}"
    )
    assert box.input_value() == ""


def test_the_way_out_stays_in_sight_at_the_end_of_a_long_page(person):
    for width in (360, 1280):
        page = person(width=width).open("/privacy")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        box = page.locator("[data-exit-words]").bounding_box()
        assert box and 0 <= box["y"] <= 800 - box["height"] and box["height"] >= 44
        assert box["x"] >= 0 and box["x"] + box["width"] <= width


def test_a_visit_to_every_public_page_leaves_nothing_behind_and_asks_nobody_else(person, demo):
    someone = person()
    page = someone.open("/")
    for prefix in ("", "/es", "/tl", "/th", "/zh-hans", "/zh-hant", "/ko", "/vi"):
        for path in _public():
            if prefix and path.startswith("/static"):
                continue
            page.goto(demo.address + prefix + path)
            assert page.evaluate(LEFT) == [0] * 6, prefix + path
    page.goto(f"{demo.address}/pledges/freedom")
    page.wait_for_timeout(1200)  # until the script has asked for the count
    page.locator("main form button").click()
    page.wait_for_selector(".summary")
    assert someone.context.cookies() == [] and page.evaluate(LEFT) == [0] * 6
    assert someone.strays == []


def test_a_request_that_would_leave_this_machine_is_noticed(person):
    someone = person()
    page = someone.open("/")
    page.evaluate("fetch('https://elsewhere.example/').catch(() => 0)")
    page.evaluate("document.cookie = 'noticed=1'")
    assert page.evaluate(LEFT) != [0] * 6
    page.goto("https://elsewhere.example/")
    assert someone.strays == ["https://elsewhere.example/"]
