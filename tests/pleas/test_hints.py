"""How hints add up to what no phrase says, and which texts are read with their accents."""

import pytest

from campaign import phrases
from campaign.hints import NEAR
from campaign.settings import Mistake

HINTS = """
enough = 20
phrases = ["help me"]
[words]
kin = ["sister", "little brother"]
[hints.boss]
points = 12
words = ["my (boss|owner)", "her <kin>"]
[hints.kept]
points = 8
words = ["(keeps|took) [all] my", "lock*"]
[hints.word]
points = 4
each = true
words = ["(never|alone) ", "scared *"]
[hints.cause]
points = -10
words = ["sign*"]
"""


def _phrases(tmp_path, text):
    path = tmp_path / "pleas.toml"
    path.write_text(text, encoding="utf-8")
    return phrases.read(path)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("My boss is great", False),
        ("My boss keeps my papers", True),
        ("He took all my papers, my boss", True),
        ("her little brother, the door was locked", True),
        ("my boss, my owner, my boss", False),  # once each
        ("my boss, never, alone", True),  # each word
        ("my boss, never, never", False),
        ("my boss, never, scared to", True),
        ("my boss, never, scared", False),
        ("My boss keeps my papers. I sign.", False),
        ("help me", False),  # sixteen
        ("help me, never", True),
        ("help me sign", False),
        ("help me sign, my boss, never", True),
        ("my boss " + "and " * NEAR + "took my time", False),
        ("and " * 3 * NEAR + "my boss took my pay", True),
    ],
)
def test_hints_near_each_other_add_up_and_others_take_away(tmp_path, text, found):
    assert _phrases(tmp_path, HINTS).found_in(text) is found


def test_hints_in_scripts_without_spaces_are_pieces_of_text(tmp_path):
    made = _phrases(
        tmp_path,
        'enough = 20\nwithout_spaces = true\nphrases = ["救命"]\n[hints.a]\npoints = 10\nwords = ["老板"]\n'
        '[hints.b]\npoints = 10\nwords = ["护照"]\n',
    )
    assert made.found_in("老板拿走了我的护照") and not made.found_in("老板很好") and made.found_in("救命老板")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bị bán rồi", True),
        ("bi ban roi", True),  # written without accents it may be either
        ("bị bạn rồi", False),
        ("khoá cửa", True),
        ("khóa cửa", True),
        ("please, bi ban", True),
    ],
)
def test_accents_tell_words_apart_where_they_are_written(tmp_path, text, found):
    assert _phrases(tmp_path, 'accents = true\nphrases = ["bị bán", "khóa cửa"]\n').found_in(text) is found


def test_without_accents_declared_they_do_not_count(tmp_path):
    assert _phrases(tmp_path, 'phrases = ["bị bán"]\n').found_in("bị bạn rồi")


@pytest.mark.parametrize(
    ("hint", "says"),
    [
        ('words = ["a"]', "points"),
        ("points = 3", "words"),
        ('points = 3\nwords = ["a … b"]', "…"),
        ('points = 3\nwords = ["a $"]', "$"),
        ('points = 3\nwords = ["(a"]', "("),
        ('points = 3\nwords = ["<kin>"]', "kin"),
        ('points = 3\nwords = ["(a|b|c|d|e|f|g|h) (a|b|c|d|e|f|g|h) (a|b|c|d|e|f|g|h) (a|b|c|d|e|f|g|h)"]', "4096"),
    ],
)
def test_a_mistake_in_a_hint_is_named_with_its_line(tmp_path, hint, says):
    with pytest.raises(Mistake) as told:
        _phrases(tmp_path, f'phrases = ["a"]\n\n[hints.one]\n{hint}\n')
    assert says in told.value.what and told.value.line >= 3


@pytest.mark.parametrize(("phrase", "text", "found"), [("^ help $", "Help!", True), ("^ help $", "I help", False)])
def test_a_phrase_may_be_all_of_a_text(tmp_path, phrase, text, found):
    assert _phrases(tmp_path, f'phrases = ["{phrase}"]\n').found_in(text) is found


def test_hints_of_a_very_long_text_are_counted_in_time_that_grows_with_it(tmp_path):
    steps = {}
    for length in (1_000, 3_000):
        made = _phrases(tmp_path, HINTS)
        steps[length] = _looks(made.hints.root, ["my", "boss"] * (length // 2))
    assert steps[3_000] == 3 * steps[1_000]


def _looks(root, words):
    return sum(len(list(root.at(words, position))) for position in range(len(words)))
