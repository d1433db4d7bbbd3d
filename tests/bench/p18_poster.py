"""P18: a poster, and a thousand codes on a hundred sheets, beside plain qrcode and plain typst."""

import json
import shutil
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import qrcode
import typst
from qrcode.image.svg import SvgPathImage

from campaign import fonts, qr
from campaign.printables import poster
from campaign.typeset import Press, code
from tests.printables.looking import ADDRESS, CONTENT, PRESS, codes, look

from .gates import Failed, Figure, Finding, Run, Series, gate
from .stand import Measure, Stand

CODES = 1000  # on the sheets
ALONE = 150
SIDE = 20.0  # mm
TIMES = 10  # posters in a run
# Ten codes a sheet, as business cards come. `square` draws one of them.
SHEETS = """
#set document(title: "Codes", date: none)
#set page(width: 8.5in, height: 11in, margin: 0.5in)
#let print = json(bytes(sys.inputs.print))
= Codes
#grid(columns: (1fr, 1fr), rows: 1.9in, ..print.codes.map(one => square(one)))
"""
OURS = '#import "parts.typ": code-square\n#let square(one) = code-square(one, one.side * 1mm)\n'
PLAIN = '#let square(one) = image(bytes(one.svg), format: "svg", width: one.side * 1mm)\n'


@gate(
    "P18",
    "A poster behind three gates is no slower than one without, and codes are made three times as fast.",
    ("sqlite",),
)
def measure(stand: Stand, finding: Finding) -> None:
    """Posters by turns with plain ones; then codes alone, and on sheets. What is made is looked at first."""
    with TemporaryDirectory(dir=stand.folder) as folder:
        press, plain = _press(Path(folder))
        finding.remarks += [_same_poster(plain), _readable(press)]
        bare, mine, slow, quick, chosen, sheets, bare_sheets = stand.in_turn(
            _turn("a poster, plain typst and qrcode", TIMES, lambda n: _plain_poster(plain, _address(n))),
            _turn("a poster, three gates", TIMES, lambda n: _our_poster(_address(n))),
            _turn("a code, plain qrcode to SVG", ALONE, lambda n: _svg(_address(n))),
            _turn("a code, ours", ALONE, lambda n: code(_address(n), SIDE)),
            _turn("a code, ours, mask chosen anew", ALONE, lambda n: _chosen(_address(n))),
            _turn("1,000 codes on sheets, ours", 1, lambda _: _our_sheets(press)),
            _turn("1,000 codes on sheets, plain", 1, lambda _: _plain_sheets(plain)),
            warm=True,
        )
    finding.series += [bare, mine, slow, quick, chosen, sheets, bare_sheets]
    finding.figures += [
        Figure("poster ÷ plain typst and qrcode", mine.middle() / bare.middle(), 1.0, 1.5),
        Figure("a code ÷ plain qrcode", quick.middle() / slow.middle(), 3.0, 5.0),
        Figure("1,000 codes on sheets ÷ plain", sheets.middle() / bare_sheets.middle(), 1.0, 1.5),
        Figure("mask chosen anew ÷ plain qrcode", chosen.middle() / slow.middle(), 3.0, control=True),
    ]


def _press(folder: Path) -> tuple[Press, Path]:
    """Our designs with a sheet of codes beside them, and the same with the code as plain qrcode draws it."""
    shutil.copytree(PRESS.folder, folder / "ours")
    shutil.copytree(PRESS.folder, folder / "plain")
    (folder / "ours" / "sheets.typ").write_text(OURS + SHEETS)
    (folder / "plain" / "sheets.typ").write_text(PLAIN + SHEETS)
    design = (folder / "plain" / "poster.typ").read_text("utf-8")
    square = '#let code-square(one, side, logo: none) = image(bytes(one.svg), format: "svg", width: side)\n#let edge'
    (folder / "plain" / "poster.typ").write_text(design.replace("#let edge", square, 1), "utf-8")
    return Press(folder / "ours"), folder / "plain"


def _turn(name: str, number: int, make: Callable[[int], object]) -> tuple[Series, Measure]:
    return Series(name), lambda _seconds: times(number, make)  # a number of things, however long it takes


def times(number: int, make: Callable[[int], object]) -> Run:
    """Make it so many times; the rate, and how long one took."""
    took, cpu, began = [], process_time(), perf_counter()
    for one in range(number):
        start = perf_counter()
        make(one)
        took.append(perf_counter() - start)
    whole = perf_counter() - began
    took.sort()
    return Run(
        number / whole, median(took), took[len(took) * 99 // 100], took[-1], (process_time() - cpu) / number, 0.0
    )


def _address(number: int) -> str:
    return f"{ADDRESS[:-4]}{number:04}"


def _our_poster(address: str) -> bytes:
    return poster.pdf(PRESS, CONTENT, "en", address)


def _plain_poster(folder: Path, address: str) -> bytes:
    filled = poster.filled(CONTENT, "en", address, "letter")
    filled["items"][0]["code"] |= {"svg": _svg(address), "path": ""}
    return _plain(folder / "poster.typ", filled)


def _our_sheets(press: Press) -> bytes:
    return press.pdf("sheets", {"codes": [code(_address(number), SIDE) for number in range(CODES)]})


def _plain_sheets(folder: Path) -> bytes:
    content = {"codes": [{"svg": _svg(_address(number)), "side": SIDE} for number in range(CODES)]}
    return _plain(folder / "sheets.typ", content)


def _plain(design: Path, content: Mapping[str, object]) -> bytes:
    """What one would write in five minutes: no gate, no tags."""
    folders = [face.folder for face in fonts.FACES if face.folder]
    given = {"print": json.dumps(content)}
    return typst.compile(design, font_paths=folders, ignore_system_fonts=True, sys_inputs=given, pdf_tags=False)


def _svg(address: str) -> str:
    out = BytesIO()
    qrcode.make(address, image_factory=SvgPathImage).save(out)
    return out.getvalue().decode()


def _chosen(address: str) -> object:
    """Our code with the best of the eight masks, tried one after the other."""
    plain = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=qr.QUIET)
    plain.add_data(address)
    return qr.runs(plain.get_matrix())


def _same_poster(plain: Path) -> str:
    """How large the two posters are. Raises Failed unless a phone reads both."""
    made = [_our_poster(ADDRESS), _plain_poster(plain, ADDRESS)]
    for one in made:
        if [found.text for found in codes(look(one).picture)] != [ADDRESS]:
            raise Failed("a poster's code cannot be read")
    return f"The poster has {len(made[0])} bytes, the plain one {len(made[1])}."


def _readable(press: Press) -> str:
    """How large a thousand codes are. Raises Failed unless the first sheet's codes are the right ones."""
    made = _our_sheets(press)
    sheet = look(made)
    found = sorted(one.text for one in codes(sheet.picture))
    if found != [_address(number) for number in range(len(found))] or len(found) < 8:
        raise Failed(f"the first sheet has the codes {found}")
    return f"{CODES} codes on {sheet.pages} sheets have {len(made)} bytes."
