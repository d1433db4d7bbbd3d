"""P28: a poster is set while one blinks, a thousand of them leave no trace in memory, a thousand cards cost little."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import typst

from campaign import fonts, qr
from campaign.printables import designs
from campaign.printables.designs import Item
from tests.printables.looking import ADDRESS, CONTENT, PRESS, codes, look

from .gates import Failed, Figure, Finding, gate
from .p18_poster import _turn
from .stand import Stand

CARDS = 1000
POSTERS = 20  # in a run
EARLY, ALL = 100, 1000  # posters after which memory is read
CARD, POSTER = designs.get("business-card"), designs.get("poster")
SETTLED = """
import resource, sys
from tests.bench.p28_designs import poster
for number in range({early}): poster(number)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
for number in range({early}, {all}): poster(number)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@gate(
    "P28",
    "A poster is set in the blink of an eye; a thousand unique cards cost little more than their codes and "
    "pages apart.",
    ("sqlite",),
)
def measure(stand: Stand, finding: Finding) -> None:
    """Posters warm; a thousand cards beside qrcode's codes and typst's pages; a thousand posters in one process."""
    with TemporaryDirectory(dir=stand.folder) as folder:
        bare, filled = _without_codes(Path(folder)), _uncoded()
        finding.remarks.append(_readable())
        poster(0)
        posters, cards, plain, press = stand.in_turn(
            _turn("a poster, warm", POSTERS, poster),
            _turn("1,000 unique cards, office", 1, lambda _: cards_for("office")),
            _turn("1,000 codes by qrcode, and the pages without codes", 1, lambda _: (_codes(), _pages(bare, filled))),
            _turn("1,000 unique cards, a shop", 1, lambda _: cards_for("press")),
        )
    finding.series += [posters, cards, plain, press]
    early, late = _memory()
    finding.figures += [
        Figure("a poster, warm", posters.middle("p50") * 1000, 30, 10, unit=" ms", upwards=False),
        Figure("1,000 cards ÷ codes and pages apart", plain.middle() / cards.middle(), 1.5, 1.1, upwards=False),
        Figure("the same for a shop", plain.middle() / press.middle(), upwards=False),
        Figure("memory after 1,000 posters ÷ after 100", late / early, 1.15, 1.05, upwards=False),
    ]


def poster(number: int) -> bytes:
    """One of many different posters."""
    return designs.pdf(PRESS, CONTENT, POSTER, [Item(("en",), _address(number))])


def cards_for(output: str) -> bytes:
    """A thousand cards, each with a code of its own."""
    return designs.pdf(PRESS, CONTENT, CARD, _items(), "letter", output)


def _items() -> list[Item]:
    return [Item(("en",), _address(number)) for number in range(CARDS)]


def _address(number: int) -> str:
    return f"{ADDRESS[:-4]}{number:04}"


def _codes() -> list[str]:
    """The same codes as qrcode makes them with a fixed mask, drawn as we draw them."""
    return [qr.path(qr.runs(qr.modules(_address(number)))) for number in range(CARDS)]


def _without_codes(folder: Path) -> Path:
    """The same design, with white where the code would stand."""
    shutil.copytree(PRESS.folder, folder / "bare")
    design = folder / "bare" / f"{CARD.slug}.typ"
    said = design.read_text("utf-8")
    bare = re.sub(r"code-square\(one\.code, square, logo: logo-of\(one\)\)", "none", said)
    if bare == said:
        raise Failed("the design has no code to leave out")
    design.write_text(bare, "utf-8")
    return folder / "bare"


def _uncoded() -> dict[str, Any]:
    """What those pages are filled with: the same words, and no code."""
    filled = designs.filled(CONTENT, CARD, _items())
    for one in filled["items"]:
        one["code"]["path"] = ""
    return filled


def _pages(folder: Path, filled: Mapping[str, Any]) -> bytes:
    """What typst alone makes of them: no gate, but the tags, for they are what the file is."""
    given = {"print": json.dumps(filled, ensure_ascii=False)}
    folders = [face.folder for face in fonts.FACES if face.folder]
    return typst.compile(folder / f"{CARD.slug}.typ", font_paths=folders, ignore_system_fonts=True, sys_inputs=given)


def _memory() -> tuple[int, int]:
    """The most memory of a process that sets posters, after some and after many; kilobytes."""
    said = subprocess.run(
        [sys.executable, "-c", SETTLED.format(early=EARLY, all=ALL)], check=True, capture_output=True, text=True
    ).stdout.split()
    return int(said[0]), int(said[1])


def _readable() -> str:
    """How large they are, and how long a cold start takes. Raises Failed unless a phone reads the first sheet."""
    began = perf_counter()
    made = cards_for("office")
    took = perf_counter() - began
    sheet = look(made)
    found = sorted(one.text for one in codes(sheet.picture))
    if found != [_address(number) for number in range(10)] or sheet.pages != CARDS // 10:
        raise Failed(f"the first of {sheet.pages} sheets has the codes {found}")
    return f"{CARDS} cards on {sheet.pages} sheets have {len(made)} bytes; the first time they took {took:.1f} s."
