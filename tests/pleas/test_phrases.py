"""How phrases are written and found, and that their writer hears of a mistake."""

import pytest

from campaign import phrases
from campaign.settings import Mistake


def _phrases(tmp_path, text):
    path = tmp_path / "pleas.toml"
    path.write_text(text, encoding="utf-8")
    return phrases.read(path)


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("help me", "Please HELP me!", True),
        ("help me", "help men", False),
        ("help me", "Yelp me", False),
        ("(help|save) (me|my sister)", "save my sister", True),
        ("i [really] cannot leave", "I cannot leave", True),
        ("i [really] cannot leave", "I really cannot leave", True),
        ("took … passport", "took away from me my old passport", True),
        ("took … passport", "took one two three four five six passport", False),
        ("threat*", "he threatens", True),
        ("can't", "I can’t", True),
        ("boss <takes>", "My boss steals it", True),
        ("need help $", "I need help.", True),
        ("need help $", "I need help printing", False),
        ("ayúdame", "AYUDAME", True),
        ("đánh tôi", "danh toi", True),
    ],
)
def test_a_phrase_is_found_where_it_stands(tmp_path, phrase, text, found):
    made = _phrases(tmp_path, f'phrases = ["{phrase}"]\n[words]\ntakes = ["takes", "steals"]\n')
    assert made.found_in(text) is found


def test_in_scripts_without_spaces_a_phrase_is_a_piece_of_text(tmp_path):
    made = _phrases(tmp_path, 'without_spaces = true\nphrases = ["拿走 … 护照", "여권"]\n')
    assert made.found_in("他们拿走了我的护照。") and made.found_in("제 여 권을") and not made.found_in("护照拿走")


def test_what_is_innocent_is_overlooked(tmp_path):
    made = _phrases(tmp_path, 'phrases = ["help me"]\ninnocent = ["help me understand"]\n')
    assert not made.found_in("This will help me understand.") and made.found_in("help me understand, help me")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('phrases = ["help me",\n"take <bos>"]\n', 2, "<bos>"),
        ('phrases = ["help (me"]\n', 1, "("),
        ('phrases = ["help me", ""]\n', 1, "empty"),
        ("phrases = []\n", 1, "no phrase"),
        ("phrases = 3\n", 1, "list of phrases"),
        ("phrases = [\n", 2, ""),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path, text, line, says):
    with pytest.raises(Mistake) as told:
        _phrases(tmp_path, text)
    assert says in told.value.what and told.value.line <= line


def test_a_very_long_text_is_answered_at_once(tmp_path):
    made = _phrases(tmp_path, 'phrases = ["a … b … c … d", "(a|a a) … a … e"]\n')
    assert not made.found_in("a " * 50_000)
