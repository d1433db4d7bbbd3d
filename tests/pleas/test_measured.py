"""How many calls for help are noticed, and how many ordinary messages are taken for one, on texts kept from the writer.

`texts/<language>.dev.toml` may be read by whoever writes phrases; `.held.toml` must not, or it measures nothing. The
aim is a recall of 0.85 with at most 0.05 false alarms. LEAST holds what has been reached, so that no change makes it
worse unseen. How many points are enough was chosen by these very
shares (`campaign/hints.py`), so on texts yet to come they will be a little worse.
"""

import tomllib
from pathlib import Path

import pytest

from campaign.config import Config
from campaign.content import Content
from campaign.phrases import any_found_in

HERE = Path(__file__).parent
LANGUAGES = ("en", "es", "tl", "th", "zh-hans", "zh-hant", "ko", "vi")
LEAST = {"en": 0.88, "es": 0.86, "tl": 0.9, "th": 0.85, "zh-hans": 0.9, "zh-hant": 0.85, "ko": 0.85, "vi": 0.9}
MOST = 0.05
PLEAS = Content(Config("demo", HERE, "sqlite://", "", "").place("content")).pleas


def _texts(name):
    texts = tomllib.loads((HERE / "texts" / f"{name}.toml").read_text(encoding="utf-8"))
    return texts["pleas"], texts["ordinary"]


def _missed(pleas):
    return [text for text in pleas if not any_found_in(text, PLEAS)]


def _share(texts):
    return sum(any_found_in(text, PLEAS) for text in texts) / len(texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_less_is_noticed_and_no_more_taken_wrongly_than_before(language):
    pleas, ordinary = _texts(f"{language}.held")
    assert _share(pleas) >= LEAST[language] - 0.005
    assert _share(ordinary) <= MOST


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_miss_is_listed(language):
    listed = tomllib.loads((HERE / "missed.toml").read_text(encoding="utf-8"))
    assert _missed(_texts(f"{language}.held")[0]) == listed[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_held_texts_are_others_than_those_that_may_be_read(language):
    held, read = ({text for part in _texts(f"{language}.{half}") for text in part} for half in ("held", "dev"))
    assert not held & read
    assert [len(part) for part in _texts(f"{language}.held")] == ([60, 120] if language in ("en", "es") else [20, 40])
