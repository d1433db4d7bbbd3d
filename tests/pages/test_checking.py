"""`campaign check` names what would mislead a reader, with file and line."""

import shutil
from pathlib import Path

import pytest

from campaign.checking import mistakes, notices
from campaign.config import Config
from tests.conftest import ROOT, SECRET


@pytest.fixture
def folder(tmp_path):
    """A copy of the content that a test may spoil."""
    shutil.copytree(ROOT / "content", tmp_path / "content")
    return tmp_path / "content"


def _config(folder):
    return Config("demo", folder.parent, "sqlite://", SECRET, "http://localhost", content_dir=folder)


def _said(folder):
    return mistakes(_config(folder))


def test_nothing_is_wrong_with_ours(folder):
    assert _said(folder) == []


# Each set is made at once, for to check the whole takes seconds; in a set no file is spoiled twice.
SPOILED = [
    [
        ("en/learn/days.md", "sources = [", "origins = [", "en/learn/days.md:1: a page to learn from needs `sources`"),
        ("en/about.md", "https://www.castla.org/about/", "castla.org", "en/about.md:4: `sources` is a list of"),
        ("en/learn/signs.md", "{hotline:cast}", "{hotline:nobody}", "en/learn/signs.md:14: nothing is known by"),
        ("es/safety.md", "{hotline:cast}", "1-888-593-2373", "es/safety.md:10: 1-888-593-2373 looks like a telephone"),
        (
            "es/contact.md",
            'description = "A',
            'description = "{hotline:cast} A',
            "es/contact.md:3: {hotline:cast} would",
        ),
        ("en/print/poster.toml", 'help = "', 'help = "{hotline:cast} ', "would be printed as it stands; `help`"),
    ],
    [
        ("en/learn/days.md", "sources = [", "sources = 5\norigins = [", "en/learn/days.md:5: `sources` is a list of"),
        ("en/print/poster.toml", 'help = "', 'help = "(888) 593-2373 ', "looks like a telephone number"),
    ],
    [("en/learn/days.md", "https://www.gpo.gov", "javascript:gpo", "en/learn/days.md:5: `sources` is a list of")],
    [("campaign.toml", 'press = ""', 'press = "javascript:x"', "contacts.press")],
]


@pytest.mark.parametrize("spoiled", SPOILED)
def test_a_mistake_is_named_with_its_place(folder, spoiled):
    for file, old, new, _ in spoiled:
        path = folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
    said = _said(folder)
    for *_, says in spoiled:
        assert [line for line in said if says in line], said


class Elsewhere(Config):
    """Settings of a site whose templates lie in its data folder, where a test may spoil them."""

    def place(self, name: str) -> Path:
        return self.data_dir / name if name == "templates" else super().place(name)


def test_a_number_in_a_letter_or_a_design_is_named_too(tmp_path):
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    for name in ("letters/layout.txt", "pages/safety.html", "print/share.typ"):
        path = tmp_path / "templates" / name
        path.write_text(path.read_text() + "\n888-593-2373\n")
    said = mistakes(Elsewhere("demo", tmp_path, "sqlite://", SECRET, "http://localhost"))
    assert len([line for line in said if "888-593-2373 looks like a telephone number" in line]) == 3


def test_a_source_that_is_none_is_not_shown_to_a_reader(make_site, folder):
    path = folder / "en" / "learn" / "days.md"
    path.write_text(path.read_text().replace("https://www.gpo.gov", "javascript:gpo"))
    page = make_site(content_dir=folder).visitor().get("/learn/days")
    assert page.status == 200 and "javascript:" not in page.html and len(page.all(".sources li")) == 8


@pytest.mark.parametrize("role", ["accessibility", "security"])
def test_a_contact_that_is_missing_is_a_notice_and_no_mistake(folder, role):
    path = folder / "campaign.toml"
    assert [line for line in notices(_config(folder)) if f"contacts.{role} is empty" in line]
    path.write_text(path.read_text().replace(f'{role} = ""', f'{role} = "office@example.org"'))
    assert not [line for line in notices(_config(folder)) if f"contacts.{role} is empty" in line]
