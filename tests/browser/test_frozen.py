"""The folder of `campaign freeze`, opened from a disk: it looks right, asks nobody, and the quick exit works."""

import os
import subprocess
import sys

import pytest

from tests.browser.chromium import ELSEWHERE, look_closely
from tests.house.running import ROOT, SECRET

pytestmark = pytest.mark.browser
NOWHERE = "sqlite:////nowhere/at/all/site.db"


@pytest.fixture(scope="session")
def frozen(tmp_path_factory):
    """Written by the command itself, while the records are away."""
    folder = tmp_path_factory.mktemp("frozen")
    env = {"PATH": os.environ["PATH"], "MODE": "demo", "SECRET_KEY": SECRET, "DATA_DIR": str(folder / "data")}
    env |= {"DATABASE_URL": NOWHERE, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "campaign", "freeze", str(folder / "help")]
    subprocess.run(command, env=env, cwd=folder, check=True, capture_output=True, timeout=60)
    return folder / "help"


@pytest.fixture
def strays():
    """The requests that left the folder."""
    return []


@pytest.fixture
def reader(program, frozen, strays):
    """Opens a page from the disk: `reader("th/help.html")`."""
    begun = []

    def stay(route):
        if route.request.url.startswith(f"file://{frozen}/"):
            route.continue_()
        else:
            strays.append(route.request.url)
            route.fulfill(body=ELSEWHERE, content_type="text/html")

    def read(path, **settings):
        context = program.new_context(viewport={"width": 360, "height": 800}, **settings)
        begun.append(context)
        context.route("**/*", stay)
        page = context.new_page()
        page.goto(f"file://{frozen}/{path}")
        return page

    yield read
    for context in begun:
        context.close()


@pytest.mark.parametrize("path", ["index.html", "th/help.html"])
def test_a_page_from_the_disk_has_its_look_and_asks_nobody(reader, strays, path):
    page = reader(path)
    look_closely(page)
    assert page.evaluate("getComputedStyle(document.querySelector('.hotline')).backgroundColor") == "rgb(147, 55, 13)"
    assert page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]") == ["", 0, 0]
    page.locator("nav.languages a[lang=ko]").click()
    assert page.url.endswith("/ko/help.html") and page.locator("html").get_attribute("lang") == "ko"
    assert strays == []


def test_three_presses_of_shift_leave_a_page_from_the_disk(reader, strays):
    page = reader("zh-hans/help.html")
    for _ in range(3):
        page.keyboard.press("Shift")
    page.wait_for_url("https://weather.com/**")
    assert strays == ["https://weather.com/zh-CN/"]


def test_without_scripts_its_exit_is_a_link(reader):
    page = reader("vi/help.html", java_script_enabled=False)
    page.locator("[data-exit-words]").click()
    page.wait_for_url("https://weather.com/**")
