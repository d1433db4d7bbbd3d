"""Every design in every language: nothing is lost, every code leads where it should, every number can be dialled."""

import re
import zlib
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from PIL import Image, ImageFilter
from pypdf import PdfReader

from campaign import qr
from campaign.errors import Refused
from campaign.partners import logos
from campaign.printables import designs, words
from campaign.printables.designs import Event, Item
from campaign.typeset import SMALLEST, NoLetters, TooLong, TooSmall
from tests.house.everything import a_logo
from tests.printables.looking import ADDRESS, CONTENT, MM, PRESS, codes, look

DOT = 150 / 25.4  # pixels a mm
HELP = "https://freedom.example.org/help"
EVENT = Event("Sample event", "Sample date", "Sample time", "Sample place")
LANGUAGES = ["en", "th", "zh-hant", "es", "ko", "tl", "vi", "zh-hans"]
ALONE = [(one,) for one in LANGUAGES]
# Each language once above and once below another, wide beside narrow.
TOGETHER = [("en", "th"), *pairwise(LANGUAGES), ("zh-hans", "en")]
VOICES = [*ALONE[:3], TOGETHER[0], *ALONE[3:], *TOGETHER[1:]]
ALL = list(designs.DESIGNS.values())
BY_SLUG = pytest.mark.parametrize("design", ALL, ids=designs.DESIGNS)


def item(design, languages=("en",), **more):
    """A piece that says whatever its design has room for."""
    about = {"event": EVENT} if "event" in design.lines else {}
    return Item(languages, ADDRESS if design.counted else HELP, **{**about, **more})


def made(design, *items, paper="letter", output="office", **how):
    return designs.pdf(PRESS, CONTENT, design, items or [item(design)], paper, output, **how)


def rows_of(sheet, text):
    """Left and bottom of the characters of a text, wherever it stands."""
    letters = "".join(letter or "\0" for letter, *_ in sheet.places)
    return [sheet.places[found.start() : found.end()] for found in re.finditer(re.escape(text), letters)]


def read_in_order(sheet):
    """How often the hotline can be read on a sheet. Every one stands whole, on a line, digit after digit."""
    number = CONTENT.site.hotline.shown
    rows = rows_of(sheet, number)
    for row in rows:
        lefts = [left for _, left, _, _ in row]
        bottoms = [bottom for sign, _, bottom, _ in row if sign.isdigit()]
        # On the side of a table card that stands on its head it runs the other way.
        assert lefts in (sorted(set(lefts)), sorted(set(lefts), reverse=True))
        assert max(bottoms) - min(bottoms) < 1
    return len(rows)


@pytest.mark.gate("P28", quick=4, full=len(VOICES))
@BY_SLUG
def test_a_phone_reads_every_code_and_a_program_every_number(design, size):
    for languages in VOICES[:size]:
        paper = "a4" if languages[0] in ("th", "ko") else "letter"
        named = {"place": "Sample Library, second floor", "partner": "With Sample Partner 1"}
        named = {line: text for line, text in named.items() if line in design.lines}
        sheet = look(made(design, item(design, languages, **named), paper=paper))
        assert all(len(rows_of(sheet, text)) >= 1 for text in named.values())
        assert sheet.pages == 1 and sheet.size == pytest.approx(design.cut(paper).paper, abs=0.1)
        blurred = sheet.picture.filter(ImageFilter.GaussianBlur(1))
        faces = {"table-card": 2}.get(design.slug, 1)
        assert [one.text for one in codes(blurred)] == [ADDRESS] * faces * design.counted, languages
        halves = len(languages) if design.slug == "shoe-card" else faces
        assert read_in_order(sheet) == halves, languages
        edge = [
            1 < x < sheet.size[0] - 1 and 1 < y < sheet.size[1] - 1
            for letter, x, y, _ in sheet.places
            if letter.strip()
        ]
        assert all(edge)
        assert ("DRAFT" in sheet.text) == (languages != ("en",))


@BY_SLUG
def test_ten_pieces_stand_in_their_order_and_a_nudge_moves_all(design):
    if not design.counted:
        return
    addresses = [f"{ADDRESS[:-2]}{number:02}" for number in range(design.per_sheet("letter") + 1)]
    items = [replace(item(design), address=address) for address in addresses]
    pdf, moved = (made(design, *items, nudge=nudge) for nudge in ((0, 0), (2.5, -1.5)))
    sheet = look(pdf)
    assert sheet.pages == 2
    found = {one.text: one.position.top_left for one in codes(sheet.picture)}
    ordered = sorted(found, key=lambda text: (round(found[text].y / 40), found[text].x))
    assert ordered == addresses[:-1]
    after = {one.text: one.position.top_left for one in codes(look(moved).picture)}
    for text, place in found.items():
        assert after[text].x - place.x == pytest.approx(2.5 / 25.4 * 150, abs=2)
        assert after[text].y - place.y == pytest.approx(-1.5 / 25.4 * 150, abs=2)


@BY_SLUG
def test_a_shop_gets_a_page_for_each_piece_with_bleed_marks_and_black_ink_alone(design):
    items = [item(design), item(design)]
    pdf = made(design, *items, output="press")
    assert pdf == made(design, *items, output="press")
    pages = PdfReader(BytesIO(pdf)).pages
    assert len(pages) == 2
    for page in pages:
        trim, bleed, media = page.trimbox, page.bleedbox, page.mediabox
        assert (trim.width / MM, trim.height / MM) == pytest.approx(design.cut("letter").piece, abs=0.05)
        for inner, outer, far in ((trim, bleed, 3), (bleed, media, 7)):
            assert float(inner.left - outer.left) == pytest.approx(far * MM, abs=0.01)
            assert float(outer.top - inner.top) == pytest.approx(far * MM, abs=0.01)
    drawn = _drawing(pdf)
    if design.counted:
        shape = re.search(rb"0 0 0 1 k ([-\d. mlh\n]+?)f\n", drawn)
        assert shape and shape[1].count(b"h") == len(qr.runs(qr.modules(ADDRESS)))
    # Black that would be mixed of four inks: none is asked for in red, green and blue, or in gray.
    assert not re.search(rb"\b0 0 0 (rg|scn|sc)\b|\b0 g\b", drawn)
    mark = look(pdf).picture.crop((round(9 * DOT), round(1.5 * DOT), round(11 * DOT), round(5 * DOT)))
    tones = mark.histogram()
    assert sum(tones[:128]) and tones[255]


def _drawing(pdf):
    """What the first page draws, uncompressed."""
    starts = [found.end() for found in re.finditer(rb"stream\r?\n(?=x)", pdf)]
    return max((zlib.decompressobj().decompress(pdf[start:]) for start in starts), key=len)


@BY_SLUG
@pytest.mark.parametrize("output", ["office", "press"])
def test_who_cannot_see_it_hears_it_in_order_and_is_told_of_the_web_page(design, output):
    pdf = made(design, item(design, ("en", "es")), output=output)
    root: Any = PdfReader(BytesIO(pdf)).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "en" and root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
    tags = list(_tags(root["/StructTreeRoot"]))
    kinds = [kind for kind, _ in tags]
    assert "H1" in kinds and not {"H2", "H3"} & set(kinds)
    assert [alt for kind, alt in tags if kind == "Figure"] == [ADDRESS] * design.counted
    page = f"freedom.example.org/materials/{design.slug}" if design.counted else "freedom.example.org/help"
    page = page if design.public else "freedom.example.org/q/K7QM2XA"  # it has no page among the materials
    assert page in look(pdf, dpi=40).text.replace("\ufffe", "-").replace("\r\n", "")


def _tags(node):
    node = node.get_object()
    if isinstance(node, list):
        for one in node:
            yield from _tags(one)
    elif hasattr(node, "get"):
        if "/S" in node:
            yield node["/S"][1:], str(node.get("/Alt", ""))
        if "/K" in node:
            yield from _tags(node["/K"])


@BY_SLUG
def test_the_same_pieces_are_the_same_file_and_its_code_is_large_enough(design):
    assert made(design) == made(design)
    if design.counted:
        assert design.side / len(qr.modules(ADDRESS)) >= SMALLEST
        with pytest.raises(TooSmall, match="use a shorter address"):
            made(design, replace(item(design), address=f"https://freedom.example.org/{'a' * 1400}"))


def test_copies_of_a_piece_share_one_code_that_is_drawn_once():
    card = designs.get("business-card")
    first, other, copy = designs.filled(CONTENT, card, [item(card), item(card, ("th",)), item(card)])["items"]
    assert first is copy and first is not other


def test_a_card_for_the_shoe_is_never_counted_and_names_no_campaign():
    shoe = designs.get("shoe-card")
    for path in ("q/K7QM2XA", "help/x", "Q/HELP", "q/help/", "help?via=K7QM2XA", "th/q/help", "nohelp", ""):
        with pytest.raises(Refused, match="never a code that is counted"):
            made(shoe, Item(("en",), f"https://freedom.example.org/{path}"))
    assert all(designs.is_help(f"https://freedom.example.org/{one}") for one in ("help", "th/help", "zh-hant/help/"))
    with pytest.raises(Refused, match="no room for this: partner"):
        made(shoe, item(shoe, partner="Sample Partner 1"))
    text = look(made(shoe)).text
    assert "Slavery" not in text and "CAST hotline" in text and "trafficking" not in text.lower()


@pytest.mark.parametrize(
    ("slug", "change", "why"),
    [
        ("poster", {"languages": ("en", "th", "es")}, "in two different ones"),
        ("poster", {"languages": ("en", "en")}, "in two different ones"),
        ("poster", {"languages": ("km",)}, r"content/km/print/poster\.toml"),
        ("poster", {"event": EVENT}, "no room for this: event"),
        ("event-flyer", {"event": None}, "needs an event"),
        ("event-flyer", {"place": "Sample place"}, "no room for this: place"),
        ("table-card", {"aim": "pay"}, "cannot call for 'pay'"),
        ("poster", {"aim": "sign"}, "cannot call for 'sign'"),
    ],
)
def test_what_a_design_must_not_carry_is_refused_in_a_sentence(slug, change, why):
    with pytest.raises(Refused, match=why):
        made(designs.get(slug), replace(item(designs.get(slug)), **change))


@pytest.mark.parametrize("how", [{"paper": "a0"}, {"output": "fax"}, {"nudge": (11, 0)}])
def test_a_paper_an_output_or_a_nudge_that_there_is_not_is_refused(how):
    with pytest.raises(Refused, match=r"There is no|at most 10 mm"):
        made(designs.get("palm-card"), **how)


@pytest.mark.parametrize("aim", ["sign", "volunteer", "come"])
def test_a_table_card_calls_for_one_thing(aim):
    text = " ".join(look(made(designs.get("table-card"), item(designs.get("table-card"), aim=aim))).text.split())
    found = words.read(CONTENT.folder, "en", "table-card")
    calls = {name: found.lines[name] for name in ("sign", "volunteer", "come")} if found else {}
    assert [name for name, call in calls.items() if call in text] == [aim]


LONG = "Sample Street and so on, second floor, " * 8


@pytest.mark.parametrize("slug", ["poster", "half-sheet", "palm-card", "business-card", "table-card", "sign-in-sheet"])
def test_a_place_or_a_partner_is_printed_or_refused_by_name(slug):
    design = designs.get(slug)
    assert "Sample Library" in look(made(design, item(design, place="Sample Library"))).text
    for line in ("place", "partner"):
        with pytest.raises(TooLong, match=f"“{line}” is too long.*Sample Street") as refused:
            made(design, item(design), item(design, **{line: LONG[:300]}))
        assert refused.value.line == line


@pytest.mark.parametrize("letters", ["😀", "សួស្តី", "مكتبة", "\ue000"])
def test_letters_that_no_font_has_are_named_with_their_line(letters):
    design = designs.get("business-card")
    with pytest.raises(NoLetters) as refused:
        made(design, item(design, place=f"Sample {letters}"))
    assert refused.value.line == "place" and refused.value.letters[0] in letters


@pytest.mark.parametrize("mark", ["\u202e", "\u2067", "\u061c", "\u200f"])
def test_text_that_turns_the_direction_around_leaves_the_number_alone(mark):
    design = designs.get("business-card")
    sheet = look(made(design, item(design, place=f"Sample {mark}place 12-34", partner=f"{mark}Sample")))
    assert read_in_order(sheet) == 1 and [one.text for one in codes(sheet.picture)] == [ADDRESS]


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
@pytest.mark.parametrize("slug", ["poster", "business-card", "table-card"])
def test_a_logo_in_the_code_leaves_it_readable_and_doubles_what_it_bears(slug, form):
    design = designs.get(slug)
    logo = logos.draw(a_logo((600, 380), form)).content
    sheet = look(made(design, item(design, logo=logo)))
    found = codes(sheet.picture.filter(ImageFilter.GaussianBlur(1)))
    assert {(one.text, one.ec_level) for one in found} == {(ADDRESS, "H")}
    assert sheet.bitmaps >= 1


def _huge():
    out = BytesIO()
    Image.new("1", (10_000, 10_000)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.filterwarnings("ignore")  # Pillow remarks on the size, too
def test_a_logo_that_is_a_drawing_or_a_bomb_is_refused_and_one_in_four_inks_is_made_anew():
    with pytest.raises(Refused, match="export it as PNG"):
        logos.draw(b'<svg xmlns="http://www.w3.org/2000/svg"/>')
    with pytest.raises(Refused, match="too large"):
        logos.draw(_huge())
    out = BytesIO()
    Image.new("CMYK", (300, 200), (0, 255, 255, 0)).save(out, "JPEG")
    logo = logos.draw(out.getvalue()).content
    design = designs.get("business-card")
    sheet = look(made(design, item(design, logo=logo)))
    assert [one.text for one in codes(sheet.picture)] == [ADDRESS]


@pytest.mark.parametrize(
    ("language", "title", "line"), [("zh-hant", "範例晚會：應留意的事", "應事"), ("en", "Zoo", "Zo")]
)
def test_the_title_of_an_event_stands_in_the_middle_in_every_script(language, title, line):
    design = designs.get("event-flyer")
    sheet = look(made(design, item(design, (language,), event=replace(EVENT, title=title))))
    first = next(at for at, (letter, *_) in enumerate(sheet.places) if letter == line[0])
    row = [place for place in sheet.places[first : first + 12] if place[0] in title and place[0].strip()]
    row = [place for place in row if abs(place[2] - row[0][2]) < 4]
    middle = (row[0][1] + row[-1][1] + (row[-1][1] - row[-2][1])) / 2
    assert middle == pytest.approx(sheet.size[0] / 2, abs=3)


def test_two_sentences_in_thai_which_has_no_stop_stand_on_two_lines_each_whole():
    """The next does not begin on the line of the one before, where "this hotline" was torn."""
    sheet = look(made(designs.get("palm-card"), item(designs.get("palm-card"), ("th",))), dpi=40)
    assert re.search("\nสาย\u2060?ด่วน[^\n]*รัฐบาล", sheet.text), sheet.text


@pytest.mark.parametrize("second", ["vi", "th"])
def test_on_a_shoe_card_in_two_languages_the_last_line_stands_clear_of_the_one_above(second):
    design = designs.get("shoe-card")
    sheet = look(made(design, item(design, ("zh-hant", second))), dpi=40)
    last = rows_of(sheet, "freedom.example.org/zh-hant/help")[0]
    left, top = last[0][1], max(place[3] for place in last)
    above = [b for letter, x, b, t in sheet.places if letter.strip() and abs(x - left) < 20 and b > last[0][2] + 1]
    assert min(above) > top + 2
