"""Another coalition changes the folder of words and nothing else: its site says its own name and number everywhere."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from campaign import seals
from campaign.settings import Mistake
from tests.house.everything import on_sqlite
from tests.pledges.acts import ANNA, link_in, text_of
from tests.visitor import Page

pytestmark = on_sqlite
OURS = (
    "CAST",
    "Slavery",
    "slavery",
    "esclavitud",
    "trafficking",
    "Los Angeles",
    "539-2373",
    "8885392373",
    "373-7888",
    "KEY-2-FREE",
)

SETTINGS = """
[campaign]
name = { en = "Rivers for Everyone", es = "Ríos para todos" }
tagline = { en = "A promise to our rivers.", es = "Una promesa a nuestros ríos." }
organisation = "Alliance of River Friends"
organisation_short = "ARF"
time_zone = "Europe/Madrid"
postal_address = "1 Sample Quay"
partners_note = { en = "As of today.", es = "Al día de hoy." }
contact = "sample@rivers.example"
month = { from = "03-01", until = "03-31" }

[contacts]
press = "https://rivers.example/press"
security = "holes@rivers.example"

[mail]
sender_name = { en = "The river campaign", es = "La campaña de los ríos" }
sender_address = "letters@rivers.example"

[exit]
address = { en = "https://news.example/", es = "https://noticias.example/" }

[[languages]]
code = "en"
name = "English"
tag = "en"

[[languages]]
code = "es"
name = "Español"
tag = "es"

[[hotlines]]
key = "rivers"
number = "+4930000000012"
shown = "+49 30 000000012"
name = { en = "River line", es = "Línea de los ríos" }
note = { en = "Open at all times.", es = "Siempre abierta." }

[emergency]
number = "112"

[[goals]]
title = { en = "Clean water", es = "Agua limpia" }
text = { en = "Clean water for all.", es = "Agua limpia para todos." }

[[partners]]
name = "Sample Fishing Club"

[colours]
ink = "#101010"
paper = "#fefefe"
accent = "#00406b"
accent_ink = "#ffffff"
help = "#6b0040"
help_ink = "#ffffff"
line = "#cccccc"
muted = "#444444"
surface = "#eeeeee"

[colours.dark]
ink = "#fafafa"
paper = "#0a0a0a"
accent = "#9ad0ff"
accent_ink = "#001020"
help = "#ffb0d8"
help_ink = "#200010"
line = "#444444"
muted = "#cccccc"
surface = "#1a1a1a"

[limits]
letters_per_day = 2
reminder_after_days = 1
reminders = 1
message_characters = 100
minimum_age = 16
"""
PAGES = {
    "front": ("Save the river", "Water belongs to everyone. Call {hotline:rivers}."),
    "help": ("Call us", "Call {hotline:rivers}, or {emergency} in danger."),
    "privacy": ("What we keep", "Little.\n\n{retention}"),
    "contact": ("Write to us", "Or call {hotline:rivers}."),
}


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """The folder of a made-up coalition."""
    folder = tmp_path / "content"
    for language, mark in (("en", ""), ("es", " (español)")):
        (folder / language / "pledges").mkdir(parents=True)
        for name, (title, words) in PAGES.items():
            facts = f'title = "{title}{mark}"\ndescription = "{title}."\nreviewed = true'
            (folder / language / f"{name}.md").write_text(f"+++\n{facts}\n+++\n{words}\n", encoding="utf-8")
        facts = (
            f'title = "The river promise{mark}"\npromise = "I keep the river clean.{mark}"\ngoal = 70\nreviewed = true'
        )
        (folder / language / "pledges" / "river.md").write_text(
            f"+++\n{facts}\n+++\nFor the water.\n", encoding="utf-8"
        )
    (folder / "campaign.toml").write_text(SETTINGS, encoding="utf-8")
    return folder


@pytest.fixture
def rivers(noon, make_site, content):
    """The site of the made-up coalition."""
    return make_site(content_dir=content)


PATHS = (
    "/",
    "/help",
    "/privacy",
    "/contact",
    "/pledges",
    "/pledges/river",
    "/pledges/river/thanks",
    "/nowhere",
    "/confirm/cut",
)


@pytest.mark.parametrize("prefix", ["", "/es"])
def test_every_page_says_its_name_its_number_and_nothing_of_ours(rivers, prefix):
    visitor, name = rivers.visitor(), "Ríos para todos" if prefix else "Rivers for Everyone"
    for path in PATHS:
        page = visitor.get(prefix + path)
        band = page.one("aside.hotline a.tel")
        assert band.attrs["href"] == "tel:+4930000000012" and band.to_text() == "+49 30 000000012", path
        assert name in page.html and "Alliance of River Friends (ARF)" in page.html and "1 Sample Quay" in page.html
        assert page.one("[data-exit-words]").attrs["href"] == (
            "https://noticias.example/" if prefix else "https://news.example/"
        )
        assert [word for word in OURS if word in page.html] == [], path


def test_the_help_page_says_its_numbers(rivers):
    page = rivers.visitor().get("/help")
    numbers = [link.attrs["href"] for link in page.all("main a.tel")]
    assert numbers == ["tel:+4930000000012", "tel:+4930000000012", "tel:112"]


def test_a_page_that_it_has_not_written_is_in_no_menu_and_not_in_the_sitemap(rivers):
    visitor = rivers.visitor()
    for path in ("/learn", "/learn/signs", "/about", "/press", "/press/kit.zip", "/safety", "/accessibility"):
        assert visitor.get(path).status == 404, path
    named = [link.attrs["href"] for link in visitor.get("/").all(".top nav a, .groups a")]
    ways = ["/pledges", "/events", "/volunteer"]
    assert named == ["/help", *ways, "/help", "/privacy", *ways, "/newsletters", "/contact"]
    listed = visitor.raw("/sitemap.xml").text
    assert "/contact</loc>" in listed and "/about" not in listed and "/learn" not in listed


def test_its_contacts_are_on_the_page_by_role_and_the_empty_ones_are_not(rivers):
    page = rivers.visitor().get("/contact")
    named = [link.attrs["href"] for link in page.all(".facts a")]
    assert named == ["mailto:sample@rivers.example", "https://rivers.example/press", "mailto:holes@rivers.example"]
    assert "Volunteers" not in page.text and "1 Sample Quay" in page.text


def test_its_share_image_and_wordmark_say_nothing_of_ours(rivers):
    visitor = rivers.visitor()
    assert visitor.raw("/share.png").data.startswith(b"\x89PNG")
    assert [word for word in OURS if word in visitor.raw("/press/wordmark.svg").text] == []


def test_its_colours_are_its_own(rivers):
    theme = rivers.visitor().raw("/theme.css").text
    assert "--accent:#00406b;" in theme and "--accent:#9ad0ff;" in theme


def test_its_limits_hold(rivers):
    page = rivers.visitor().get("/pledges/river")
    assert "16" in page.one("label[for=old_enough]").to_text()
    assert "100" in page.text and "70" in page.text


def _sign(site, later, prefix):
    visitor = site.visitor()
    with site.inside():
        rendered = seals.render_time()
    later(seconds=3)
    fields = {**ANNA, "email": f"anna{len(prefix)}@example.org", "rendered": rendered}
    assert visitor.post(f"{prefix}/pledges/river", fields).status == 200
    first = site.letter()
    visitor.post(link_in(first, "confirm"))
    return [first, site.letter()]


@pytest.mark.parametrize("prefix", ["", "/es"])
def test_its_letters_say_its_name_its_number_and_nothing_of_ours(rivers, later, prefix):
    for letter in _sign(rivers, later, prefix):
        html = letter.get_body(("html",)).get_content()
        for text in (text_of(letter), html):
            assert "+49 30 000000012" in text and "1 Sample Quay" in text
            assert ("La campaña de los ríos" if prefix else "The river campaign") in text
        assert "letters@rivers.example" in str(letter["From"])
        assert [word for word in OURS if word in letter.as_string() + text_of(letter) + html] == []


def test_a_real_site_of_its_own_starts(rivers):
    from campaign.app import create_app

    config = replace(rivers.config, mode="production", base_url="https://rivers.example", trusted_proxies=1)
    create_app(config)


def test_one_language_is_enough(make_site, content):
    text = (content / "campaign.toml").read_text()
    text = re.sub(r', es = "[^"]*"', "", text).replace('[[languages]]\ncode = "es"\nname = "Español"\ntag = "es"\n', "")
    (content / "campaign.toml").write_text(text)
    visitor = make_site(content_dir=content).visitor()
    assert visitor.get("/pledges/river").status == 200
    assert visitor.raw("/es/help").status_code == 404


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'number = "+4930000000012"',
            'number = "+4930000000013"',
            r"campaign\.toml:3\d: .*not the same number",
        ),
        ('accent = "#00406b"', 'accent = "#eeeeee"', r"campaign\.toml:\d+: .*contrast"),
        ("minimum_age = 16", "minimum_age = 12", r"campaign\.toml:7\d: limits\.minimum_age"),
        ("[limits]", "[limits]\nforgotten = 1", r"campaign\.toml:\d+: limits\.forgotten"),
        ('en = "Clean water", es', 'xx = "Clean water", es', r"campaign\.toml:\d+: goals\.0\.title"),
        ("[campaign]", "[campaign", r"campaign\.toml:2: "),
    ],
)
def test_a_mistake_in_the_settings_is_named_with_its_line(make_site, content, old, new, said):
    path = content / "campaign.toml"
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(Mistake, match=said):
        make_site(content_dir=content)


def test_ours_is_noticed_where_it_is(site):
    page = site.visitor().get("/")
    assert isinstance(page, Page) and [word for word in OURS if word in page.html]
