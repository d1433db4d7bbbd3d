"""Pictures of every page, in every language, narrow and wide: `python -m tests.pictures [folder] [--readme]`.

They are looked at by people; no test compares them. `--readme` takes docs/picture.png alone.
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page

from campaign.content import Content
from tests import servers
from tests.browser.chromium import chromium as chromium_running
from tests.browser.chromium import link_for
from tests.house.running import ROOT, Running, running

WIDTHS = (360, 768, 1280)
PUBLIC = {
    "front": "/",
    "help": "/help",
    "pledges": "/pledges",
    "pledge": "/pledges/freedom",
    "thanks": "/pledges/freedom/thanks",
    "events": "/events",
    "events-timeline": "/events/timeline",
    "events-past": "/events/past",
    "event": "/events/sample-training",
    "event-thanks": "/events/sample-training/thanks",
    "month": "/events?month=2027-01",
    "embed-events": "/embed/events",
    "embed-pledge": "/embed/pledges/freedom",
    "volunteer": "/volunteer",
    "volunteer-link": "/volunteer/link",
    "safety": "/safety",
    "learn": "/learn",
    "learn-what-it-is": "/learn/what-it-is",
    "learn-signs": "/learn/signs",
    "learn-communities": "/learn/communities",
    "learn-what-to-do": "/learn/what-to-do",
    "learn-supply-chains": "/learn/supply-chains",
    "learn-notice": "/learn/posting-the-notice",
    "learn-days": "/learn/days",
    "about": "/about",
    "coalition": "/coalition",
    "join": "/coalition/join",
    "join-sent": "/coalition/join/sent",
    "contact": "/contact",
    "newsletters": "/newsletters",
    "press": "/press",
    "materials": "/materials",
    "material": "/materials/palm-card?and=th",
    "accessibility": "/accessibility",
    "privacy": "/privacy",
    "me": "/me",
    "me-sent": "/me/sent",
    "not-found": "/nowhere",
    "style": "/style",
}
STAFF = {
    "home": "/staff/",
    "pledges": "/staff/pledges",
    "new": "/staff/pledges/new",
    "guests": "/staff/events/1/guests",
    "door": "/staff/events/1/door",
    "message": "/staff/events/1/messages/new",
    "flyers": "/staff/events/1/flyers",
    "edit": "/staff/pledges/1",
    "words": "/staff/pledges/1/words/es",
    "preview": "/staff/pledges/1/preview/es",
    "signatures": "/staff/signatures",
    "set-aside": "/staff/set-aside",
    "events": "/staff/events",
    "new-event": "/staff/events/new",
    "event": "/staff/events/2",
    "event-words": "/staff/events/2/words/es",
    "event-questions": "/staff/events/2/questions/en",
    "events-elsewhere": "/staff/events/embed",
    "pledge-elsewhere": "/staff/pledges/1/embed/es",
    "volunteers": "/staff/volunteers",
    "volunteer": "/staff/volunteers/1",
    "shifts": "/staff/shifts",
    "week": "/staff/week",
    "hours": "/staff/hours",
    "prints": "/staff/prints",
    "scans": "/staff/scans",
    "removals": "/staff/removals",
    "newsletters": "/staff/newsletters",
    "segments": "/staff/segments",
    "standing-letters": "/staff/standing-letters",
    "letters": "/staff/letters",
    "letter": "/staff/letters/1",
    "codes": "/staff/codes",
    "new-code": "/staff/codes/new",
    "partners": "/staff/partners",
    "new-partner": "/staff/partners/new",
    "partner": "/staff/partners/1",
    "partner-texts": "/staff/partners/1/texts/es",
    "partner-end": "/staff/partners/1/end",
    "applications": "/staff/partners/applications",
    "places": "/staff/places",
    "new-place": "/staff/places/new",
    "bring-in": "/staff/places/import",
    "list": "/staff/list",
    "audit": "/staff/audit",
    "accounts": "/staff/accounts",
    "invite": "/staff/accounts/new",
    "role": "/staff/accounts/1",
    "written": "/staff/words",
    "account": "/staff/account",
    "prove": "/staff/prove",
}
FONT_NAMES = {"zh-Hans": "zh-cn", "zh-Hant": "zh-tw"}  # as fontconfig calls them
MORE_FONTS = "On Debian: sudo apt-get install fonts-noto-core fonts-noto-cjk"
LARGEST = 300_000  # bytes of the README's picture


def main(words: list[str]) -> int:
    """Take the pictures and say where they are; the exit status."""
    if servers.chromium_path() is None:
        print(servers.KINDS["chromium"].way)
        return 1
    with (
        tempfile.TemporaryDirectory() as folder,
        chromium_running() as browser,
        running(Path(folder), "run", "--demo") as site,
    ):
        if "--readme" in words:
            return _readme(browser, site)
        into = Path(next((word for word in words if not word.startswith("-")), ROOT / "build" / "pictures"))
        _say_which_letters_are_missing()
        number = sum(1 for _ in _all(browser, site, into))
    print(f"{number} pictures in {into}")
    return 0


def _say_which_letters_are_missing() -> None:
    """A machine without fonts for a language draws boxes: whoever looks at the pictures must know why."""
    for language in Content(ROOT / "content").site.languages:
        try:
            asked = ["fc-list", f":lang={FONT_NAMES.get(language.tag, language.tag)}", "family"]
            found = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()
        except OSError:
            return  # a system that lists its fonts otherwise
        if not found:
            print(f"No font here has the letters of {language.name}: its pictures show boxes. {MORE_FONTS}")


def _readme(browser: Browser, site: Running) -> int:
    page = _page(browser, site, 1280, "/")
    path = ROOT / "docs" / "picture.png"
    path.parent.mkdir(exist_ok=True)
    page.screenshot(path=path, animations="disabled")
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size} bytes")
    return int(path.stat().st_size > LARGEST)


def _page(browser: Browser, site: Running, width: int, path: str, **settings: object) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        reduced_motion="reduce",
        **settings,  # type: ignore[arg-type]
    )
    page = context.new_page()
    page.goto(site.address + path)
    return page


def _all(browser: Browser, site: Running, into: Path) -> Iterator[Path]:
    state = _sign_in(browser, site)
    for language in Content(ROOT / "content").site.languages:
        confirm = _sign(browser, site, language.prefix, f"{language.code}@example.org")
        own = _ask(browser, site, language.prefix, f"{language.code}@example.org")
        for width in WIDTHS:
            mailed = {"confirm": confirm, "own-page": own, "erase": f"{own}/erase"}
            places = {name: language.prefix + path for name, path in PUBLIC.items()} | mailed
            yield from _take(_page(browser, site, width, "/"), site, places, into / language.code / str(width))
            yield _mistakes(browser, site, language.prefix, width, into / language.code / str(width))
    for width in WIDTHS:
        page = _page(browser, site, width, "/staff/", storage_state=state)
        yield from _take(page, site, STAFF, into / "staff" / str(width))
        door = {"sign-in": "/staff/sign-in", "link": "/staff/link/sample"}
        yield from _take(_page(browser, site, width, "/"), site, door, into / "staff" / str(width))


def _take(page: Page, site: Running, places: dict[str, str], into: Path) -> Iterator[Path]:
    for name, path in places.items():
        page.goto(site.address + path)
        yield _picture(page, into / f"{name}.png")
    page.context.close()


def _picture(page: Page, path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    page.evaluate("document.querySelectorAll('[loading=lazy]').forEach((one) => { one.loading = 'eager'; })")
    page.wait_for_function("[...document.images].every((one) => one.complete)")  # what nobody scrolled to, too
    page.screenshot(path=path, full_page=True, animations="disabled")
    return path


def _mistakes(browser: Browser, site: Running, prefix: str, width: int, into: Path) -> Path:
    page = _page(browser, site, width, f"{prefix}/pledges/freedom")
    page.locator("main form [name=email]").fill("sample@gmial")
    page.locator("main form button").click()
    page.wait_for_selector(".summary")
    path = _picture(page, into / "pledge-with-mistakes.png")
    page.context.close()
    return path


def _sign_in(browser: Browser, site: Running) -> object:
    found = re.search(r"/staff/link/\S+", site.wait_for(r"/staff/link/\S+"))
    assert found
    page = _page(browser, site, 1280, found[0])
    page.locator("main button").click()
    page.wait_for_url("**/staff/")
    return page.context.storage_state()


def _sign(browser: Browser, site: Running, prefix: str, address: str) -> str:
    """Sign as somebody would; the path of the page that confirms it."""
    page = _page(browser, site, 1280, f"{prefix}/pledges/freedom")
    page.locator("[name=name]").fill("Sample Person")
    page.locator("[name=email]").fill(address)
    page.locator("[name=old_enough]").check()
    page.wait_for_timeout(2100)
    page.locator("main form button").click()
    page.wait_for_url("**/thanks")
    page.context.close()
    return link_for(site, address, "confirm")


def _ask(browser: Browser, site: Running, prefix: str, address: str) -> str:
    """Ask for one's own page as somebody would; its path."""
    page = _page(browser, site, 1280, f"{prefix}/me")
    page.locator("main [name=email]").fill(address)
    page.wait_for_timeout(2100)
    page.locator("main form button").click()
    page.wait_for_url("**/me/sent")
    page.context.close()
    return link_for(site, address, "me")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
