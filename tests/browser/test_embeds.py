"""A list of ours inside a page of another site: links and the way out leave both, and nothing else can be framed."""

import pytest

from tests.browser.chromium import look_closely

pytestmark = pytest.mark.browser
THEIRS = "https://partner.example/"
TOP = "window.top.location.replace"


def _around(person, path, **settings):
    """Somebody who looks at a page of a partner with this page of ours in it, after another page of the partner."""
    someone = person(**settings)
    html = f'<!doctype html><html lang="en"><title>Partner</title><h1>Partner</h1><iframe src="{path}"></iframe>'
    someone.context.route(THEIRS, lambda route: route.fulfill(body=html, content_type="text/html"))
    page = someone.context.new_page()
    page.goto(f"{THEIRS}before")
    page.goto(THEIRS)
    return someone, page


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_the_way_out_and_every_event_leave_the_page_around_it(person, demo, scripts):
    _, page = _around(person, f"{demo.address}/embed/events", java_script_enabled=scripts)
    frame = page.frame_locator("iframe")
    assert frame.locator("aside.hotline a.tel").get_attribute("href").startswith("tel:")
    frame.locator(".event-card a").first.click()
    page.wait_for_url(f"{demo.address}/events/*")
    page.goto(THEIRS)
    frame.locator("[data-exit-words]").click()
    page.wait_for_url(lambda address: THEIRS not in address and "localhost" not in address)
    assert page.title() == "Weather" and len(page.frames) == 1


def test_without_its_target_the_way_out_would_leave_the_frame_alone(person, demo):
    path = f"{demo.address}/embed/events"
    someone, page = _around(person, path, java_script_enabled=False)

    def forget(route):
        said = route.fetch()
        route.fulfill(response=said, body=said.text().replace('<base target="_top">', ""))

    someone.context.route(path, forget)
    page.goto(THEIRS)
    page.frame_locator("iframe").locator("[data-exit-words]").click()
    page.frame_locator("iframe").get_by_role("heading", name="Weather").wait_for()
    assert page.url == THEIRS


def test_the_page_that_was_left_is_not_in_the_history_and_shift_leaves_too(person, demo):
    for leave in (
        lambda frame: frame.locator("[data-exit-words]").click(),
        lambda frame: [frame.locator("main").press("Shift") for _ in range(3)],
    ):
        _, page = _around(person, f"{demo.address}/embed/events")
        leave(page.frame_locator("iframe"))
        page.wait_for_url(lambda address: "partner.example" not in address)
        page.go_back()
        assert page.url == f"{THEIRS}before"


def test_where_the_browser_refuses_without_a_word_the_frame_goes_alone(person, demo):
    someone, page = _around(person, f"{demo.address}/embed/events")
    someone.context.route("**/exit*.js*", _silent)
    page.goto(THEIRS)
    page.frame_locator("iframe").locator("[data-exit-words]").click()
    page.frame_locator("iframe").get_by_role("heading", name="Weather").wait_for()
    assert page.url == THEIRS


def _silent(route):
    """The way out in a browser that does not let a frame change the page around it, and does not say so."""
    said = route.fetch()
    body = said.text()
    assert TOP in body
    route.fulfill(response=said, body=body.replace(TOP, "void"))


def test_another_language_stays_in_the_frame_and_nothing_is_left_behind(person, demo):
    someone, page = _around(person, f"{demo.address}/embed/events?kind=talk")
    page.frame_locator("iframe").get_by_role("link", name="한국어").click()
    page.frame_locator("iframe").get_by_role("heading", name="행사", exact=True).wait_for()
    assert page.url == THEIRS and page.frames[1].url == f"{demo.address}/ko/embed/events?kind=talk"
    assert someone.context.cookies() == [] and set(someone.strays) <= {f"{THEIRS}before"}


def test_no_other_page_of_ours_shows_itself_there(person, demo):
    for path in ("/events", "/pledges/freedom", "/help", "/staff/sign-in", "/embed/nowhere"):
        _, page = _around(person, demo.address + path)
        assert page.frame_locator("iframe").locator("aside.hotline").count() == 0, path


def test_it_fits_a_narrow_column_in_every_language(person, demo):
    page = person(width=280).open("/")
    for prefix in ("", "/es", "/tl", "/th", "/zh-hans", "/zh-hant", "/ko", "/vi"):
        for path in ("/embed/events", "/embed/pledges/freedom"):
            page.goto(demo.address + prefix + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 280, prefix + path
    look_closely(page)
