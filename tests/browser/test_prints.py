"""From a list of places to scans on the chart: ordered, proved, signed off, taken, decoded, followed, and seen."""

import io
import re
import zipfile
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pypdfium2
import pytest

from tests.browser.chromium import look_closely
from tests.printables.looking import codes

pytestmark = pytest.mark.browser
SLOWEST = 120_000  # milliseconds that a worker may take on a slow machine


def _both_ways(page) -> None:
    """Nothing is wrong with the page on a desk and on a telephone."""
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        look_closely(page)


def _list_of(size: int, column: str) -> dict[str, object]:
    rows = "".join(f"Sample Place {number},9{number:04}\n" for number in range(size))
    return {"name": "places.csv", "mimeType": "text/csv", "buffer": f"{column},zip\n{rows}".encode()}


def _scanned(files: zipfile.ZipFile) -> list[str]:
    """What a phone reads on every page of the pieces."""
    found = []
    for name in sorted(
        one for one in files.namelist() if Path(one).name.startswith("pieces-") and one.endswith(".pdf")
    ):
        document = pypdfium2.PdfDocument(files.read(name))
        for page in document:
            found += [one.text for one in codes(page.render(scale=200 / 72).to_pil().convert("L"))]
    return found


def _follow(site, address: str) -> str:
    """Somebody follows a code; where it leads."""
    path = "/" + address.partition("://")[2].partition("/")[2]
    with closing(HTTPConnection("127.0.0.1", site.port, timeout=60)) as connection:
        connection.request("GET", path, headers={"User-Agent": "Mozilla/5.0", "Host": f"localhost:{site.port}"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 302, address
        return str(answer.getheader("Location"))


@pytest.mark.gate("R26", quick=4, full=500)
def test_from_a_list_of_places_to_scans_on_the_chart(person, demo, staff_state, size):
    staff = person(storage_state=staff_state)
    page = staff.open("/staff/places/import")
    page.locator("input[type=file]").set_input_files(_list_of(size, "name"))
    page.get_by_role("button", name="See what would become of it").click()
    page.get_by_role("button", name="Bring in").click()
    page = staff.open("/staff/prints")
    page.get_by_role("link", name="Order a print").click()
    _both_ways(page)
    page.get_by_role("link", name="Business cards").click()
    page.get_by_label("What do you call it?").fill("Sample cards for the journey")
    page.get_by_label("Its codes lead to").select_option("/pledges/freedom")
    page.get_by_label(re.compile("^Or a list of places")).set_input_files(_list_of(size, "place"))
    _both_ways(page)
    page.get_by_role("button", name="Try it and make a proof").click()
    page.get_by_role("button", name=re.compile("I have looked at the proof")).wait_for(timeout=SLOWEST)
    _both_ways(page)
    assert page.locator(".proofs img").first.evaluate("one => one.complete && one.naturalWidth > 100")
    page.get_by_role("button", name=re.compile("I have looked at the proof")).click()
    taking = page.get_by_role("link", name=re.compile("Take the files"))
    taking.wait_for(timeout=SLOWEST)
    _both_ways(page)
    with page.expect_download() as download:
        taking.click()
    files = zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes()))
    found = _scanned(files)
    assert len(set(found)) == len(found) == size
    assert {re.sub(r"via=\w+", "", _follow(demo, one)) for one in found} == {"/pledges/freedom?"}
    visitor = person(width=360).open("/Q/" + found[0].rpartition("/")[2])
    assert "via=" in visitor.url and visitor.locator("h1").count() == 1
    page.get_by_role("link", name="What they brought, day by day").click()
    for _ in range(40):  # visits are written every second
        if f"Scans: {size + 1}" in page.locator("main").inner_text():
            break
        page.wait_for_timeout(250)
        page.reload()
    assert f"Scans: {size + 1}" in page.locator("main").inner_text()
    assert f"{size + 1} in all" in page.locator(".chart svg").first.get_attribute("aria-label")
    page.locator("summary").first.click()
    _both_ways(page)
