"""English pages are in plain words: grade 8 or below to learn from, 6 or below for who may need help."""

import pytest

from campaign.content import Content
from tests.conftest import ROOT
from tests.pages.reading import grade

CONTENT = Content(ROOT / "content")
HARDEST = {"safety": 6, "help": 6}


@pytest.mark.parametrize("name", sorted(CONTENT.known))
def test_an_english_page_is_in_plain_words(name):
    assert grade(CONTENT.page(name, "en").source) <= HARDEST.get(name, 8)


def test_hard_words_would_be_noticed():
    law = (
        "Notwithstanding any contradictory jurisdictional interpretation, organizations demonstrating insufficient "
        "transparency regarding international manufacturing relationships may encounter administrative consequences."
    )
    assert grade(law) > 12
