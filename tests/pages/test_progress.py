"""Staff and `campaign check` see what is missing, stale or unreviewed in each language, and what to do about it."""

import pytest
from flask import render_template

from campaign.checking import mistakes, notices
from campaign.content import Content, State, fingerprint
from campaign.pages import progress
from tests.house.everything import on_sqlite

pytestmark = on_sqlite


def test_staff_see_every_language_with_what_is_left_to_do(staff):
    page = staff.get("/staff/words")
    assert len(page.one("table").query("tbody tr")) == 7 and len(page.all("section")) == 7
    assert "reviewed = true in content/th/help.md" in page.text and "held back on a real site" in page.text
    assert page.all('h2 span[lang="ko"]') and "demonstration" in page.text


def test_a_language_that_is_done_says_so(noon, make_site, staff_of, folder, review):
    content = Content(folder)
    review("es", *progress.names(content), interface=True)
    for path in (folder / "es" / "print").glob("*.toml"):
        path.write_text(path.read_text().replace("reviewed = false", "reviewed = true"))
    page = staff_of(make_site(content_dir=folder)).get("/staff/words")
    assert "Everything is reviewed." in page.text


def test_a_real_site_says_that_readers_see_the_english(real_site, folder):
    lines = progress.of_all(Content(folder))[0].lines
    held_back = {line.name for line in lines if line.held_back}
    assert held_back == {"help", "safety", "privacy", "pledges/freedom", "when-told", "interface"}
    site = real_site()
    with site.inside(), site.app.test_request_context("/staff/words"):
        known = {"languages": [], "guarded": [], "drafts": site.app.extensions["content"].drafts, "staff": None}
        assert "Until then readers see the number" in render_template("pages/staff/words.html", **known)


@pytest.mark.parametrize(
    ("spoil", "state"),
    [
        (lambda path: path.unlink(), State.MISSING),
        (lambda path: path.write_text("no facts"), State.BROKEN),
        (lambda path: path.write_text(path.read_text().replace('from = "', 'from = "x')), State.STALE),
    ],
)
def test_check_says_how_far_a_page_is_and_what_to_do(site, make_site, folder, spoil, state):
    spoil(folder / "ko" / "help.md")
    config = make_site(content_dir=folder).config
    (notice,) = [one for one in notices(config) if one.startswith("ko help ")]
    assert f"is {state} (a real site shows the English)" in notice
    assert (state is State.BROKEN) == any("ko/help.md:1" in one for one in mistakes(config))
    if state is State.STALE:
        assert fingerprint(Content(folder).page("help", "en")) in notice


def test_an_interface_with_a_new_text_is_missing_something(make_site, folder):
    (folder / "th" / "messages.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "Privacy"\nmsgstr ""\n')
    (line,) = [one for one in notices(make_site(content_dir=folder).config) if one.startswith("th interface")]
    assert "missing" in line and "1 texts" in line


SPOILT: dict[str, tuple[str | bytes, int]] = {
    "es/help.md": ("+++\ntitle = 'x'\nfrom = \n+++\n", 3),
    "tl/help.md": ("+++\ntitle = 'x'\n+++\n\n<b>x</b>\n", 5),
    "th/help.md": ("+++\ntitle = 'x'\n+++\nCall {hotline:nobody}\n", 4),
    "vi/help.md": (b"+++\ntitle = 'x'\n+++\n\xff\n", 4),
    "es/pledges/freedom.md": ("+++\ntitle = 'x'\n+++\n", 1),
    "es/nowhere.md": ("+++\ntitle = 'x'\n+++\n", 1),
    "xx/help.md": ("+++\ntitle = 'x'\n+++\n", 1),
    "th/print/poster.toml": ('language = "th"\n', 1),
}


def test_each_mistake_stops_check_with_file_and_line(make_site, folder):
    config = make_site(content_dir=folder).config
    for path, (text, _) in SPOILT.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(text if isinstance(text, bytes) else text.encode())
    found = mistakes(config)
    for path, (_, line) in SPOILT.items():
        assert any(f"{path}:{line}" in one for one in found), (path, found)


def test_a_mistake_in_the_settings_stops_check_with_its_line(make_site, folder):
    config, file = make_site(content_dir=folder).config, folder / "campaign.toml"
    file.write_text(file.read_text().replace('code = "th"', 'code = "TH!"'))
    assert any("campaign.toml:10" in one for one in mistakes(config)), mistakes(config)
