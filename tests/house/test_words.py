"""Every text of the site is translated into every language of the site, and says the same things."""

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from campaign.content import Content, State

ROOT = Path(__file__).parents[2]
CONTENT = Content(ROOT / "content")
LANGUAGES = [one for one in CONTENT.site.languages if one.code != "en"]
EVERYWHERE = ("front", "help", "privacy", "pledges/freedom")
GAPS = re.compile(r"%\(\w+\)[sd]")


def _tool():
    spec = importlib.util.spec_from_file_location("words", ROOT / ".ci" / "words.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TOOL = _tool()


@pytest.fixture(scope="module")
def collected() -> Any:
    """Every text of the site: it takes seconds to look through all files for them."""
    return TOOL.collected()


def _catalogue(language) -> Catalog:
    tag = language.tag.replace("-", "_")
    path = ROOT / "campaign" / "translations" / tag / "LC_MESSAGES" / "messages.po"
    with path.open("rb") as file:
        return read_po(file, locale=tag)


def _pairs(catalogue):
    """Every English text with its translation; of a plural, the general form with each of the others."""
    for message in catalogue:
        if isinstance(message.id, tuple):
            yield from ((message.id[1], text) for text in message.string[1:])
        elif message.id:
            yield message.id, message.string


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.code)
def test_the_catalogue_of_a_language_is_complete_and_holds_nothing_unused(language, collected):
    assert TOOL.behind(_catalogue(language), collected) == []


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda one: one.code)
def test_a_translation_has_the_same_gaps_as_the_english(language):
    wrong = [
        pair for pair in _pairs(_catalogue(language)) if sorted(GAPS.findall(pair[0])) != sorted(GAPS.findall(pair[1]))
    ]
    assert wrong == []


# What a language's words never say, because readers are strangers to us and are met with respect.
IMPOLITE = {
    "es": re.compile(r"\b(?:tú|tu|tus|ti|te|vos|contigo|ordenador)\b", re.IGNORECASE),
    "th": re.compile("ครับ|ค่ะ|คะ"),
    "zh-hans": re.compile("你|人口买卖"),
    "zh-hant": re.compile("你|人口買賣"),
    "ko": re.compile(r"\b너(?:는|의|를)?\b|해라"),
    "vi": re.compile(r"\b(?:mày|tao)\b", re.IGNORECASE),
}


@pytest.mark.parametrize("code", IMPOLITE)
def test_the_words_of_a_language_are_polite_and_use_its_terms(code):
    language = CONTENT.site.language(code)
    texts = [path.read_text(encoding="utf-8") for path in (CONTENT.folder / code).rglob("*.md")]
    texts += [path.read_text(encoding="utf-8") for path in (CONTENT.folder / code).glob("print/*.toml")]
    texts += [text for _, text in _pairs(_catalogue(language))]
    assert [found[0] for text in texts if (found := IMPOLITE[code].search(text))] == []


def test_an_impolite_word_is_noticed():
    assert IMPOLITE["es"].search("Llama a tu amigo") and IMPOLITE["zh-hans"].search("你好")


# What no text of a language is written with: signs and spaces of other scripts, and a second word for one thing.
HAN, FULL = "[\u3400-\u9fff]", "[\u3001-\u3003\uff08-\uff1f]"
MOMENT = r"%\((?:moment|until|time|day|hour|sender)\)s"  # what is put in here is written in Chinese, too
CHINESE = rf"{HAN}[,.:;!?()]|{FULL} | {FULL}|{HAN} {HAN}|{HAN} {MOMENT}|{MOMENT} {HAN}"
SLIPS = {
    "es": re.compile(r"\bcartas?\b", re.IGNORECASE),  # a letter of ours is a "correo"
    "zh-hans": re.compile(CHINESE),
    "zh-hant": re.compile(CHINESE),
    "ko": re.compile(r"우리 (?:직원|웹|사이트)|우리의|%\(num(?:ber)?\)s 명"),
}


@pytest.mark.parametrize("code", SLIPS)
def test_the_catalogue_of_a_language_has_its_own_signs_and_one_word_for_a_thing(code):
    texts = [text for _, text in _pairs(_catalogue(CONTENT.site.language(code)))]
    assert [text for text in texts if SLIPS[code].search(text)] == []


def test_a_text_that_is_missing_is_noticed(collected):
    held = Catalog(locale="es")
    first = next(message for message in collected if message.id)
    for message in collected:
        if message.id and message is not first:
            held.add(message.id, "x" if isinstance(message.id, str) else ("x", "x"), context=message.context)
    missing = [line for line in TOOL.behind(held, collected) if line.startswith("missing")]
    assert len(missing) == 1


def test_the_pages_of_a_language_are_there_and_name_the_same_numbers():
    names = CONTENT.names() + CONTENT.names("learn") + CONTENT.names("pledges")
    assert {"front", "help", "safety", "privacy", "learn/signs"} < set(names)
    for name in names:
        english = CONTENT.page(name, "en")
        for language in LANGUAGES:
            page = CONTENT.page(name, language.code)
            if name not in EVERYWHERE and language.code != "es" and CONTENT.state(name, language.code) is State.MISSING:
                continue  # readers get the English, and `campaign check` says so
            assert page.language == language.code, f"{name} in {language.name}"
            gaps = re.compile(r"\{[a-z:]+\}|https?://[^)\s]+")
            assert sorted(gaps.findall(page.source)) == sorted(gaps.findall(english.source)), (
                name,
                language.code,
            )


def test_every_table_of_words_in_the_settings_has_every_language():
    site, codes = CONTENT.site, {one.code for one in CONTENT.site.languages}
    tables = [site.campaign.name, site.campaign.tagline, site.mail.sender_name, site.exit.address]
    tables += [site.discretion.sender_name, site.discretion.subject]
    tables += [words for line in site.hotlines for words in (line.name, line.note)]
    tables += [words for goal in site.goals for words in (goal.title, goal.text)]
    assert [table for table in tables if set(table) != codes] == []
