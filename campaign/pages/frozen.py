"""Help as a folder that stands on its own: for any host, or a stick; it needs neither this site nor any other."""

import re
import shutil
from pathlib import Path

from flask import current_app, render_template

from .. import i18n
from ..settings import Language
from .views import theme_css

NAMES = ("help", "safety")
FILES = {"css/site.css": "site.css", "js/exit.js": "exit.js", "img/favicon.svg": "favicon.svg"}
INSIDE = re.compile(r'<a href="/(?P<path>[^"]*)"[^>]*>(?P<words>.*?)</a>', re.DOTALL)


def freeze(folder: Path) -> list[Path]:
    """Write every language's help (and safety, where there is such a page) into the folder; the files written."""
    there = [name for name in NAMES if (i18n.content().folder / "en" / f"{name}.md").is_file()]
    written = [_save(folder / "theme.css", theme_css()), *_copied(folder)]
    for language in i18n.site().languages:
        for name in there:
            written.append(_save(folder / _place(language, name), _page(language, name, there)))
    return [*written, _copy(folder / _place(i18n.find("en"), "help"), folder / "index.html")]


def _page(language: Language, name: str, there: list[str]) -> str:
    up = "../" if language.prefix else ""
    words = i18n.content().page(name, language.code)
    known = {"layout": "layouts/frozen.html", "name": name, "there": there, "up": up, "place": _place}
    with current_app.test_request_context(f"/{name}"), i18n.speaking(language):
        page = render_template(f"pages/{name}.html", words=words, **known)
    return INSIDE.sub(lambda link: _relative(link, there), page)


def _place(language: Language, name: str) -> str:
    """Where a page lies in the folder."""
    return f"{language.code}/{name}.html" if language.prefix else f"{name}.html"


def _relative(link: re.Match[str], there: list[str]) -> str:
    """A link to a page that came along leads to it; of any other only the words stay."""
    name = link["path"].rpartition("/")[2]
    return f'<a href="{name}.html">{link["words"]}</a>' if name in there else link["words"]


def _copied(folder: Path) -> list[Path]:
    static = Path(str(current_app.static_folder))
    return [_copy(static / source, folder / name) for source, name in FILES.items()]


def _copy(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(source, target))


def _save(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path
