"""The gate "axe": every page there is, of a site with one of everything, in every language, narrow and wide."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from campaign import i18n
from campaign.web import DOORS
from tests.browser.chromium import look_closely
from tests.house.everything import everything, filled, on_sqlite, routes  # noqa: F401 (fixtures)

pytestmark = [pytest.mark.browser, on_sqlite, pytest.mark.gate("axe", quick=0, full=1)]
PREFIXES = ["", "/es", "/tl", "/th", "/zh-hans", "/zh-hant", "/ko", "/vi"]
WIDTHS = [360, 1280]
MORE = ("/nowhere", "/style", "/events?kind=talk", "/events?month=2027-01", "/materials/palm-card?and=th")


def _answered_by(person: Any, page: Page) -> None:
    """Let this tab see the site as that person does, who has no need of a server."""

    def answer(route: Route) -> None:
        asked = urlsplit(route.request.url)
        said = person.raw(f"{asked.path}?{asked.query}" if asked.query else asked.path, buffered=True)
        route.fulfill(status=said.status_code, headers=dict(said.headers), body=said.get_data())

    page.route("http://localhost/**", answer)


def _tab(program: Browser, person: Any, width: int, scheme: str) -> Page:
    shape: Any = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme, "reduced_motion": "reduce"}
    page = program.new_context(**shape).new_page()
    _answered_by(person, page)
    return page


def _look(page: Page, person: Any, paths: list[str]) -> list[str]:
    """What axe finds on those of these paths that are pages; one line each, all of them before anything is said."""
    found, looked = [], 0
    for path in paths:
        answer = person.raw(path, buffered=True)
        if answer.mimetype != "text/html" or answer.location or "sandbox" in answer.headers["Content-Security-Policy"]:
            continue
        page.goto(f"http://localhost{path}")
        looked += 1
        try:
            look_closely(page)
        except AssertionError as error:
            found.append(str(error).partition("\nassert")[0])
    page.context.close()
    assert looked > len(paths) / 3, f"only {looked} of {len(paths)} are pages"
    return found


def _gets(site: Any, *, inside: bool) -> list[tuple[str, Any]]:
    ours = [(address, rule) for method, address, rule in routes(site.app) if method == "GET"]
    ours = [one for one in ours if not one[0].startswith(tuple(set(i18n.ONE_ADDRESS) - set(DOORS)))]
    return [one for one in ours if one[0].startswith(DOORS) == inside]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("prefix", PREFIXES)
def test_axe_finds_nothing_on_any_public_page(everything, program, size, prefix, width):  # noqa: F811
    dark = (PREFIXES.index(prefix) + WIDTHS.index(width)) % 2
    visitor, site = everything.site.visitor(), everything.site
    page = _tab(program, visitor, width, "dark" if dark else "light")
    lessons = [f"/{one.name}" for one in site.app.extensions["content"].lessons("en")]
    paths = [everything.address(rule) for _, rule in _gets(site, inside=False)] + lessons + list(MORE)
    assert _look(page, visitor, [prefix + path for path in dict.fromkeys(paths)]) == []


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
@pytest.mark.parametrize("door", ["staff", "partner"])
def test_axe_finds_nothing_on_any_page_behind_a_door(everything, program, size, door, width, scheme):  # noqa: F811
    person = getattr(everything, door)
    page = _tab(program, person, width, scheme)
    inside = [everything.address(rule) for _, rule in _gets(everything.site, inside=True)]
    assert _look(page, person, [path for path in inside if path.startswith(f"/{door}")]) == []


def test_a_page_that_cannot_be_used_is_noticed(everything, program, size):  # noqa: F811
    page, person = _tab(program, everything.staff, 360, "light"), everything.staff
    page.goto("http://localhost/help")
    assert page.evaluate("getComputedStyle(document.body).display") == "grid"  # it has its look
    everything.site.app.view_functions["pages.safety"] = lambda: "<!doctype html><title>x</title><h1>x</h1><input>"
    [said] = _look(page, person, ["/help", "/safety"])
    assert "/safety" in said and "html-has-lang" in said and "label" in said
