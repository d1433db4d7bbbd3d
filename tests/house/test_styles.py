"""Style sheets name directions of the text, not of the screen, so that any script needs no second file."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "static" / "css"
SIDES = "left|right|top|bottom"
PHYSICAL = re.compile(
    rf"""(?<![\w-])(?:
        (?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:{SIDES})(?:-\w+)*\s*:
      | border-(?:top|bottom)-(?:left|right)-radius\s*:
      | (?:{SIDES}|(?:min-|max-)?(?:width|height)|overflow-[xy])\s*:
      | (?:text-align|float|clear|caption-side)\s*:\s*(?:left|right|top|bottom)\b
    )""",
    re.VERBOSE,
)
MEDIA = re.compile(r"@media[^{]*")  # widths of the window have no other name


def physical(css: str) -> list[str]:
    """What a style sheet says of the screen's sides."""
    return PHYSICAL.findall(MEDIA.sub("", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)))


@pytest.mark.parametrize("path", sorted(CSS.glob("*.css")), ids=lambda path: path.name)
def test_a_style_sheet_says_start_and_end(path):
    assert physical(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "css", ["a { margin-left: 1px }", "a{left:0}", "a { width: 3rem; }", "a { text-align: right }", "a { float: left }"]
)
def test_a_side_of_the_screen_is_noticed(css):
    assert physical(css)
