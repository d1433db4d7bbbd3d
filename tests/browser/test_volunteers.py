"""From the code on a table card to a trained, reminded, checked-in and credited shift, in English and in Thai.

And a coordinator who fills a gap with three presses.
"""

import os
import re
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import policy
from email.parser import BytesParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from campaign import clock, db, jobs, seals
from campaign.app import create_app
from campaign.config import Config
from campaign.shifts.models import Placement, Shift
from tests.browser.chromium import SLOWEST_LETTER, Person, link_for, look_closely
from tests.house.running import ROOT, SECRET
from tests.printables.looking import codes, look

pytestmark = pytest.mark.browser
A_DAY = timedelta(days=1)
HOURS = {"en": "1 min", "th": "1 นาที"}
REMINDER = {"en": "your shift begins soon", "th": "กะของคุณจะเริ่มเร็ว ๆ นี้ ขอบคุณ"}


@pytest.fixture
def campaign(demo, program, staff_state):
    """The demonstration, and somebody of its staff at 1280 pixels."""
    staff = Person(program.new_context(viewport={"width": 1280, "height": 900}, storage_state=staff_state), demo)
    yield demo, staff.open("/staff/")
    staff.context.close()


def _zone():
    """Where it is day, and will be for some hours: nobody is reminded at night."""
    zones = ("UTC", "Pacific/Guam", "America/Los_Angeles")
    return next(one for one in zones if 9 <= datetime.now(ZoneInfo(one)).hour <= 18)


def _written(page, name, at, zone):
    page.locator(f"[name={name}]").fill(at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M"))


@contextmanager
def _records(site):
    """The records of the site that runs, from beside it: for what only time would bring."""
    url = f"sqlite:///{site.folder / 'site.db'}"
    app = create_app(Config("demo", site.folder, url, SECRET, site.address, processes=1))
    with app.app_context():
        yield
    app.extensions["visits"].close()
    app.extensions["jobs"].close()
    app.extensions["database"].engine.dispose()


def _card(site, language):
    """Print a table card and read its code from the PDF, as a phone would; the path it leads to."""
    file = site.folder / f"card-{language}.pdf"
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    env = {**kept, "MODE": "demo", "SECRET_KEY": SECRET, "DATA_DIR": str(site.folder), "PYTHONPATH": str(ROOT)}
    env |= {"BASE_URL": site.address}
    command = [sys.executable, "-m", "campaign", "print", "piece", "table-card", str(file)]
    subprocess.run([*command, "--language", language, "--to", "/volunteer"], env=env, cwd=site.folder, check=True)
    read = codes(look(file.read_bytes()).picture)[0]
    return f"/Q/{read.text.rpartition('/')[2]}"


def _train(page, site):
    """Plan a training that is held now, and show the trainer's code."""
    zone, now = _zone(), datetime.now(UTC)
    page.goto(f"{site.address}/staff/trainings/new")
    page.locator("[name=requirement]").select_option(label="First training")
    page.locator("[name=zone]").select_option(zone)
    _written(page, "starts", now - timedelta(minutes=30), zone)
    _written(page, "ends", now + timedelta(hours=1), zone)
    page.locator("[name=trainer]").fill("Sample Trainer")
    page.get_by_role("button", name="Plan it").click()
    page.wait_for_url(re.compile(r"/trainings/\d+$"))
    page.get_by_role("button", name="Make a code").click()
    page.wait_for_selector(".qr svg")
    return page.locator("h1").inner_text()


def _plan(page, site, minutes=100, number=2, languages=""):
    """Plan a shift of event crew; its number."""
    zone, now = _zone(), datetime.now(UTC)
    page.goto(f"{site.address}/staff/shifts/new")
    page.locator("[name=place]").select_option(index=1)
    page.locator("[name=zone]").select_option(zone)
    _written(page, "starts", now + timedelta(minutes=minutes), zone)
    _written(page, "ends", now + timedelta(minutes=minutes + 120), zone)
    page.get_by_label("Event crew").first.fill(str(number))
    page.locator("[name=coordinator]").fill("Sample Coordinator")
    page.locator("main form .button").last.click()
    page.wait_for_url(re.compile(r"/staff/shifts/\d+$"))
    return int(page.url.rpartition("/")[2])


def _sign_up(reader, site, path, language, code):
    """Follow the card's code, sign up, confirm, read what to know, be trained; the page of one's own."""
    prefix, address = ("" if language == "en" else f"/{language}"), f"helper-{language}@lapromise.org"
    page = reader.open(path)
    assert re.search(rf"{site.address}{prefix}/volunteer\?via=\w+$", page.url)
    look_closely(page)
    page.locator("[name=name]").fill(f"Sample Helper {language.upper()}")
    page.locator("[name=email]").fill(address)
    page.locator("[name=age_band]").select_option("21+")
    page.locator("[name=speaks_th]").select_option("native")
    page.wait_for_timeout(2200)
    page.locator("main form button").last.click()
    page.wait_for_url(f"**{prefix}/volunteer/thanks")
    page.goto(site.address + link_for(site, address, "shifts"))
    page.locator("main form[action$=confirm] button").click()
    page.locator("a[href$=when-told]").first.click()
    look_closely(page)
    page.locator("main form button").click()
    page.locator("[name=code]").fill(code)
    page.wait_for_timeout(2200)
    page.locator("form[action$=trained] button").click()
    page.wait_for_selector("p.done")
    look_closely(page)
    return page


def _take(page):
    """Find a shift on one's own page and take the first that can be had."""
    page.locator("a[href$=open]").first.click()
    look_closely(page)
    page.locator("form[action$=take] button").first.click()
    page.wait_for_selector("form[action$=give-back]")
    look_closely(page)


def _as_if_taken_yesterday(site, shift_id):
    """Time passes: the shift was planned and taken a day ago, and the minute has come in which it is reminded of."""
    with _records(site):
        with db.writing() as session:
            session.execute(update(Shift).where(Shift.id == shift_id).values(added_at=clock.now() - A_DAY))
            session.execute(update(Placement).values(taken_at=clock.now() - A_DAY))
        for name in ("set-reminders", "tell-volunteers"):
            jobs.SWEEPS[name].run()


def _wait_for_words(site, address, words):
    """Until a letter with these words has come to this address."""
    until = time.monotonic() + SLOWEST_LETTER
    while time.monotonic() < until:
        for file in (site.folder / "outbox").glob("*.eml"):
            letter: Any = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
            said = " ".join(letter.get_body(("plain",)).get_content().split())
            if letter["To"].addresses[0].addr_spec == address and words in said:
                return
        time.sleep(0.1)
    raise AssertionError(f"nobody wrote {words!r} to {address}\n{site.said}")


def test_from_a_table_card_to_credited_hours(program, campaign):
    site, page = campaign
    code = _train(page, site)
    for language in ("en", "th"):
        shift_id = _plan(page, site, number=1)
        reader = Person(program.new_context(viewport={"width": 360, "height": 780}), site)
        own = _sign_up(reader, site, _card(site, language), language, code)
        address = own.url.partition("?")[0]
        _take(own)
        assert reader.strays == []
        yours = (own, address, language)
        _on_the_day(page, site, shift_id, yours)
        own.close()


def _on_the_day(page, site, shift_id, yours):
    """They are reminded, checked in, checked out, and read on their own page what they gave."""
    own, address, language = yours
    _as_if_taken_yesterday(site, shift_id)
    _wait_for_words(site, f"helper-{language}@lapromise.org", REMINDER[language])
    page.goto(f"{site.address}/staff/week")
    look_closely(page)
    page.goto(f"{site.address}/staff/shifts/{shift_id}/day")
    look_closely(page)
    name = f"Sample Helper {language.upper()}"
    page.get_by_role("button", name=f"Check in {name}").click()
    page.get_by_text(f"{name} is checked in.").wait_for()
    page.get_by_role("button", name=f"Check out {name}").click()
    page.get_by_text(f"{name} was checked out at").wait_for()
    own.goto(f"{address}/hours")
    look_closely(own)
    assert HOURS[language] in own.locator(".hours").inner_text()
    own.goto(address)
    assert HOURS[language] in own.locator("main").inner_text()
    look_closely(own)


def test_a_coordinator_fills_a_gap_with_three_presses(program, campaign):
    site, page = campaign
    shift_id = _plan(page, site, minutes=90, number=1)
    page.goto(f"{site.address}/staff/")
    page.get_by_role("link", name="The week").click()  # the first
    page.wait_for_selector("form.ask")
    look_closely(page)
    page.locator("li:has-text('Event crew') form.ask button").first.click()  # the second
    page.get_by_text("1 asked by letter.").wait_for()
    look_closely(page)
    asked = _asked(site)
    answer = Person(program.new_context(viewport={"width": 360, "height": 780}), site)
    theirs = answer.open(asked)
    look_closely(theirs)
    theirs.locator("form[action$=yes] button").click()
    theirs.wait_for_selector("form[action$=yes]", state="detached")
    look_closely(theirs)
    page.goto(f"{site.address}/staff/shifts/{shift_id}")
    assert "1 of 1" in page.locator("main").inner_text()
    assert answer.strays == []


def _asked(site):
    """The link in the letter to whom was asked."""
    with _records(site):
        return f"/asks/{seals.sign('ask', 1)}"
