"""Staff order a print from a form or a list; a proof comes first, and nothing is made of what cannot be printed."""

import csv
import json
from io import StringIO
from typing import Any

import pypdfium2
import pytest
from sqlalchemy import event, select

from campaign import db, i18n
from campaign.app import Switches
from campaign.links import visits
from campaign.links.models import Code
from campaign.printables import plans, prints
from campaign.printables.models import Piece, Print
from campaign.printables.rows import Line
from tests.house.everything import on_sqlite
from tests.partner_door.acts import partner
from tests.printables.looking import codes as scanned
from tests.printables.looking import look
from tests.prints import acts

pytestmark = on_sqlite


@pytest.fixture
def site(noon, make_site):
    """A site whose worker prints without a process of its own: what comes of it is the same, and sooner."""
    return make_site(switches=Switches(print_apart=False))


def test_from_a_form_to_files_that_a_phone_reads(site, staff, visitor):
    first, _, third = acts.some_places(site)
    page = acts.order(staff, places=[first, third], language="es", named="y", copies="2")
    assert "Every piece is being tried" in page.text and acts.codes(site) == []
    acts.work(site)
    page = staff.get("/staff/prints/1")
    assert "The proof waits" in page.text and len(page.all(".proofs img")) == 1
    (proof,) = scanned(look(staff.raw("/staff/prints/1/files/proof.pdf").get_data()).picture)
    assert visitor.raw(proof.text.partition("localhost")[2] or proof.text[16:]).status_code == 302
    assert staff.raw("/staff/prints/1/files/print.zip").status_code == 404
    page = staff.press(page, "I have looked")
    assert "The files are being made" in page.text and page.one("progress").attrs["max"] == "4"
    assert staff.raw("/staff/prints/1/progress").get_json() == {"state": "printing", "done": 0, "total": 4}
    acts.work(site)
    page = staff.get("/staff/prints/1")
    assert "The files are ready" in page.text
    path = page.link(next(a for a in _links(page) if a.startswith("Take the files")))
    answer = staff.raw(path, buffered=True)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="print-1.zip"'
    files = acts.inside(site, 1)
    assert set(files) == {"cover.pdf", "proof.pdf", "pieces.csv", "pieces-01.pdf"}
    with site.inside(), db.reading() as session:
        ordered = i18n.local(session.scalars(select(Print.made_at)).one())
    assert f"{ordered:%Y-%m-%d %H:%M %Z}" in look(files["cover.pdf"]).text and ordered.tzname() != "UTC"
    made = [code for code, *_ in acts.codes(site)]
    assert [place for _, place, _ in acts.codes(site)] == ["Sample Temple", "Sample Clinic"]
    assert [one.rpartition("/")[2] for one in _scanned(files["pieces-01.pdf"])] == [made[0]] * 2 + [made[1]] * 2
    table = list(csv.reader(StringIO(files["pieces.csv"].decode("utf-8-sig"))))
    assert [row[1:6] for row in table[1:]] == [
        ["Sample Temple", "es", "", "2", made[0]],
        ["Sample Clinic", "es", "", "2", made[1]],
    ]
    assert visitor.raw(f"/q/{made[1]}").headers["Location"] == f"/es/pledges/freedom?via={made[1]}"
    assert "Print 1: Sample cards" in staff.get(f"/staff/places/{first}").text


def test_the_whole_name_of_a_ticked_place_is_printed(site, staff):
    north, south = acts.some_places(site, ("Sample Hall (North)", "Sample Hall (South)"))
    assert acts.order(staff, places=[north, south], named="y").status == 200
    told = site.rows(select(Piece.place_id, Piece.place_line).order_by(Piece.number))
    assert told == [(north, "Sample Hall (North)"), (south, "Sample Hall (South)")]


def test_what_is_asked_stays_the_same_however_many_places_and_partners_a_print_is_for(site):
    ids, whose = acts.some_places(site), [partner(site, f"Sample Partner {number}") for number in (1, 2, 3)]
    wanted = [Line("en", target=acts.TARGET, place_id=i, partner_id=w) for i, w in zip(ids, whose, strict=True)]
    said: list[str] = []
    for engine in (site.app.extensions["database"].engine, site.app.extensions["database"].writer):
        event.listen(engine, "before_cursor_execute", lambda *a: said.append(a[2]))
    asked = []
    for number in (1, 3):
        said.clear()
        print_id = acts.begin(site, wanted[:number])
        with site.inside(), db.reading():
            plan = plans.of(prints.get(print_id))
        assert [row["whose"] for row in plan["items"]] == [f"Sample Partner {at}" for at in (1, 2, 3)][:number]
        asked.append(len(said))
    assert asked[0] == asked[1] > 0, asked


def _links(page):
    return [" ".join(a.to_text().split()) for a in page.all("a")]


def _scanned(pdf):
    """What stands in the codes of each page."""
    document = pypdfium2.PdfDocument(pdf)
    pictures = [page.render(scale=150 / 72).to_pil().convert("L") for page in document]
    return [one.text for picture in pictures for one in scanned(picture)]


def test_a_list_of_places_becomes_pieces_in_their_languages_together_by_place(site, staff):
    acts.some_places(site)
    rows = "Venue;ZIP;Languages;Copies;Line;Color\nSample Market;90002;es;2;;red\nsample temple;;English;;Hall 1;\n"
    page = acts.order(staff, sent=(rows + "sample-market;;Tagalog + English;;;\n").encode("cp1252"))
    assert page.status == 200 and "not read, since none of ours is called so: “Color”." in page.text, page.text
    told = site.rows(select(Piece.place_id, Piece.language, Piece.second, Piece.copies, Piece.place_line))
    assert told == [(2, "es", "", 2, ""), (2, "tl", "en", 1, ""), (1, "en", "", 1, "Hall 1")]


FILES = {
    "100,000 rows": (b"place,zip\n" + b"Sample Temple,90001\n" * 100_000, "at most 1 MB"),
    "1,001 pieces": (b"place,copies\n" + b"Sample Temple,13\n" * 77, "at most 1,000 pieces; this one would have 1,001"),
    "no text": (b"place,zip\n\x81\x8d,\xff\n", "neither UTF-8, UTF-16 nor Windows-1252"),
    "a workbook": (b"PK\x03\x04" + b"\x00" * 50, "Save it as CSV"),
    "no place": (b"language,copies\nth,1\n", "one of them must be: place or number"),
    "empty": (b"", "This file is empty"),
}


def test_what_cannot_be_taken_is_answered_with_a_sentence_and_nothing_is_made(site, staff):
    acts.some_places(site)
    for kind, (sent, sentence) in FILES.items():
        page = acts.order(staff, sent=sent)
        assert page.status == 422 and sentence in page.one(".summary").to_text(), kind
    page = acts.order(staff, sent=b'place,copies\nSample Temple,"=1+1"\nSample Market,2\nNowhere,2\n')
    assert page.status == 422 and "2 rows cannot be taken. Nothing was made." in page.text
    wrong = [" ".join(cell.to_text().split()) for cell in page.all("tbody tr > *")]
    assert wrong[:2] == ["2", "Sample Temple"] and "begins as a formula does" in wrong[2]
    assert wrong[3:] == [
        "4",
        "Nowhere",
        "There is no such place. Add it under Places first, or bring the list in there.",
    ]
    assert site.rows(select(Print.id)) == site.rows(select(Code.id)) == []


def test_windows_1252_is_read_and_said(site, staff):
    acts.some_places(site, ("Peña Sample",))
    page = acts.order(staff, sent="place,line\nPeña Sample,Peña\n".encode("cp1252"))
    assert page.status == 200 and "read as Windows-1252" in page.text
    assert site.rows(select(Piece.place_line)) == [("Peña",)]


LINES = {
    "an emoji": ("Sample 🙂", "🙂"),
    "a script without a font": ("ตัวอย่าง ꯃꯅꯤ", "ꯃ"),
    "a line that is too long": ("Sample " + "W" * 110, "too long for its place"),
}


def test_what_cannot_be_set_is_refused_by_name_before_any_code_is_made(site, staff):
    acts.some_places(site)
    for number, (kind, (line, said)) in enumerate(LINES.items(), start=1):
        acts.order(staff, sent=f"place,line\nSample Temple,Hall 1\nSample Market,{line}\n".encode())
        acts.work(site)
        page = staff.get(f"/staff/prints/{number}")
        assert "refused" in page.text and "Piece 2 (Sample Market)" in page.text and said in page.text, kind
        assert not list((site.config.prints / str(number)).glob("*.pdf"))
    assert acts.codes(site) == []
    assert "Every piece is being tried" in staff.press(staff.get("/staff/prints/1"), "Try again").text


def test_an_address_that_would_make_squares_too_small_is_refused_with_the_reason(make_site, staff_of, noon):
    site = make_site(switches=Switches(print_apart=False), base_url=f"http://{'sub-domain.' * 18}example.org")
    print_id = acts.begin(site, acts.lines(1), "business-card")
    acts.work(site)
    assert "Below 0.5 mm phones fail to read it" in acts.found(site, print_id).trouble and acts.codes(site) == []


def test_what_is_wrong_in_the_form_stands_beside_it(site, staff):
    acts.some_places(site)
    for fields in (
        {"title": " "},
        {"copies": "0"},
        {"language": "xx"},
        {"second": "xx"},
        {"target": "/pledges/nowhere"},
        {"paper": "a0"},
        {"nudge_down": "11"},
        {"partner_id": "9"},
        {"places": ["9"]},
        {"second": "en"},
    ):
        assert acts.order(staff, **fields).status == 422, fields
    assert site.rows(select(Print.id)) == []


def test_a_discarded_print_leads_to_a_kind_page_and_leaves_no_file(site, staff, visitor):
    acts.order(staff)
    acts.work(site)
    ((code, _, _),) = acts.codes(site)
    page = staff.press(staff.get(staff.get("/staff/prints/1").link("Discard it …")), "Discard this print")
    assert "was discarded" in page.text and not (site.config.prints / "1").exists()
    assert visitor.get(f"/q/{code}").status == 410
    assert "discarded already" in staff.get("/staff/prints/1/discard").text
    for deed in ("sign-off", "discard", "again"):
        fields = {"csrf_token": staff.get("/staff/account").all("input[name=csrf_token]")[0].attrs["value"]}
        assert staff.post(f"/staff/prints/1/{deed}", fields).status == 409


def test_before_a_print_is_discarded_a_page_says_what_ends_with_it(site, staff, visitor):
    some = acts.some_places(site)
    acts.order(staff, places=[str(one) for one in some], copies="2")
    acts.work(site)
    assert [
        form for form in staff.get("/staff/prints/1").all("form") if "discard" in form.attrs.get("action", "")
    ] == []
    code = acts.codes(site)[0][0]
    assert visitor.raw(f"/q/{code}", headers={"User-Agent": "Mozilla/5.0 (iPhone)"}).status_code == 302
    with site.inside():
        visits.tally().write()
    page = staff.get("/staff/prints/1/discard")
    assert "6 pieces:" in page.text and "3 codes" in page.text and "1 visit came by them" in page.text
    assert "It cannot be undone" in page.text and acts.found(site, 1).state == "proof"
    assert staff.get("/staff/prints/9/discard").status == 404


def test_what_is_not_there_is_said(staff):
    for path in ("/staff/prints/9", "/staff/prints/9/progress", "/staff/prints/9/files/proof.pdf"):
        assert staff.get(path).status == 404, path
    acts.order(staff)
    for name in ("print.zip", "plan.json", "proof.pdf", "..%2f.lock"):
        assert staff.get(f"/staff/prints/1/files/{name}").status == 404, name
    assert staff.get("/staff/prints/new/banner").status == 404


@pytest.mark.parametrize("mark", ["\u202e", "\u2066"])
def test_a_mark_of_direction_in_a_line_of_the_form_turns_nothing(site, staff, mark):
    said: dict[str, Any] = {
        "event_title": f"Sample {mark}evening",
        "event_date": f"{mark}May 1",
        "event_time": "7",
        "event_place": "Hall",
    }
    acts.order(staff, "event-flyer", title=f"{mark}Flyers", **said)
    ((title, kept),) = site.rows(select(Print.title, Print.said))
    assert title == "Flyers" and json.loads(kept)["event_title"] == "Sample evening" and mark not in kept
