"""What makes the guard quick changes nothing of what it sees and finds."""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from random import Random

import pytest

from campaign import hints, notation, phrases
from campaign.config import Config
from campaign.content import Content
from campaign.notation import Script

HERE = Path(__file__).parent
LANGUAGES = ("en", "es", "tl", "th", "zh-hans", "zh-hant", "ko", "vi")
PLEAS = Content(Config("demo", HERE, "sqlite://", "", "").place("content")).pleas


class Patient(hints.Branch):
    """A beginning of rows that is looked into at every word."""

    def begun_in(self, words: Sequence[str]) -> Iterator[int]:
        """All of them."""
        return iter(range(len(words)))


def _patient(one: phrases.Phrases) -> phrases.Phrases:
    hasty = one.hints
    assert hasty is not None
    accented = _patient(one.accented) if one.accented else None
    root = Patient(*(getattr(hasty.root, known.name) for known in fields(hasty.root)))
    return replace(one, in_ascii=None, accented=accented, hints=replace(hasty, root=root))


def test_whoever_looks_for_everything_at_every_word_finds_the_same():
    patient = [_patient(one) for one in PLEAS]
    found = []
    for language in LANGUAGES:
        known = tomllib.loads((HERE / "texts" / f"{language}.dev.toml").read_text(encoding="utf-8"))
        for text in (*known["pleas"][::9], *known["ordinary"][::9]):
            found.append(phrases.any_found_in(text, PLEAS))
            assert found[-1] == phrases.any_found_in(text, patient), text
    assert 0.1 < sum(found) / len(found) < 0.9, "nothing is compared where all are alike"


def test_branches_that_go_on_alike_are_one_and_find_the_same():
    dice = Random(7)
    words = ["a", "b", "c", "ab", "a*", "b*", "*"]
    apart, joined = hints.Branch(), hints.Branch()
    for hint in range(40):
        row = tuple(dice.choices(words, k=dice.randint(1, 4)))
        apart.grow(row, hint % 3)
        joined.grow(row, hint % 3)
    joined = joined.shared()
    assert len(_branches(joined)) < len(_branches(apart)) * 0.7
    for _ in range(500):
        text = dice.choices(["a", "b", "c", "ab", "bc", "d"], k=6)
        assert {*apart.at(text, 0)} == {*joined.at(text, 0)}, text


def _branches(branch: hints.Branch) -> set[int]:
    further = (*branch.words.values(), *branch.beginnings.values())
    return {id(branch)}.union(*map(_branches, further))


def test_signs_beyond_ascii_that_are_read_as_plain_letters_hide_nothing(tmp_path):
    path = tmp_path / "pleas.toml"
    path.write_text('phrases = ["help me"]\n', encoding="utf-8")
    for text in ("ｈｅｌｐ ｍｅ", "hélp me", "help’ me", "help\u00a0me"):
        assert phrases.any_found_in(text, [phrases.read(path)]), text


def test_ascii_is_made_plain_as_every_other_sign_is():
    for number in range(128):
        text = f"a{chr(number)}B"
        for script in Script:
            words = notation.letters(text, script).split()
            expected = "".join(words) if script is Script.TIGHT else f" {' '.join(words)} "
            assert notation.plainly(text, script) == expected


@pytest.mark.parametrize(
    ("phrase", "text", "sayable"),
    [
        ("救命", "sos", False),
        ("(救命|sos)", "sos", True),
        ("[救] sos", "sos", True),
        ("sos … 救", "sos", False),
        ("<calls>", "sos", True),
        ("(<calls>|救)", "sos", True),
        ("đánh", "danh", True),
        ("ｓｏｓ", "sos", True),
    ],
)
def test_a_phrase_that_plain_letters_can_say_is_looked_for_in_plain_letters(phrase, text, sayable):
    assert notation.is_beyond_ascii(phrase, {"calls": ["sos", "救"]}, Script.TIGHT) is not sayable
    assert bool(re.search(notation.pattern(phrase, {"calls": ["sos", "救"]}, Script.TIGHT), text)) is sayable
