"""What tests about words stand on: content that may be spoiled, and real sites as well as demonstrations."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from campaign import catalogues
from campaign.content import Content, fingerprint
from tests.conftest import ROOT, MakeSite, Site

HTTPS = {"X-Forwarded-Proto": "https"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the content that a test may spoil, with the postal address that a real site needs."""
    shutil.copytree(ROOT / "content", tmp_path / "content")
    settings = tmp_path / "content" / "campaign.toml"
    text = settings.read_text(encoding="utf-8").replace('postal_address = ""', 'postal_address = "1 Sample Street"')
    settings.write_text(text, encoding="utf-8")
    return tmp_path / "content"


@pytest.fixture
def real_site(noon: object, make_site: MakeSite, folder: Path) -> Callable[[], Site]:
    """Starts a real site with the words as they lie in the folder now."""
    real = {"mode": "production", "base_url": "https://localhost", "trusted_proxies": 1}
    return lambda: make_site(content_dir=folder, **real)


@pytest.fixture
def review(folder: Path) -> Callable[..., None]:
    """Does what a review leads to: `review("th", "help", "privacy")`, `review("th", interface=True)`."""

    def review(code: str, *names: str, interface: bool = False) -> None:
        content = Content(folder)
        for name in names:
            path = folder / code / f"{name}.md"
            text = path.read_text(encoding="utf-8").replace("reviewed = false", "reviewed = true")
            mark = fingerprint(content.page(name, "en"))
            path.write_text(re.sub(r'^from = ".*"$', f'from = "{mark}"', text, flags=re.MULTILINE), encoding="utf-8")
        if interface:
            language = content.site.language(code)
            assert language
            path, mark = folder / "campaign.toml", catalogues.mark(content, language)
            row = f'tag = "{language.tag}"'
            text = path.read_text(encoding="utf-8").replace(row, f'{row}, interface = "{mark}"')
            path.write_text(text, encoding="utf-8")

    return review
