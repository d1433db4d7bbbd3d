"""Files are named after what they hold, and begin by saying it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VAGUE = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "misc",
    "manager",
    "managers",
    "base",
    "core",
    "lib",
    "stuff",
}
MODULES = sorted(
    path
    for folder in ("campaign", "tests", ".ci")
    for path in (ROOT / folder).rglob("*.py")
    if path.name != "__init__.py" or folder == "campaign"
)


def test_no_file_or_folder_has_a_name_that_says_nothing():
    parts = {part for path in MODULES for part in path.relative_to(ROOT).with_suffix("").parts}
    assert parts & VAGUE == set()
    assert all(not part.endswith(("_utils", "_helpers")) for part in parts)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_begins_with_a_sentence_about_itself(path):
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert said, "no docstring"
    first = said.split("\n\n")[0]
    assert first.rstrip().endswith((".", "?", ":")) and " " in first
