"""Two partners and the lead work side by side: each signs in by a link of their own and sees only what is theirs."""

import csv
import re
import time
from io import StringIO
from pathlib import Path

import pytest

from campaign.app import create_app
from campaign.config import Config
from tests.browser.chromium import link_for, look_closely
from tests.browser.test_own_page import _opened
from tests.browser.test_signing import YOUNGEST
from tests.conftest import Site
from tests.house.running import SECRET
from tests.partner_door.acts import link_of, partner

pytestmark = pytest.mark.browser
ANNA = "side-by-side@example.org"
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


def _give(person, demo, path, name, before=""):
    """Sign by what a partner hung up, give oneself to it, and confirm; the link of the letter."""
    page = person.open(path)
    page.wait_for_url("**/pledges/freedom?*")
    page.locator("[name=name]").fill(name)
    page.locator("[name=email]").fill(ANNA)
    page.locator("[name=old_enough]").check()
    page.locator("[name=delivery]").check()
    look_closely(page)
    page.wait_for_timeout(YOUNGEST * 1000)
    page.locator("main form button").click()
    page.wait_for_url("**/thanks")
    while (link := link_for(demo, ANNA, "confirm")) == before:
        time.sleep(0.2)
    page.goto(demo.address + link)
    look_closely(page)
    page.locator("main form:not([action]) button").click()
    page.wait_for_load_state()
    return link


def _table(person):
    """The table of people that a partner takes away."""
    page = person.open("/partner/supporters")
    look_closely(page)
    with page.expect_download() as taken:
        page.get_by_role("button", name="Take the table of people").click()
    return list(csv.DictReader(StringIO(Path(taken.value.path()).read_text("utf-8-sig"))))


def _check_giving_and_ending(person, demo, lead, people, codes):
    """A supporter gives herself to both, and ends one: the next tables, the list of removals and the lead say so."""
    anna = person(width=360)
    first = _give(anna, demo, f"/q/{codes[0]}", "Anna Sample")
    _give(anna, demo, f"/q/{codes[1]}", "Anna S.", before=first)
    before = [_table(one) for one in people]
    assert [[row["email"] for row in rows] for rows in before] == [[ANNA], [ANNA]]
    page = anna.open("/me")
    _opened(page, demo, "", ANNA)
    page.locator("#shared .card", has_text="Sample Partner 1").locator("button").click()
    page.wait_for_selector("[role=status]")
    look_closely(page)
    assert _table(people[0]) == [] and _table(people[1]) == before[1]
    assert "1 removal waits" in people[0].open("/partner/supporters").locator("main").inner_text()
    assert "Nobody." in people[1].open("/partner/supporters").locator("main").inner_text()
    assert "Sample Partner 1" in lead.open("/staff/removals").locator("main").inner_text()
    assert anna.strays == [] and anna.context.cookies() == []


def test_two_partners_and_the_lead_side_by_side_see_each_what_is_theirs(person, demo, staff_state, links):
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
    codes = [lead.open(f"/staff/codes/{id}").locator("h1").inner_text().removeprefix("Code ") for id in ids]
    _check_giving_and_ending(person, demo, lead, people, codes)
    page = lead.open("/staff/codes")
    assert all(note in page.locator("main").inner_text() for note in NOTES)
    assert [one.strays for one in (lead, *people)] == [[], [], []]
