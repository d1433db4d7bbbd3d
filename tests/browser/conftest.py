"""What journeys need: a site with sample data that runs as a newcomer runs it, a browser, people."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests import servers
from tests.browser.chromium import Person, chromium
from tests.house.running import Running, running


@pytest.fixture(scope="session")
def program() -> Iterator[Browser]:
    """One Chromium for all journeys."""
    servers.need("chromium")
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, program: Browser) -> Iterator[Running]:
    """`campaign run --demo`: the site, its worker and sample data."""
    with running(tmp_path_factory.mktemp("demo"), "run", "--demo") as site:
        yield site


@pytest.fixture
def person(program: Browser, demo: Running) -> Iterator[Callable[..., Person]]:
    """Makes people with a browser of their own: `person(width=360)`."""
    begun: list[Person] = []

    def person(*, width: int = 1280, **settings: Any) -> Person:
        context = program.new_context(viewport={"width": width, "height": 800}, **settings)
        begun.append(Person(context, demo))
        return begun[-1]

    yield person
    for one in begun:
        one.context.close()


@pytest.fixture(scope="session")
def staff_state(program: Browser, demo: Running) -> Any:
    """The cookie of somebody on the staff, who has used the one link that the start printed."""
    found = re.search(r"/staff/link/\S+", demo.wait_for(r"/staff/link/\S+"))
    assert found
    context = program.new_context()
    page = context.new_page()
    page.goto(demo.address + found[0])
    page.locator("main button").click()
    page.wait_for_url("**/staff/")
    state = context.storage_state()
    context.close()
    return state
