"""A Chromium that speaks to this machine alone, and somebody who sits in front of it."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.parser import BytesParser
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from tests import servers
from tests.house.running import Running

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=LocalNetworkAccessChecks",  # a page of another site may hold one of ours, here too
]
ELSEWHERE = "<!doctype html><html lang=en><title>Weather</title><h1>Weather</h1>"
SLOWEST_LETTER = 15.0  # seconds


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser, until the block ends."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=servers.chromium_path(), args=FLAGS)
        yield browser
        browser.close()


@dataclass
class Person:
    """Somebody with a browser of their own. `strays` are the requests that would have left this machine."""

    context: BrowserContext
    site: Running
    strays: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.set_default_timeout(10_000)
        self.context.route(lambda address: urlsplit(address).hostname != "localhost", self._stay)

    def _stay(self, route: Route) -> None:
        self.strays.append(route.request.url)
        route.fulfill(body=ELSEWHERE, content_type="text/html")

    def open(self, path: str) -> Page:
        """A new tab with this page of the site."""
        page = self.context.new_page()
        page.goto(self.site.address + path)
        return page


def look_closely(page: Page) -> None:
    """Axe finds nothing on the page, and nothing sticks out at its side."""
    found = Axe().run(page).response["violations"]
    said = [f"{one['id']}: {one['help']}: {[node['html'][:120] for node in one['nodes']][:3]}" for one in found]
    assert not said, f"{page.url} at {page.viewport_size}: {said}"
    wide: Any = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{page.url} at {page.viewport_size}: {wide} pixels stick out"


def link_for(site: Running, address: str, kind: str) -> str:
    """The path of the link of this kind in the letter to this address, once it has come to the outbox."""
    until = time.monotonic() + SLOWEST_LETTER
    while time.monotonic() < until:
        for file in sorted((site.folder / "outbox").glob("*.eml"), reverse=True):
            letter: Any = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
            if letter["To"].addresses[0].addr_spec == address:
                found = re.search(rf"{site.address}(\S*/{kind}/\S+)", letter.get_body(("plain",)).get_content())
                if found:
                    return found[1]
        time.sleep(0.1)
    raise AssertionError(f"no letter with a link to {kind} came to {address}\n{site.said}")
