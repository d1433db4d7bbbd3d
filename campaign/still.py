"""Still copies for the proxy: what it shows while the site is away, so that the hotline is never away with it.

`/help` and `/safety` in every language, a page that says "soon" (with the hotline at its top, as everywhere), and the
static files. They are written at each start, for words change only then.
"""

import shutil
from pathlib import Path

from flask import Flask
from flask_babel import gettext

from . import i18n, web
from .config import Config

FOLDER = "_still"
NEVER_AWAY = ("help", "safety")


def write(site: Flask, config: Config, folder: Path) -> int:
    """Write everything anew into a folder that the proxy may read; how many pages."""
    headers = {"Host": config.host_name, "X-Forwarded-Proto": config.base_url.partition(":")[0]}
    target = folder / FOLDER
    target.mkdir(mode=0o755, parents=True, exist_ok=True)
    client, pages = site.test_client(), {}
    pages["theme.css"] = client.get("/theme.css", headers=headers).text
    with site.app_context():
        languages = i18n.site().languages
    for language in languages:
        for name in NEVER_AWAY:
            pages[f"{name}-{language.code}.html"] = client.get(f"{language.prefix}/{name}", headers=headers).text
        there = {"SCRIPT_NAME": language.prefix}  # so that its links stay in the language
        with site.test_request_context("/", headers=headers, environ_overrides=there), i18n.speaking(language):
            sentence = gettext("We cannot reach our records now. Nothing was lost or saved.")
            soon = web.error_page(503, sentence, gettext("Please try again soon"))
            pages[f"away-{language.code}.html"] = soon.get_data(as_text=True)
    for name, text in pages.items():
        draft = target / f".{name}"
        draft.write_text(text, encoding="utf-8")
        draft.chmod(0o644)
        draft.replace(target / name)
    _copy(config.place("static"), folder / "static")
    return len(pages)


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, dirs_exist_ok=True, copy_function=shutil.copyfile)
    for path in (target, *target.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
