"""From the code on an event's flyer to being checked in at its door, in English and in Korean, on a narrow phone."""

import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from zoneinfo import ZoneInfo

import pytest

from tests.browser.chromium import Person, link_for, look_closely
from tests.house.running import running
from tests.printables.looking import codes, look

pytestmark = pytest.mark.browser
WORDS = {"en": ("An evening to listen", "en"), "ko": ("함께 듣는 저녁", "ko")}
# A camera that sees a guest's code, for a browser that has none: as the site's own script asks for one.
CAMERA = """
    const canvas = document.createElement("canvas");
    navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(5);
    HTMLMediaElement.prototype.play = async () => {};
    window.BarcodeDetector = class { async detect() { return window.shown ? [{ rawValue: window.shown }] : []; } };
"""


@pytest.fixture
def evening(tmp_path, program):
    """A demonstration, somebody of its staff at 1280 pixels, and an event that begins there within the hour."""
    with running(tmp_path, "run", "--demo") as site:
        [link] = re.findall(r"/staff/link/\S+", site.wait_for(r"/staff/link/\S+"))[:1]
        staff = Person(program.new_context(viewport={"width": 1280, "height": 900}), site)
        page = staff.open(link)
        page.locator("main button").click()
        page.wait_for_url("**/staff/")
        _hold(page, site)
        yield site, page
        staff.context.close()


def _hold(page, site):
    """Write an event in both languages and publish it, through the staff's pages."""
    zones = ("America/Los_Angeles", "UTC", "Pacific/Guam")
    zone = next(one for one in zones if datetime.now(ZoneInfo(one)).hour < 21)  # it must not begin tomorrow
    starts = datetime.now(UTC).astimezone(ZoneInfo(zone)) + timedelta(minutes=55)
    page.goto(f"{site.address}/staff/events/new")
    page.locator("[name=slug]").fill("to-listen")
    page.locator("[name=zone]").select_option(zone)
    for name, at in (("starts", starts), ("ends", starts + timedelta(hours=1))):
        page.locator(f"[name={name}]").fill(at.strftime("%Y-%m-%dT%H:%M"))
    page.locator("[name=link]").fill("https://meet.example/listen")
    page.locator("main form.broad button, main form button").last.click()
    page.wait_for_url("**/words/en")
    [number] = re.findall(r"/events/(\d+)/", page.url)
    for code, (title, _) in WORDS.items():
        page.goto(f"{site.address}/staff/events/{number}/words/{code}")
        page.locator("[name=title]").fill(title)
        page.locator("[name=summary]").fill(title)
        page.locator("main form button").last.click()
        page.wait_for_url(f"**/preview/{code}")
    page.goto(f"{site.address}/staff/events/{number}")
    page.get_by_role("button", name="Publish it").click()
    page.wait_for_load_state()


def _flyer(page, site, language):
    """Make a flyer and read its code from the PDF, as a phone would."""
    page.goto(f"{site.address}/staff/events")
    page.get_by_role("link", name=WORDS["en"][0]).first.click()
    page.get_by_role("link", name="Guests and the door").click()
    page.get_by_role("link", name="Print a flyer").click()
    page.locator("[name=language]").select_option(language)
    page.get_by_role("button", name="Make a flyer").click()
    href = page.locator("a[href*='.pdf']").first.get_attribute("href")
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())
    with closing(HTTPConnection("127.0.0.1", site.port, timeout=60)) as connection:
        connection.request("GET", href, headers={"Cookie": cookies, "Host": f"localhost:{site.port}"})
        answer = connection.getresponse()
        assert answer.status == 200 and answer.getheader("Content-Type") == "application/pdf"
        [read] = codes(look(answer.read()).picture)
    return f"/Q/{read.text.rpartition('/')[2]}"


def _come(reader, site, path, language, party):
    """Follow the code, ask for seats, confirm by the letter; the code to show at the door."""
    prefix, address = ("" if language == "en" else f"/{language}"), f"guest-{language}@lapromise.org"
    page = reader.open(path)
    assert re.search(rf"{site.address}{prefix}/events/to-listen\?via=\w+$", page.url)
    assert WORDS[language][0] in page.locator("h1").inner_text()
    look_closely(page)
    page.locator("[name=name]").fill(f"Sample Guest {language.upper()}")
    page.locator("[name=email]").fill(address)
    page.locator("[name=party]").fill(str(party))
    page.wait_for_timeout(2200)
    page.locator(".event-come form button").last.click()
    page.wait_for_url(f"**{prefix}/events/to-listen/thanks")
    page.goto(site.address + link_for(site, address, "rsvp"))
    look_closely(page)
    page.locator("main form[action$=confirm] button").click()
    page.wait_for_selector(".door-code svg")
    look_closely(page)
    return page.locator(".facts strong").first.inner_text()


def test_from_the_flyer_to_the_door(program, evening):
    site, page = evening
    shown = {}
    for language, party in (("en", 2), ("ko", 3)):
        reader = Person(program.new_context(viewport={"width": 360, "height": 780}), site)
        shown[language] = _come(reader, site, _flyer(page, site, language), language, party)
    page.goto(re.sub(r"/flyers.*", "/guests", page.url))
    look_closely(page)
    page.locator("[name=name]").fill("Left entrance")
    page.get_by_role("button", name="Make a link").click()
    look_closely(page)
    paths = [one.removeprefix(site.address) for one in page.locator(".facts dd code").all_inner_texts()]
    korean = next(path for path in paths if path.startswith("/ko/door/"))

    helper = Person(program.new_context(viewport={"width": 360, "height": 780}), site)
    door, other = helper.open(paths[0]), helper.open(korean)
    for one in (door, other):
        look_closely(one)
        assert one.locator("button[data-door-scan]").is_hidden()
    door.locator("[name=typed]").fill("guest en")
    door.get_by_role("button", name="Find").click()
    door.get_by_role("button", name="Check in Sample Guest EN").click()
    door.get_by_text("Sample Guest EN is checked in. People: 2.").wait_for()
    assert door.url.endswith(paths[0])  # the page stayed: only its middle is new
    look_closely(door)
    other.locator("[data-door-here]", has_text="2").wait_for()

    _scan(program, site, korean, shown["ko"])
    door.locator("[data-door-here]", has_text="5").wait_for()
    _without_scripts(program, site, paths[0], shown["en"])
    _calls_for_help(door)
    assert helper.strays == []


def _scan(program, site, korean, shown):
    """Another phone, in Korean, that can scan, loses its signal for a moment."""
    scanner = Person(program.new_context(viewport={"width": 360, "height": 780}), site)
    scanner.context.add_init_script(CAMERA)
    other = scanner.open(korean)
    other.locator("button[data-door-scan]").click()
    other.locator("video").wait_for()
    other.evaluate("code => { window.shown = code }", shown)
    other.locator(".door-lines").get_by_text("Sample Guest KO").first.wait_for()
    scanner.context.set_offline(True)
    other.locator(".door-lines form button").first.click()
    other.get_by_text("두 번 세지 않습니다").wait_for()
    look_closely(other)
    scanner.context.set_offline(False)
    other.locator(".door-lines form button").first.click()
    other.get_by_text("Sample Guest KO 님의 도착을 확인했습니다. 인원: 3명.").wait_for()
    look_closely(other)
    assert scanner.strays == []


def _calls_for_help(door):
    """Somebody types a call for help where names are typed: the hotline is shown, and the form goes on from there."""
    door.locator("#walk-in-name").fill("help me I am locked in")
    door.get_by_role("button", name="Count them in").click()
    door.get_by_role("heading", name="If you need help, please call").wait_for()
    look_closely(door)
    door.get_by_text("I did not ask for help: show my form again").click()
    door.get_by_role("button", name="Send without that text").click()
    door.locator("[data-door-here]", has_text="6").wait_for()


def _without_scripts(program, site, path, shown):
    """The same page works by whole pages; and a guest who is here is not counted again."""
    plain = Person(program.new_context(viewport={"width": 360, "height": 780}, java_script_enabled=False), site)
    page = plain.open(path)
    page.locator("[name=typed]").fill(shown.lower())
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Undo Sample Guest EN").first.click()
    page.get_by_text("Taken back: Sample Guest EN is not checked in.").wait_for()
    page.get_by_role("button", name="Check in Sample Guest EN").click()
    assert page.locator("[data-door-here]").inner_text() == "5"
    assert plain.strays == []
