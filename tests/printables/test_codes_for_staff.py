"""Staff make a code, print its poster, and see what it brought."""

import shutil
from urllib.parse import urlsplit

from campaign import clock, db
from campaign.links import visits
from campaign.pledges import editing
from tests.house.everything import on_sqlite
from tests.pledges.acts import signed
from tests.printables.looking import CONTENT, codes, look

pytestmark = on_sqlite
NOTE = "Central Library, second floor"


def _new(staff, **fields):
    page = staff.get("/staff/codes/new")
    return staff.press(page, "Make the code", **{"pledge": "freedom", "language": "en", "note": NOTE, **fields})


def _poster(staff, query=""):
    answer = staff.raw(f"/staff/codes/1/poster.pdf{query}")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    return answer


def _scanned(staff, query=""):
    """The path that a phone finds on the poster."""
    (code,) = codes(look(_poster(staff, query).get_data()).picture)
    return urlsplit(code.text).path


def test_a_code_is_made_and_its_poster_leads_to_the_pledge(staff, visitor):
    page = _new(staff)
    code = page.heading.removeprefix("Code ")
    assert NOTE in page.text and code.isalnum()
    path = _scanned(staff)
    assert path == f"/Q/{code}"
    assert visitor.raw(path).headers["Location"] == f"/pledges/freedom?via={code}"


def test_the_list_says_where_codes_of_prints_stand(staff):
    page = staff.get("/staff/codes")
    assert "No code was made by itself yet." in page.text and "no code yet" not in page.text
    assert staff.get(page.link("see the prints")).heading == "Prints"
    _new(staff)
    assert NOTE in staff.get("/staff/codes").text and staff.get("/staff/codes").link("see the prints")


def test_every_language_and_paper_offered_can_be_printed_and_leads_to_the_same_place(staff):
    page = _new(staff, language="es")
    offered = [a.attrs["href"] for a in page.all("a") if "poster.pdf" in a.attrs["href"]]
    assert len(offered) == 16
    paths = {_scanned(staff, "?" + urlsplit(address).query) for address in offered}
    assert len(paths) == 1
    assert "ไทย" in page.text and "繁體中文" in page.text


def test_a_poster_has_a_name_that_tells_it_from_others_and_is_kept_nowhere(staff):
    code = _new(staff).heading.removeprefix("Code ")
    answer = _poster(staff, "?language=es&paper=a4")
    assert answer.headers["Content-Disposition"] == f'inline; filename="poster-es-{code}.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_page_shows_what_the_poster_looks_like(staff):
    page = _new(staff)
    answer = staff.raw(page.one("img").attrs["src"])
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.get_data().startswith(b"\x89PNG")


def test_the_list_shows_visits_signatures_and_rate(site, staff, visitor, later):
    code = _new(staff).heading.removeprefix("Code ")
    assert "–" in staff.get("/staff/codes").text
    for _ in range(4):
        visitor.raw(f"/q/{code}")
    with site.inside():
        visits.tally().write()
    signed(site, visitor, later, via=code)
    row = [" ".join(cell.to_text().split()) for cell in staff.get("/staff/codes").all("tbody tr > *")]
    assert row == [code, NOTE, "/pledges/freedom (en)", "open", "4", "1", "25 %"]
    page = staff.get("/staff/codes/1").text
    assert "25 % of the visits" in page


def test_a_code_can_be_pointed_elsewhere_and_remembers_where_it_led(staff, visitor):
    page = _new(staff)
    page = staff.press(page, "Save", target="/pledges")
    assert "from /pledges/freedom to /pledges" in page.text
    assert visitor.raw(_scanned(staff)).headers["Location"].startswith("/pledges?via=")


def test_a_code_never_leads_off_the_site_or_behind_the_staff_door(staff):
    page = _new(staff)
    for target in ("https://elsewhere.example", "//elsewhere.example", "/staff/", "/nowhere"):
        assert staff.press(page, "Save", target=target).status == 409, target
    assert staff.press(page, "Save", target="").status == 422


def test_a_retired_code_can_be_brought_back(site, staff, visitor):
    page = staff.press(_new(staff), "Retire it")
    assert "kind page" in page.text
    assert "retired" in staff.get("/staff/codes").text
    page = staff.press(page, "Bring it back")
    assert "It leads to" in page.text
    assert visitor.raw(_scanned(staff)).status_code == 302


def test_a_code_needs_a_note_and_a_pledge_that_is_there(staff):
    assert _new(staff, note=" ").status == 422
    assert _new(staff, pledge="nowhere").status == 422
    assert _new(staff, language="xx").status == 422
    assert "No code was made by itself yet" in staff.get("/staff/codes").text


def test_a_pledge_that_nobody_can_see_yet_gets_no_code(site, staff):
    with site.inside(), db.writing():
        editing.write(editing.add("draft", 10, clock.now()), "en", "Not yet", "I promise.", "")
    page = staff.get("/staff/codes/new")
    assert "freedom pledge" in page.text and "Not yet" not in page.text


def test_what_is_not_there_is_said(staff):
    _new(staff)
    for path in ("/staff/codes/9", "/staff/codes/9/poster.pdf", "/staff/codes/1/poster.pdf?language=xx"):
        assert staff.get(path).status == 404, path
    page = staff.get("/staff/codes/1/poster.pdf?paper=a0")
    assert page.status == 409 and "US Letter and on A4" in page.text


def test_words_with_a_mistake_are_named_and_the_other_languages_can_still_be_printed(
    make_site, staff_of, tmp_path, noon
):
    shutil.copytree(CONTENT.folder, tmp_path / "content")
    broken = tmp_path / "content" / "th" / "print" / "poster.toml"
    broken.write_text(broken.read_text("utf-8").replace("lead = ", "led = "), "utf-8")
    person = staff_of(make_site(content_dir=tmp_path / "content"))
    page = _new(person)
    assert "content/th/print/poster.toml:8: led" in page.text
    assert len([a for a in page.all("a") if "poster.pdf" in a.attrs["href"]]) == 14
    refused = person.get("/staff/codes/1/poster.pdf?language=th")
    assert refused.status == 409 and "poster.toml:8" in refused.text
    assert _scanned(person, "?language=zh-hant")
