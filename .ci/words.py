"""Collects the words to translate into the catalogues; with --check only says where a catalogue is behind."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "campaign" / "translations"
KEYWORDS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "_l": None,
    "guarded": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
GUARDED = "guarded"  # the comment at a text that must not be wrong: see campaign/catalogues.py
SOURCES = [
    ("campaign", "**.py", "python"),
    ("templates", "**.html", "jinja2"),
    ("templates", "**.txt", "jinja2"),
]


def collected() -> Catalog:
    """Every text that the code and the templates want translated."""
    catalogue = Catalog(project="campaign", charset="utf-8", creation_date=datetime(2026, 1, 1, tzinfo=UTC))
    for folder, pattern, method in SOURCES:
        options = {pattern: {"encoding": "utf-8", "silent": "false"}}
        for keywords, mark in ((KEYWORDS, []), ({"guarded": None}, [GUARDED])):
            found = extract_from_dir(ROOT / folder, [(pattern, method)], options, keywords, ("Translators:",))
            for name, _line, message, comments, context in found:
                # Files without line numbers: a catalogue changes when a text does, not when a line moves.
                place = [(f"{folder}/{name}", None)]
                catalogue.add(message, None, place, auto_comments=[*comments, *mark], context=context)
    return catalogue


def behind(catalogue: Catalog, words: Catalog) -> list[str]:
    """What a catalogue lacks, and what it still holds though nobody says it, a line each."""
    wanted = {(m.id if isinstance(m.id, str) else m.id[0], m.context) for m in words if m.id}
    held = {(m.id if isinstance(m.id, str) else m.id[0], m.context): m for m in catalogue if m.id}
    missing = [f"missing: {text}" for text, context in wanted if (text, context) not in held]
    unused = [f"no longer used: {text}" for text, context in held if (text, context) not in wanted]
    unsure = [f"not translated: {key[0]}" for key, m in held.items() if key in wanted and not _done(m)]
    marked = {m.id for m in words if GUARDED in m.auto_comments}
    unmarked = [
        f"not marked as {GUARDED}: {m.id}" for m in held.values() if (GUARDED in m.auto_comments) != (m.id in marked)
    ]
    wrong = [f"{error}: {m.id}" for m, errors in catalogue.check() for error in errors]
    return sorted(missing + unused + unsure + unmarked + wrong)


def _done(message) -> bool:
    parts = message.string if isinstance(message.string, tuple | list) else [message.string]
    return all(parts) and not message.fuzzy


def check(paths: list[Path], words: Catalog) -> int:
    """Say what is behind; the exit status."""
    troubles = 0
    for path in paths:
        for trouble in behind(_read(path), words):
            troubles += 1
            print(f"{path.relative_to(ROOT)}: {trouble}", file=sys.stderr)
    if troubles:
        print("`make words` brings the catalogues up to date; then translate what is new.", file=sys.stderr)
    return 1 if troubles else 0


def update(paths: list[Path], words: Catalog) -> int:
    """Bring every catalogue up to date: new texts empty, unused ones gone, translations kept."""
    for path in paths:
        catalogue = _read(path)
        catalogue.update(words, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalogue, width=110, sort_output=True, ignore_obsolete=True)
        lacking = [m for m in catalogue if m.id and not _done(m)]
        print(f"{path.parts[-3]}: {len(catalogue)} texts, {len(lacking)} to translate in {path.relative_to(ROOT)}")
        for message in lacking:
            print(f"    {message.id if isinstance(message.id, str) else message.id[0]}")
    return 0


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parts[-3])


if __name__ == "__main__":
    catalogues = sorted(CATALOGUES.glob("*/LC_MESSAGES/messages.po"))
    sys.exit((check if "--check" in sys.argv else update)(catalogues, collected()))
