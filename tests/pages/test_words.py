"""Pages of words: the numbers come from their one place, and a broken page falls back to English."""

import pytest

from campaign.content import Content, State, fingerprint
from campaign.settings import Mistake, contrast, toml_line
from tests.conftest import ROOT

pytestmark = pytest.mark.plain_sql

PREFIXES = [one.prefix for one in Content(ROOT / "content").site.languages]


@pytest.mark.parametrize("path", [f"{prefix}/help" for prefix in PREFIXES])
def test_help_calls_the_hotline_the_national_line_and_911(visitor, path):
    page = visitor.get(path)
    calls = {link.attrs["href"] for link in page.one("main").query("a") if link.attrs["href"].startswith("tel:")}
    assert {"tel:+18885392373", "tel:+18883737888", "tel:911"} <= calls
    assert "{" not in page.text and "&lt;" not in page.one("main").to_html()


def test_help_gives_nothing_away_in_its_title(visitor):
    page = visitor.get("/help")
    title = page.one("title").to_text().lower()
    assert not any(word in title for word in ("traffick", "slavery", "victim", "help"))
    assert not page.all("main form")


def test_the_privacy_page_has_the_table(visitor):
    assert len(visitor.get("/privacy").one("table").query("tr")) > 6


def test_an_unreviewed_translation_says_so(visitor):
    assert "hablante nativo" in visitor.get("/es/help").text or "native speaker" in visitor.get("/es/help").text
    assert "native speaker" not in visitor.get("/help").text


def test_a_translation_that_cannot_be_read_falls_back_to_english(noon, make_site, folder):
    (folder / "es" / "help.md").write_text("no facts at the top")
    site = make_site(content_dir=folder)
    page = site.visitor().get("/es/help")
    assert page.status == 200 and "You are not alone" in page.text
    assert page.one("main h1").attrs["lang"] == "en" and "Español" in page.one(".aside-note").to_text()


@pytest.mark.parametrize(
    "spoiled",
    [b"no facts at the top", b"+++\ntitle = 7\n+++\n", b"+++\ntitle = 'x'\n+++\n<b>", b"+++\ntitle = '\xff'\n+++\n"],
)
def test_english_that_cannot_be_read_leaves_the_number_and_a_notice_and_no_error_page(noon, make_site, folder, spoiled):
    for name in ("help", "privacy", "front"):
        (folder / "en" / f"{name}.md").write_bytes(spoiled)
    visitor = make_site(content_dir=folder).visitor()
    for path in ("/help", "/th/help", "/privacy", "/"):
        page = visitor.get(path)
        assert page.status == 200, path
        assert page.one("aside.hotline a.tel").attrs["href"] == "tel:+18885392373"
    assert "cannot be shown" in visitor.get("/help").text
    assert visitor.get("/help").one(".call-number a.tel").attrs["href"] == "tel:+18885392373"


def test_a_changed_english_page_makes_its_translation_stale(folder):
    before = Content(folder)
    assert before.state("help", "es") is State.UNREVIEWED
    path = folder / "en" / "help.md"
    path.write_text(path.read_text() + "\nOne more line.\n")
    after = Content(folder)
    assert after.state("help", "es") is State.STALE
    assert fingerprint(before.page("help", "en")) != fingerprint(after.page("help", "en"))


def test_a_changed_promise_makes_its_translations_stale(folder):
    path = folder / "en" / "pledges" / "freedom.md"
    path.write_text(path.read_text().replace('promise = "I will learn', 'promise = "I shall learn'))
    assert Content(folder).state("pledges/freedom", "ko") is State.STALE


@pytest.mark.parametrize(
    ("old", "new", "says", "at"),
    [
        ('shown = "1-888-539-2373"', 'shown = "1-888-593-2373"', "not the same number", "[[hotlines]]"),
        ('number = "911"', 'number = "9111"', "emergency.number", 'number = "9111"'),
        ("letters_per_day = 3", "letters_per_day = 300", "letters_per_day", "letters_per_day"),
        ("letters_per_day = 3", "letters_a_day = 3", "letters_a_day", "letters_a_day"),
        ("[exit]", "[exit", "", "[exit"),
    ],
)
def test_a_mistake_in_the_settings_is_named_with_its_line(folder, old, new, says, at):
    path = folder / "campaign.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(Mistake) as caught:
        Content(folder)
    assert says in str(caught.value)
    assert at in path.read_text().splitlines()[caught.value.line - 1]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ("<b>bold</b>", "HTML"),
        ("{hotline:nobody}", "nothing is known"),
    ],
)
def test_a_mistake_in_a_page_is_named_with_its_line(folder, spoil, says):
    path = folder / "en" / "help.md"
    path.write_text(path.read_text() + f"\n{spoil}\n")
    with pytest.raises(Mistake, match=says) as caught:
        Content(folder).read(path, "en")
    assert spoil[:3] in path.read_text().splitlines()[caught.value.line - 1]


def test_colours_that_cannot_be_read_are_refused(folder):
    path = folder / "campaign.toml"
    text = path.read_text()
    paper = text.partition('paper = "')[2][:7]
    ink = text.partition('ink = "')[2][:7]
    path.write_text(text.replace(f'ink = "{ink}"', f'ink = "{paper}"', 1))
    with pytest.raises(Mistake, match="contrast"):
        Content(folder)


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_the_line_of_a_key_is_found_in_its_own_table():
    text = '[[hotlines]]\nkey = "a"\n\n[[hotlines]]\nkey = "b"\nnumber = "x"\n'
    assert toml_line(text, ["hotlines", "1", "number"]) == 6
    assert toml_line(text, ["hotlines", "0", "key"]) == 2


def test_the_words_of_the_house_are_all_drafts_until_somebody_has_reviewed_them():
    reviewed = [path for path in (ROOT / "content").glob("*/**/*") if path.is_file() and path.parts[-2] != "en"]
    texts = {path: path.read_text(encoding="utf-8") for path in reviewed if "en" not in path.relative_to(ROOT).parts}
    assert len(texts) > 30 and [path for path, text in texts.items() if "reviewed = false" not in text] == []
