"""P28: a poster is set while one blinks, a thousand of them leave no trace in memory, a thousand cards cost little."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from itertools import count
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import typst

from campaign import fonts, qr
from campaign.printables import designs
from campaign.printables.designs import Item
from tests.printables.looking import ADDRESS, CONTENT, PRESS, codes, look

from .gates import Failed, Figure, Finding, Run, Series, gate
from .p18_poster import times
from .stand import Measure, Stand

CARDS = 1000
SHOP = 250  # cards for a shop: they are compared by the card, and take five times as long
POSTERS = 10  # in a run
NEVER = count()  # used again
EARLY, ALL = 100, 1000  # posters after which memory is read
CARD, POSTER = designs.get("business-card"), designs.get("poster")
UNCODED = replace(CARD, side=0.0)
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
    """Posters warm; a thousand cards beside qrcode's codes and typst's pages; a thousand posters in one process.

    Each turn has a process of its own, as each print has: typst remembers what it has laid out, and a poster set
    right after a thousand cards waits while that is forgotten.
    """
    with TemporaryDirectory(dir=stand.folder) as folder:
        bare = _without_codes(Path(folder))
        finding.remarks.append(_readable())
        posters, whole, cards, plain = stand.in_turn(
            _apart("a poster, warm: typst alone", "setting"),
            _apart("a poster, warm: words, code, file and gates, too", "posters"),
            _apart("1,000 unique cards, office", "cards", "office"),
            _apart("1,000 codes by qrcode, and the pages without codes", "plain", str(bare)),
            warm=True,
        )
        press, make = _apart(f"{SHOP} unique cards, a shop", "cards", "press")
        press.runs.append(make(0))  # once, for nothing is asked of it
    finding.series += [posters, whole, cards, plain, press]
    finding.remarks.append(
        "Cards are compared by the processor time of both sides; the same by the clock is beside it."
    )
    early, late = _memory()
    finding.figures += [
        Figure("setting a poster, warm", posters.middle("p50") * 1000, 30, 10, unit=" ms", upwards=False),
        Figure("setting a poster, warm, processor", _cost(posters) * 1000, unit=" ms", upwards=False),
        Figure("all of a poster, warm", whole.middle("p50") * 1000, unit=" ms", upwards=False),
        Figure("1,000 cards ÷ codes and pages apart, processor", _cost(cards) / _cost(plain), 1.5, 1.1, upwards=False),
        Figure("the same by the clock", cards.middle("p50") / plain.middle("p50"), upwards=False),
        Figure("the same for a shop, processor", _cost(press) / _cost(plain) * CARDS / SHOP, upwards=False),
        Figure("memory after 1,000 posters ÷ after 100", late / early, 1.15, 1.05, upwards=False),
    ]


def _apart(name: str, *what: str) -> tuple[Series, Measure]:
    """A turn of a number of things, however long it takes, in a process of its own."""

    def run(_seconds: float) -> Run:
        command = [sys.executable, "-m", __name__, *what]
        return Run(**json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))

    return Series(name), run


def _here(what: str, how: str = "") -> Run:
    """The same in the process that was started for it."""
    if what in ("setting", "posters"):
        for _ in range(POSTERS):
            poster(next(NEVER))
    if what == "setting":
        return _setting(POSTERS)
    makes: dict[str, Callable[[], object]] = {
        "posters": lambda: poster(next(NEVER)),
        "cards": lambda: cards_for(how),
        "plain": lambda: (_codes(), _pages(Path(how))),
    }
    return times(POSTERS if what == "posters" else 1, lambda _: makes[what]())


def _cost(series: Series) -> float:
    """Processor time: in so few and so long runs the neighbours' share of the clock would be measured."""
    return series.middle("cpu")


def _setting(number: int) -> Run:
    """What typst takes for so many posters that it has not set before, words and codes made beforehand."""
    took, cpu = [], 0.0
    for _ in range(number):
        filled = designs.filled(CONTENT, POSTER, [Item(("en",), _address(next(NEVER)))])
        given = {"print": json.dumps(filled, ensure_ascii=False)}
        compiler = PRESS._compiler(POSTER.slug, given)
        used, start = process_time(), perf_counter()
        compiler.compile_with_warnings(format="pdf", pdf_standards="ua-1")
        took.append(perf_counter() - start)
        cpu += process_time() - used
    took.sort()
    return Run(number / sum(took), median(took), took[len(took) * 99 // 100], took[-1], cpu / number, 0.0)


def poster(number: int) -> bytes:
    """One of many different posters."""
    return designs.pdf(PRESS, CONTENT, POSTER, [Item(("en",), _address(number))])


def cards_for(output: str) -> bytes:
    """A thousand cards, or some for a shop, each with a code of its own."""
    return designs.pdf(PRESS, CONTENT, CARD, _items(SHOP if output == "press" else CARDS), "letter", output)


def _items(number: int = CARDS) -> list[Item]:
    """Cards that were never set before: typst remembers what it has laid out."""
    return [Item(("en",), _address(next(NEVER))) for _ in range(number)]


def _address(number: int) -> str:
    return f"{ADDRESS[:-6]}{number:06}"


def _codes() -> list[str]:
    """The same codes as qrcode makes them with a fixed mask, drawn as we draw them."""
    return [qr.path(qr.runs(qr.modules(item.address))) for item in _items()]


def _without_codes(folder: Path) -> Path:
    """The same design, with white where the code would stand."""
    shutil.copytree(PRESS.folder, folder / "bare")
    design = folder / "bare" / f"{CARD.slug}.typ"
    said = design.read_text("utf-8")
    bare = said.replace("code-square(one.code, square, logo: logo-of(one))", "none")
    bare = bare.replace("one.code.side * 1mm", f"{CARD.side}mm").replace(
        "square * one.code.quiet / one.code.modules", "3mm"
    )
    if "one.code" in bare or bare == said:
        raise Failed("the design does not draw its code as expected")
    design.write_text(bare, "utf-8")
    return folder / "bare"


def _pages(folder: Path) -> bytes:
    """What typst alone makes of them: no gate, but the tags, for they are what the file is."""
    filled = designs.filled(CONTENT, UNCODED, _items())
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


if __name__ == "__main__":
    print(json.dumps(asdict(_here(*sys.argv[1:]))))
