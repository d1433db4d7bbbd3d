"""Help as a folder: every language, the right number, relative links, and nothing that needs this site."""

import re

import pytest
from click.testing import CliRunner
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request

from campaign.cli import campaign
from tests.house.everything import on_sqlite
from tests.visitor import Page

CODES = ("es", "tl", "th", "zh-hans", "zh-hant", "ko", "vi")
REQUEST = Request({})
ADDRESS = re.compile(r'(?:href|src)="([^"]*)"')


@pytest.fixture
def frozen(make_site, tmp_path):
    """What `campaign freeze` has written for a demonstration; with other words if asked for."""

    def freeze(into="frozen", **changes):
        site = make_site(seeded=False, **changes)
        return CliRunner().invoke(campaign, ["freeze", str(tmp_path / into)], obj=lambda: site.app), tmp_path / into

    return freeze


@on_sqlite
def test_every_language_is_there_with_the_number_and_links_that_lead_somewhere(frozen):
    done, folder = frozen()
    assert done.exit_code == 0 and "index.html" in done.output
    pages = sorted(folder.rglob("*.html"))
    assert len(pages) == 17  # help and safety in eight languages, and the page that opens first
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert 'href="tel:+18885392373"' in text and "<form" not in text and "{" not in text
        for address in ADDRESS.findall(text):
            outside = address.startswith(("tel:", "#", "https://www.bbc.com/weather", "https://weather.com/"))
            assert outside or (page.parent / address).is_file(), (page, address)


@on_sqlite
def test_a_frozen_page_is_a_whole_page_in_its_language_and_says_nothing_in_its_title(frozen):
    _, folder = frozen()

    for code in CODES:
        answer = TestResponse([(folder / code / "help.html").read_bytes()], "200 OK", Headers(), REQUEST)
        page = Page(answer, f"/{code}/help")
        assert page.one("[data-exit-words]").attrs["href"].startswith("https://")
        assert len(page.all("nav.languages a")) == 8


@on_sqlite
def test_a_real_site_freezes_what_it_shows_itself(frozen, folder):
    real = {"mode": "production", "base_url": "https://localhost", "trusted_proxies": 1, "content_dir": folder}
    _, into = frozen(**real)
    text = (into / "th" / "help.html").read_text(encoding="utf-8")
    assert "You are not alone." in text and '<h1 lang="en">' in text


@on_sqlite
def test_a_safety_page_comes_along_and_other_links_lose_their_address(frozen, folder):
    words = '+++\ntitle = "Stay safe"\n+++\nSee [help](/help), or [privacy](/privacy).\n'
    (folder / "en" / "safety.md").write_text(words, encoding="utf-8")
    (folder / "th" / "safety.md").unlink()  # so that the English stands in
    _, into = frozen(content_dir=folder)
    text = (into / "th" / "safety.html").read_text(encoding="utf-8")
    assert '<a href="help.html">help</a>' in text and "or privacy." in text
    assert 'href="safety.html"' in (into / "th" / "help.html").read_text(encoding="utf-8")


@on_sqlite
def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(frozen, tmp_path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "theme.css").mkdir()
    done, _ = frozen("taken")
    assert done.exit_code == 1 and "Nothing can be written" in done.output
