"""A poster's code leads where it should, its number can be dialled, and nothing is lost on the way to paper."""

import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

from campaign import qr
from campaign.content import Content
from campaign.printables import designs, filling, poster, words
from campaign.typeset import SMALLEST
from tests.printables.looking import ADDRESS, CONTENT, PRESS, codes, look, row_of

LANGUAGES = ["en", "es", "ko", "th", "tl", "vi", "zh-hans", "zh-hant"]
SIZES = {"letter": (215.9, 279.4), "a4": (210, 297)}


def _made(language="en", paper="letter", address=ADDRESS):
    return poster.pdf(PRESS, CONTENT, language, address, paper)


def test_all_eight_languages_have_a_poster():
    assert words.languages(CONTENT.folder) == LANGUAGES


@pytest.mark.parametrize("paper", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_at_150_dpi_a_phone_reads_the_very_address_and_the_digits_stand_in_order(language, paper):
    sheet = look(_made(language, paper))
    assert sheet.pages == 1 and sheet.size == pytest.approx(SIZES[paper], abs=0.1)
    found = codes(sheet.picture)
    assert [(one.text, str(one.format), one.ec_level) for one in found] == [(ADDRESS, "QR Code", "M")]
    number = CONTENT.site.hotline.shown
    lefts, bottoms, _ = zip(*row_of(sheet, number), strict=True)
    assert list(lefts) == sorted(set(lefts))
    # A digit has no descender: all stand on one line, though the hyphens hang above it.
    digits = [bottom for bottom, sign in zip(bottoms, number, strict=True) if sign.isdigit()]
    assert max(digits) - min(digits) < 1


@pytest.mark.parametrize("turned", [0, 90, 7])
def test_the_code_is_read_from_a_turned_and_small_picture(turned):
    picture = look(_made(), dpi=60).picture.rotate(turned, expand=True, fillcolor=255)
    assert [one.text for one in codes(picture)] == [ADDRESS]


def test_four_modules_around_the_code_are_white():
    sheet = look(_made(), dpi=300)
    place = codes(sheet.picture)[0].position
    side = place.top_right.x - place.top_left.x
    module = side / (len(qr.modules(ADDRESS)) - 2 * qr.QUIET)
    quiet = int(3.8 * module)
    box = (place.top_left.x, place.top_left.y, place.bottom_right.x, place.bottom_right.y)
    around = sheet.picture.crop((box[0] - quiet, box[1] - quiet, box[2] + quiet, box[3] + quiet))
    around.paste(255, (quiet - 2, quiet - 2, around.width - quiet + 3, around.height - quiet + 3))
    assert around.getextrema() == (255, 255)


def test_the_modules_of_the_code_are_wider_than_the_least_that_phones_read():
    assert designs.get(poster.DESIGN).side / len(qr.modules(ADDRESS)) > 2 * SMALLEST


def test_nothing_on_it_is_a_bitmap():
    assert look(_made()).bitmaps == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_nobody_has_reviewed_says_so_on_the_print(language):
    reviewed = language == "en"
    text = look(_made(language)).text
    assert ("DRAFT" in text, filling.UNREVIEWED in " ".join(text.split())) == (not reviewed, not reviewed)


def test_a_print_whose_english_has_changed_says_draft_whoever_reviewed_it(tmp_path):
    shutil.copytree(CONTENT.folder, tmp_path / "content")
    path = tmp_path / "content" / "vi" / "print" / "poster.toml"
    path.write_text(path.read_text("utf-8").replace("reviewed = false", "reviewed = true"), "utf-8")
    assert "DRAFT" not in look(poster.pdf(PRESS, Content(tmp_path / "content"), "vi", ADDRESS)).text
    english = tmp_path / "content" / "en" / "print" / "poster.toml"
    english.write_text(english.read_text("utf-8").replace("You are not alone.", "You are never alone."), "utf-8")
    text = look(poster.pdf(PRESS, Content(tmp_path / "content"), "vi", ADDRESS)).text
    assert "DRAFT" in text and filling.STALE in " ".join(text.split())


def test_the_address_stands_below_the_code_as_one_would_type_it():
    sheet = look(_made())
    place = codes(sheet.picture)[0].position
    left, bottom, _ = row_of(sheet, "freedom.example.org/q/K7QM2XA")[0]
    per_mm = 150 / 25.4
    assert left == pytest.approx(place.bottom_left.x / per_mm, abs=1)
    assert 0 < sheet.size[1] - place.bottom_left.y / per_mm - bottom < 15


@pytest.mark.parametrize(("text", "least"), [("1-888-539-2373", 17), ("From Slavery", 16)])
def test_number_and_name_can_be_read_from_two_metres_and_more(text, least):
    # The sign maker's rule is an inch of letter for ten feet: 17 mm for two metres.
    sheet = look(_made(), dpi=72)
    height = max(top - bottom for _, bottom, top in row_of(sheet, text))
    assert height > least


def test_the_same_poster_is_the_same_file():
    assert _made() == _made()


def test_a_picture_to_look_at_is_the_size_of_the_sheet():
    assert poster.png(PRESS, CONTENT, "en", ADDRESS).startswith(b"\x89PNG")


def test_posters_can_be_printed_at_the_same_time():
    addresses = [f"HTTPS://FREEDOM.EXAMPLE.ORG/Q/K7QM2X{letter}" for letter in "ABCDEFGH"]
    with ThreadPoolExecutor(4) as threads:
        made = threads.map(lambda address: poster.pdf(PRESS, CONTENT, "zh-hant", address), addresses)
        assert [codes(look(one).picture)[0].text for one in made] == addresses
