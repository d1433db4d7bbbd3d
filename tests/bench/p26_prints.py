"""P26: whoever visits the site while a thousand pieces are printed waits hardly longer than otherwise."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from campaign.links import rules
from campaign.printables import child, making
from tests.printables.looking import CONTENT, PRESS, ROOT

from .gates import Failed, Figure, Finding, Run, Series, gate
from .records import PLEDGES
from .stand import Site, Stand

PIECES, CROWD = 1_000, 16
LIMIT, TARGET = 1.5, 1.2


@gate("P26", "A print of a thousand pieces slows the slowest answers of the site by at most half.", ("sqlite",))
def measure(stand: Stand, finding: Finding) -> None:
    """Signing by turns, alone and while the process that prints makes one print after another.

    Answers leave at once here: in steps of 25 ms, as otherwise, a wait of two steps becomes two or three by chance.
    """
    with TemporaryDirectory(dir=stand.folder) as folder, stand.site("campaign", equal_work=False) as site:
        plan(Path(folder), PIECES)
        finding.remarks.append(_made(Path(folder)))
        token = stand.token(site)
        alone, beside = stand.in_turn(
            (Series("signing"), partial(stand.sign, site, CROWD, token, PLEDGES)),
            (Series("signing while 1,000 cards are printed"), partial(_beside, stand, site, token, Path(folder))),
            long=True,
        )
    finding.series += [alone, beside]
    ratio = beside.middle("p99") / alone.middle("p99")
    finding.figures.append(Figure("p99 while printing ÷ p99", ratio, LIMIT, TARGET, upwards=False))


def plan(folder: Path, number: int, design: str = "business-card", output: str = "office") -> dict[str, Any]:
    """What the process that prints is told to make: so many pieces, each with a code of its own."""
    row = {"languages": ["en"], "place": "", "partner": "", "logo": "", "hangs_at": "", "whose": "", "copies": 1}
    codes = [rules.new() for _ in range(number)]
    items = [
        {**row, "number": at, "code": code, "address": f"HTTPS://FREEDOM.EXAMPLE.ORG/Q/{code}"}
        for at, code in enumerate(codes, start=1)
    ]
    told = {"stage": "files", "id": 1, "title": "Sample cards", "made_at": "2027-01-11T12:00:00+00:00", "aim": ""}
    told |= {"design": design, "paper": "letter", "output": output, "nudge": [0, 0], "event": None}
    told |= {"leads_to": "/pledges/freedom", "content": str(CONTENT.folder), "demo": True, "press": str(PRESS.folder)}
    told |= {"whole": True, "logos": {}, "items": items, "languages": {"en": "English"}}
    (folder / "plan.json").write_text(json.dumps(told), encoding="utf-8")
    return told


def _start(folder: Path) -> "subprocess.Popen[bytes]":
    """The process as the worker starts it, with nothing made yet."""
    for file in folder.glob("*.*"):
        if file.name != "plan.json":
            file.unlink()
    command, pipe = [sys.executable, "-m", child.__name__, str(folder)], subprocess.PIPE
    return subprocess.Popen(command, env=making.environment(), cwd=ROOT, stdin=pipe, stdout=pipe)


def _made(folder: Path) -> str:
    """How long one print takes and how large it is. Raises Failed when it is none."""
    began = monotonic()
    process = _start(folder)
    assert process.stdout is not None
    said = json.loads(process.stdout.read().splitlines()[-1])
    process.communicate()
    if "made" not in said:
        raise Failed(f"the print was not made: {said}")
    return f"A print of {PIECES} cards takes {monotonic() - began:.1f} s and has {said['made']['size']} bytes."


@contextmanager
def _printing(folder: Path) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """A process that prints, until the block ends."""
    running = [_start(folder)]
    try:
        yield running
    finally:
        running[-1].kill()
        running[-1].communicate()


def _beside(stand: Stand, site: Site, token: str, folder: Path, seconds: float) -> Run:
    """Sign while it prints. Raises Failed when it was ready before the signing was, for then nothing is compared."""
    with _printing(folder) as running:
        done = stand.sign(site, CROWD, token, PLEDGES, seconds)
        if running[-1].poll() is not None:
            raise Failed("the print was ready before the signing was; make it larger")
    return done
