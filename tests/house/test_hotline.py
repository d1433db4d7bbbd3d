"""The hotline and the way out stand on every public page, and the number is written in one place."""

import re
import tomllib
from pathlib import Path

import pytest

from campaign import i18n, seals
from tests.house.everything import a_few, on_sqlite, routes
from tests.visitor import Page

ROOT = Path(__file__).parents[2]
CAMPAIGN = ROOT / "content" / "campaign.toml"
SETTINGS = tomllib.loads(CAMPAIGN.read_text(encoding="utf-8"))
NUMBER = SETTINGS["hotlines"][0]["number"]
EXIT = SETTINGS["exit"]["address"]
PREFIXES = ["", *(f"/{code}" for code in EXIT if code != "en")]
SPELLED = re.compile(r"\+\d{8,15}|(?<!\d)(?:\+?1[-. ])?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}(?!\d)")


def _check(page):
    language = next((code for code in EXIT if page.path.startswith(f"/{code}")), "en")
    band = page.one("aside.hotline a.tel")
    assert band.attrs["href"] == f"tel:{NUMBER}", page.path
    leave = page.one("[data-exit-words]")
    assert leave.attrs["href"] == EXIT[language] and leave.name == "a", page.path
    assert {"nofollow", "noreferrer"} <= set(leave.attrs["rel"].split())


@on_sqlite
@pytest.mark.wider
def test_every_public_page_has_the_number_and_the_way_out(everything):
    visitor = everything.site.visitor()
    for number, (method, address, rule) in enumerate(routes(everything.site.app)):
        if method == "GET" and not address.startswith(i18n.ONE_ADDRESS):
            path = everything.address(rule)
            for prefix in ("", *a_few(PREFIXES[1:], number, 1)):
                answer = visitor.raw(prefix + path)
                if answer.mimetype == "text/html" and answer.status_code != 302:
                    _check(Page(answer, prefix + path))


@on_sqlite
@pytest.mark.parametrize("prefix", ["", "/es", "/th"])
def test_so_has_every_page_that_says_that_something_went_wrong(everything, later, prefix):
    visitor, staff, site = everything.site.visitor(), everything.staff, everything.site
    seen = {}

    def look(answer, path):
        _check(Page(answer, path))
        seen[answer.status_code] = path

    form, path = {"rendered": everything.rendered}, f"{prefix}/pledges/freedom"
    look(visitor.raw(f"{prefix}/nowhere"), f"{prefix}/nowhere")
    look(visitor.raw(path, method="POST", data=form), path)
    look(visitor.raw(path, method="POST", data={"name": "x" * 1_000_001}), path)
    look(visitor.raw(path, method="POST", headers={"Sec-Fetch-Site": "cross-site"}), path)
    look(visitor.raw(f"{prefix}/help", method="POST"), f"{prefix}/help")
    look(visitor.raw(f"{prefix}/help", headers={"Host": "elsewhere.example"}), f"{prefix}/help")
    staff.press(staff.get("/staff/pledges/1"), "Close it")
    filled = {**form, "name": "Anna", "email": "anna@example.org", "old_enough": "y"}
    look(visitor.raw(path, method="POST", data=filled), path)
    later(days=15)
    with site.inside():
        late = f"{prefix}/confirm/{seals.sign('sign', 2)}"
    look(visitor.raw(late), late)
    assert set(seen) == {400, 403, 404, 405, 409, 410, 413, 422}


@on_sqlite
def test_so_has_the_page_of_a_failure_of_our_own(make_site):
    site = make_site()

    def fail():
        raise ZeroDivisionError

    site.app.add_url_rule("/broken", "broken", fail)
    site.app.testing = False
    for path in ("/broken", "/es/broken"):
        answer = site.visitor().raw(path)
        assert answer.status_code == 500
        _check(Page(answer, path))


@on_sqlite
def test_the_help_page_shows_the_number_first_and_large(site):
    page = site.visitor().get("/help")
    assert page.one(".call-number a.tel").attrs["href"] == f"tel:{NUMBER}"
    before = page.one("main").to_html().partition("call-number")[0]
    assert "<p>" not in before and "<form" not in page.html


def _files():
    for folder in ("content", "templates", "campaign", "static"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts and path != CAMPAIGN:
                yield path


def _numbers(text):
    """Telephone numbers in a text: in any common spelling, or the digits of ours run together."""
    ours = [line["number"][-10:] for line in SETTINGS["hotlines"]]
    letters = [line["letters"] for line in SETTINGS["hotlines"] if line["letters"]]
    return [*SPELLED.findall(text), *(one for one in ours + letters if one in text)]


def test_no_other_file_spells_a_telephone_number():
    assert {str(path): found for path in _files() if (found := _numbers(path.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize(
    "text",
    ["+18885392373", "1-888-539-2373", "(888) 539-2373", "888.539.2373", "8885392373", "888-KEY-2-FREE"],
)
def test_a_number_is_noticed_however_it_is_spelled(text):
    assert _numbers(f"Call {text}.") and _numbers(f"Call {text} now")
