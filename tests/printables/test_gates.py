"""No print leaves the house with a letter, a font or a line missing; whoever made it hears what to mend."""

import shutil
import subprocess
import sys

import pytest

from campaign import fonts
from campaign.content import Content
from campaign.errors import Refused
from campaign.printables import poster
from campaign.typeset import NoFont, NoLetters, Press, TooLong, TooSmall, Unprintable, code, unbroken
from tests.printables.looking import ADDRESS, CONTENT, PRESS, ROOT, look, row_of

NUMBER = "1-888-539-2373"
HEAD = '#import "parts.typ": *\n#set document(title: "A test")\n#set text(font: families)\n'


@pytest.fixture
def words(tmp_path):
    """The campaign's words in a folder of the test's own: `words(lead="…")` changes lines of the English poster."""
    shutil.copytree(ROOT / "content", tmp_path / "content")
    path = tmp_path / "content" / "en" / "print" / "poster.toml"

    def change(**lines):
        kept = [one for one in path.read_text("utf-8").splitlines() if one.partition(" = ")[0] not in lines]
        changed = [f"{name} = '''{text}'''" for name, text in lines.items()]
        path.write_text("\n".join(kept + changed), "utf-8")
        return Content(tmp_path / "content")

    return change


@pytest.fixture
def design(tmp_path):
    """Sets a design that a test has written, beside the parts of the real ones."""
    shutil.copytree(PRESS.folder, tmp_path / "print")

    def set_it(source, faces=fonts.FACES, **content):
        (tmp_path / "print" / "test.typ").write_text(HEAD + source, "utf-8")
        return Press(tmp_path / "print", faces).pdf("test", content)

    return set_it


def _with(line, text):
    """The English poster with another text in one of its lines, however long."""
    filled = poster.filled(CONTENT, "en", ADDRESS, "letter")
    filled["voices"]["en"]["words"][line] = text
    return PRESS.pdf("poster", filled)


@pytest.mark.parametrize("line", ["headline", "lead", "help", "open", "pledge", "why", "scan"])
def test_a_text_too_long_for_its_place_is_refused_by_name(line):
    with pytest.raises(TooLong, match=f"“{line}” is too long.*far too long") as refused:
        _with(line, "far too long for it " * 30)
    assert refused.value.line == line


@pytest.mark.parametrize("line", ["headline", "lead", "pledge", "why"])
def test_one_word_too_wide_for_its_place_is_refused_by_name(line):
    with pytest.raises(TooLong) as refused:
        _with(line, "Donaudampfschifffahrtsgesellschaft" * 3)
    assert refused.value.line == line


def test_more_characters_than_a_line_may_have_are_refused_with_file_and_line(words):
    with pytest.raises(Refused, match=r"content/en/print/poster\.toml:\d+: lead: .*at most 120 characters"):
        poster.pdf(PRESS, words(lead="long " * 25), "en", ADDRESS)


def test_an_address_too_long_to_stand_below_the_code_is_refused_by_name():
    with pytest.raises(TooLong) as refused:
        poster.pdf(PRESS, CONTENT, "en", f"HTTPS://{'A' * 60}.EXAMPLE.ORG/Q/K7QM2XA")
    assert refused.value.line == "address"


def test_a_longer_text_is_set_smaller_before_it_is_refused(words):
    at_first = row_of(look(poster.pdf(PRESS, CONTENT, "en", ADDRESS), dpi=72), "alone")
    smaller = row_of(
        look(poster.pdf(PRESS, words(lead="Wherever you may be, you are not alone."), "en", ADDRESS), dpi=72), "alone"
    )
    assert smaller[-1][0] - smaller[0][0] < at_first[-1][0] - at_first[0][0]


@pytest.mark.parametrize("letters", ["سلام", "😀", "\ue000"])
def test_letters_that_no_font_has_are_refused_with_the_line_they_stand_in(words, letters):
    with pytest.raises(NoLetters, match="lead") as refused:
        poster.pdf(PRESS, words(lead=f"You {letters}"), "en", ADDRESS)
    assert refused.value.letters in letters and refused.value.line == "lead"


def test_a_warning_stops_the_print(design):
    with pytest.raises(Unprintable, match="unknown font family"):
        design('= A test\n#set text(font: "Nowhere Sans")\nNot to be seen.')


def test_a_missing_weight_stops_the_print(design):
    regular = fonts.Face("Noto Sans CJK JP", "noto_cjk_sans_jp_regular", (400, 700))
    with pytest.raises(NoFont, match="Noto Sans CJK JP 700"):
        design("= A test", faces=(*fonts.FACES[:2], regular))


def test_a_missing_family_stops_the_print(design):
    with pytest.raises(NoFont, match="Nowhere Sans 400"):
        design("= A test", faces=(*fonts.FACES, fonts.Face("Nowhere Sans", "nowhere_sans", (400,))))


def test_a_weight_beyond_what_a_variable_font_has_stops_the_print(design):
    with pytest.raises(NoFont, match="Noto Sans Thai 950"):
        design("= A test", faces=(fonts.Face("Noto Sans Thai", "fontpkg_noto_sans_thai", (400, 950)),))


def test_a_design_with_a_mistake_is_refused_in_a_sentence(design):
    with pytest.raises(Unprintable, match="cannot be printed: unknown variable: nothing"):
        design("= A test\n#nothing")


def test_a_design_reads_nothing_outside_its_folder(design):
    with pytest.raises(Unprintable):
        design('= A test\n#read("/../../../../../../../../etc/hostname")')


def test_a_text_is_never_run(words):
    said = '#read("x") $x$ *y*'
    assert said in look(poster.pdf(PRESS, words(lead=said), "en", ADDRESS)).text


def test_a_number_stands_left_to_right_and_whole_inside_a_line_that_runs_right_to_left(design):
    source = "= A test\n#set text(dir: rtl)\n#block(width: 60pt)[aaa #number(json(bytes(sys.inputs.print)).shown) bbb]"
    lefts, bottoms, _ = zip(*row_of(look(design(source, shown=NUMBER)), NUMBER), strict=True)
    assert list(lefts) == sorted(set(lefts)) and max(bottoms) - min(bottoms) < 2


@pytest.mark.parametrize("one", [("zh", "CN"), ("zh", "TW"), ("ko", "KR"), ("ja", "JP")])
def test_a_character_has_the_shape_of_its_region(design, one):
    def drawn(lang, region):
        source = f'#set text(lang: "{lang}", region: "{region}", size: 90pt)\n= 骨 直 化'
        return look(design(source), dpi=40).picture.tobytes()

    others = {("zh", "CN"), ("zh", "TW"), ("ko", "KR"), ("ja", "JP")} - {one}
    assert sum(drawn(*one) != drawn(*other) for other in others) >= 2


def test_korean_words_hold_together_and_thai_keeps_its_repetition_mark(design):
    assert unbroken("노예 상태에서") == "노\u2060예 상\u2060태\u2060에\u2060서"
    assert unbroken("ใดๆ") == "ใด\u2060ๆ"
    assert unbroken("สายด่วนนี้") == "สาย\u2060ด่วนนี้" and unbroken("สายไฟ") == "สายไฟ"
    assert unbroken("無論您的移民身分為何。") == "無論您的移民身分為\u2060何。"
    assert (
        unbroken("24 小時。免費。") == "24 小\u2060時。免\u2060費。" and unbroken("提供口譯服務的") == "提供口譯服務的"
    )
    assert design("= A test\n#json(bytes(sys.inputs.print)).words", words=unbroken("노예 상태에서 자유로 ใดๆ"))


def test_a_code_too_small_to_be_read_is_refused_with_the_size_it_needs():
    # 25 modules of this address and the quiet zone make 33; half a millimetre each.
    with pytest.raises(TooSmall, match=r"0\.48 mm wide.*at least 16\.5 mm"):
        code(ADDRESS, 16.0)
    assert code(ADDRESS, 16.5)["modules"] == 33


def test_a_language_or_a_paper_that_is_not_there_is_refused_in_a_sentence():
    with pytest.raises(Refused, match=r"content/km/print/poster\.toml"):
        poster.pdf(PRESS, CONTENT, "km", ADDRESS)
    with pytest.raises(Refused, match="US Letter and on A4"):
        poster.pdf(PRESS, CONTENT, "en", ADDRESS, "a0")


def test_the_site_starts_without_the_printing_program():
    check = "import sys, campaign.app, campaign.printables.admin; sys.exit('typst' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True, cwd=ROOT, timeout=60)
