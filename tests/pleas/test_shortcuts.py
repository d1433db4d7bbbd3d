"""What makes the guard quick changes nothing of what it finds, on every text that may be read and on their mixtures."""

import random
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from campaign import phrases
from campaign.config import Config
from campaign.content import Content

HERE = Path(__file__).parent
LANGUAGES = ("en", "es", "tl", "th", "zh-hans", "zh-hant", "ko", "vi")
FOLDER = Config("demo", HERE, "sqlite://", "", "").place("content")
PLEAS = Content(FOLDER).pleas


def _texts():
    found = []
    for language in LANGUAGES:
        known = tomllib.loads((HERE / "texts" / f"{language}.dev.toml").read_text(encoding="utf-8"))
        found += [*known["pleas"], *known["ordinary"]]
    return found


def _mixed(texts, number=500, seed=4):
    """Halves of two texts put together, across languages, cut anywhere; some loud, with accents, or in wide letters."""
    dice, found = random.Random(seed), []
    for _ in range(number):
        one, other = dice.choice(texts), dice.choice(texts)
        text = one[: dice.randrange(len(one))] + dice.choice(["", " ", ". ", "…", "\n"]) + other[len(other) // 2 :]
        found.append(dice.choice([text, text.upper(), text.replace("e", "é"), text.replace("a", "ａ")]))
    return found


def _patterns(path):
    """The phrases of a file, one by one, each asking for itself where a word begins; and what is innocent."""
    text = path.read_text(encoding="utf-8")
    facts = tomllib.loads(text)
    tight, words = facts.get("without_spaces", False), facts.get("words", {})
    begin = "" if tight else "(?<= )"
    made = {
        name: [begin + phrases._pattern(path, text, one, words, tight=tight) for one in facts.get(name, [])]
        for name in ("phrases", "innocent")
    }
    innocent = re.compile("|".join(f"(?:{one})" for one in made["innocent"]) or r"(?!)")
    return [re.compile(one) for one in made["phrases"]], innocent, tight


SLOWLY = [_patterns(path) for path in sorted(FOLDER.glob("*/pleas.toml"))]


def _slowly(text):
    """Every phrase of every language looked for, after the innocent was taken out."""
    for wanted, innocent, tight in SLOWLY:
        plain = phrases._letters(text[: phrases.MOST_READ])
        plain = "".join(plain.split()) if tight else f" {' '.join(plain.split())} "
        plain = innocent.sub("\n" if tight else " ", plain)
        if any(one.search(plain) for one in wanted):
            return True
    return False


@pytest.mark.parametrize("texts", [_texts(), _mixed(_texts())], ids=["whole", "mixed"])
def test_what_is_found_is_the_same_with_and_without_the_shortcuts(texts):
    found = [phrases.any_found_in(text, PLEAS) for text in texts]
    assert found == [_slowly(text) for text in texts]
    assert 0.1 < sum(found) / len(found) < 0.9, "nothing is compared where all are alike"


def test_languages_that_write_beyond_ascii_are_known_by_their_phrases():
    skipped = [path.parent.name for path in sorted(FOLDER.glob("*/pleas.toml")) if phrases.read(path).beyond_ascii]
    assert skipped == ["ko", "th", "zh-hans", "zh-hant"]


def _file(tmp_path, text):
    path = tmp_path / "pleas.toml"
    path.write_text(text, encoding="utf-8")
    return phrases.read(path)


@pytest.mark.parametrize(
    ("phrase", "text", "beyond"),
    [
        ("救命", "sos", True),
        ("(救命|sos)", "sos", False),
        ("[救] sos", "sos", False),
        ("sos … 救", "sos", True),
        ("<calls>", "sos", False),
        ("(<calls>|救)", "sos", False),
        ("đánh", "danh", False),
        ("ｓｏｓ", "sos", False),
    ],
)
def test_a_phrase_that_plain_letters_can_say_is_looked_for_in_plain_letters(tmp_path, phrase, text, beyond):
    made = _file(tmp_path, f'without_spaces = true\nphrases = ["{phrase}"]\n[words]\ncalls = ["sos", "救"]\n')
    assert made.beyond_ascii is beyond
    assert phrases.any_found_in(text, [made]) is not beyond


def test_one_such_phrase_is_enough_for_its_language_to_be_looked_for(tmp_path):
    made = _file(tmp_path, 'without_spaces = true\nphrases = ["救命", "sos"]\n')
    assert phrases.any_found_in("SOS!", [made])
    assert not phrases.any_found_in("SOS!", [replace(made, beyond_ascii=True)]), "the control was not skipped"


def test_signs_beyond_ascii_that_are_read_as_plain_letters_hide_nothing(tmp_path):
    made = _file(tmp_path, 'phrases = ["help me"]\n')
    for text in ("ｈｅｌｐ ｍｅ", "hélp me", "help’ me", "help\u00a0me"):
        assert phrases.any_found_in(text, [made]), text


def test_ascii_is_made_plain_as_every_other_sign_is():
    for number in range(128):
        text = f"a{chr(number)}B"
        assert phrases.plainly(text, tight=True) == "".join(phrases._letters(text).split())
        assert phrases.plainly(text, tight=False) == f" {' '.join(phrases._letters(text).split())} "
