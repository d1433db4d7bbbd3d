"""From a printed code to the mailing list: a poster is printed, its code read, a pledge signed, the list told once."""

import re
import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection

import pytest

from campaign.mailing import fake as mailchimps
from campaign.mailing.fake.account import AUDIENCE, KEY
from tests.browser.chromium import Person, link_for, look_closely
from tests.house.running import ROOT, SECRET, running
from tests.printables.looking import codes, look

pytestmark = pytest.mark.browser
ADDRESS = "anna@lapromise.org"


@pytest.fixture
def chimp():
    with mailchimps.running(mailchimps.Fake()) as one:
        yield one


@pytest.fixture
def listed(tmp_path, chimp, program):
    """A demonstration whose list is at that Mailchimp."""
    settings = {"MAILCHIMP_API_KEY": KEY, "MAILCHIMP_AUDIENCE": AUDIENCE, "MAILCHIMP_HOST": chimp.url}
    with running(tmp_path, "run", "--demo", **settings, NO_PROXY="127.0.0.1") as site:
        site.wait_for(r"/staff/link/\S+")
        yield site, settings


def _sync(site, settings) -> str:
    env = {"MODE": "demo", "SECRET_KEY": SECRET, "DATA_DIR": str(site.folder), "NO_PROXY": "127.0.0.1", **settings}
    command = [sys.executable, "-m", "campaign", "sync"]
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def _poster(page, site) -> bytes:
    """The PDF that the staff door gives, fetched with the same cookie."""
    href = page.locator("a[href*='poster.pdf']").first.get_attribute("href")
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    with closing(HTTPConnection("127.0.0.1", site.port, timeout=60)) as connection:
        connection.request("GET", href, headers={"Cookie": cookies, "Host": f"localhost:{site.port}"})
        answer = connection.getresponse()
        assert answer.status == 200 and answer.getheader("Content-Type") == "application/pdf"
        return answer.read()


def test_from_the_poster_to_the_list_exactly_once(program, listed, chimp):
    site, settings = listed
    staff = Person(program.new_context(viewport={"width": 1280, "height": 900}), site)
    link = re.search(r"/staff/link/\S+", site.said)
    assert link
    page = staff.open(link[0])
    page.locator("main button").click()
    page.goto(f"{site.address}/staff/codes/new")
    page.locator("[name=note]").fill("Laundromat on Fifth Street")
    page.locator("main form button").first.click()
    page.goto(f"{site.address}/staff/codes")
    page.locator("main table a").first.click()
    [read] = codes(look(_poster(page, site)).picture)
    assert re.fullmatch(rf"HTTP://LOCALHOST:{site.port}/Q/[2-9A-HJKMNP-Z]{{7}}", read.text)

    reader = Person(program.new_context(viewport={"width": 360, "height": 800}), site)
    pledge = reader.open(f"/Q/{read.text.rpartition('/')[2].lower()}")
    look_closely(pledge)
    pledge.locator("[name=name]").fill("Anna Sample")
    pledge.locator("[name=email]").fill(ADDRESS)
    pledge.locator("[name=newsletter]").check()
    pledge.locator("[name=old_enough]").check()
    pledge.wait_for_timeout(2200)
    pledge.locator("main form button").click()
    pledge.wait_for_url("**/thanks")
    pledge.goto(site.address + link_for(site, ADDRESS, "confirm"))
    pledge.locator("main form:not([action]) button").click()
    pledge.wait_for_load_state()

    for _ in range(3):
        _sync(site, settings)
    listed_there = [(one.email, one.status) for one in chimp.members.known.values()]
    assert listed_there == [(ADDRESS, "subscribed")]
    chimp.members.unsubscribe(ADDRESS)
    for _ in range(3):
        _sync(site, settings)
    assert [one.status for one in chimp.members.known.values()] == ["unsubscribed"]
    page.goto(f"{site.address}/staff/codes")
    cells = page.locator("main tr", has_text="Laundromat").locator("td").all_inner_texts()
    assert cells[-3:] == ["1", "1", "100 %"]
    look_closely(page)
    assert reader.strays == [] and staff.strays == []
