"""Two partners and the lead work side by side: each signs in by a link of their own and sees only what is theirs."""

import re

import pytest

from campaign.app import create_app
from campaign.config import Config
from tests.browser.chromium import look_closely
from tests.conftest import Site
from tests.house.running import SECRET
from tests.partner_door.acts import link_of, partner

pytestmark = pytest.mark.browser
NOTES = ("Clinic on First Street", "Temple on Second Street")


@pytest.fixture
def links(demo):
    """The paths of one-time links for somebody of each of two partners, made on the machine itself."""
    config = Config("demo", demo.folder, f"sqlite:///{demo.folder / 'site.db'}", SECRET, demo.address, processes=1)
    site = Site(create_app(config), config)
    made = [partner(site, f"Sample Partner {number}") for number in (1, 2)]
    yield [link_of(site, one, f"partner{number}@example.org") for number, one in enumerate(made, start=1)]
    site.app.extensions["database"].engine.dispose()


def _make_code(lead, number):
    page = lead.open("/staff/codes/new")
    page.locator("[name=partner_id]").select_option(label=f"Sample Partner {number + 1}")
    page.locator("[name=note]").fill(NOTES[number])
    page.get_by_role("button", name="Make the code").click()
    page.wait_for_url(re.compile(r"/staff/codes/\d+$"))
    return page.url.rpartition("/")[2]


def test_two_partners_and_the_lead_side_by_side_see_each_what_is_theirs(person, staff_state, links):
    lead = person(storage_state=staff_state)
    ids = [_make_code(lead, number) for number in (0, 1)]
    people = [person(width=360), person()]
    for number, one in enumerate(people):
        page = one.open(links[number])
        page.locator("main button").click()
        page.wait_for_url("**/partner/")
        assert page.locator("h1").inner_text() == f"Sample Partner {number + 1}"
        look_closely(page)
        page.get_by_role("link", name="Our codes", exact=True).click()
        assert page.locator("tbody td:first-of-type").all_inner_texts() == [NOTES[number]]
        look_closely(page)
        page.locator("tbody a").click()
        assert NOTES[number] in page.locator("main").inner_text()
        look_closely(page)
    for number, one in enumerate(people):  # both are signed in now, and each guesses where the other was
        page = one.open(f"/partner/codes/{ids[1 - number]}")
        assert page.locator("h1").inner_text() == "Page not found"
        page = one.open("/partner/people")
        assert f"partner{2 - number}@example.org" not in page.locator("main").inner_text()
        look_closely(page)
    page = lead.open("/staff/codes")
    assert all(note in page.locator("main").inner_text() for note in NOTES)
    assert [one.strays for one in (lead, *people)] == [[], [], []]
