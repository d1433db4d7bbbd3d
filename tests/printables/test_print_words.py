"""The words of the posters: complete in every language, mistakes named with file and line, no number typed by hand."""

import pytest

from campaign.checking import DIGITS
from campaign.content import State
from campaign.printables import words
from campaign.printables.designs import DESIGNS
from campaign.printables.lines import KINDS
from campaign.settings import Mistake
from tests.printables.looking import CONTENT

LANGUAGES = words.languages(CONTENT.folder)


@pytest.mark.parametrize("design", KINDS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_is_written_in_every_language_and_no_number_is_typed(language, design):
    found = words.read(CONTENT.folder, language, design)
    assert found and all(text.strip() for text in found.lines.values())
    expected = State.REVIEWED if language == "en" else State.UNREVIEWED
    assert words.state(CONTENT.folder, language, design) is expected
    assert not DIGITS.search((CONTENT.folder / language / "print" / f"{design}.toml").read_text("utf-8"))


def test_every_design_has_its_lines():
    assert list(KINDS) == list(DESIGNS) and len(KINDS) == 8


def test_chinese_asks_for_the_shapes_of_its_region():
    found = words.read(CONTENT.folder, "zh-hant")
    assert found and found.locale == ("zh", "TW")


def test_there_may_be_no_words_in_a_language():
    assert words.read(CONTENT.folder, "km") is None and words.state(CONTENT.folder, "km") is State.MISSING


@pytest.mark.parametrize(
    ("before", "after", "line", "what"),
    [
        ("lead = ", "led = ", 6, "led"),
        ('help = "Get help now"', "help = 7", 7, "help"),
        ("why = ", "why ", 12, "poster.toml"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(tmp_path, before, after, line, what):
    path = tmp_path / "en" / "print" / "poster.toml"
    path.parent.mkdir(parents=True)
    text = (CONTENT.folder / "en" / "print" / "poster.toml").read_text("utf-8")
    path.write_text(text.replace(before, after), "utf-8")
    with pytest.raises(Mistake, match=what) as found:
        words.read(tmp_path, "en")
    assert found.value.line == line
