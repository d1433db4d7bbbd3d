"""What is made of a plan: a trial of every piece, a proof with its sheet, and the files of all pieces in one ZIP."""

import csv
import os
import zipfile
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cached_property, partial
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from .. import text
from ..content import Content
from ..errors import Refused
from ..typeset import Press, unbroken
from . import designs, filling, formats, piles
from .designs import Event, Item

MOST_REASONS, MOST_SAMPLES, MOST_PICTURES = 20, 12, 4
TOGETHER = 100  # pieces tried at once; when one of them fails each is tried alone
PICTURE = 60  # pixels an inch
Made = dict[str, Any]


class Unprinted(Refused):
    """Some pieces cannot be printed; `reasons` holds a sentence for each."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


class Job:
    """One stage of one print. `tell` hears how many pieces are in finished files."""

    def __init__(self, plan: dict[str, Any], folder: Path, tell: Callable[[dict[str, Any]], None]) -> None:
        self.plan, self.folder, self.tell = plan, folder, tell
        self.content = Content(Path(plan["content"]), demo=plan["demo"])
        self.press, self.design = Press(Path(plan["press"])), designs.get(plan["design"])
        self.logos = {key: b64decode(logo) for key, logo in plan["logos"].items()}
        self.rows: list[dict[str, Any]] = plan["items"]

    def run(self) -> Made:
        """The stage that the plan names. Raises Unprinted, Refused, OSError."""
        stages: dict[str, Callable[[], Made]] = {"trial": self.trial, "proof": self.proof, "files": self.files}
        return stages[self.plan["stage"]]()

    @cached_property
    def pieces(self) -> list[dict[str, Any]]:
        """Every piece, copies and all, in order."""
        return [row for row in self.rows for _ in range(row["copies"])]

    def item(self, row: dict[str, Any]) -> Item:
        """A row as the design takes it."""
        event = Event(**self.plan["event"]) if self.plan["event"] else None
        more = {"place": row["place"], "partner": row["partner"], "logo": self.logos.get(row["logo"], b"")}
        return Item(tuple(row["languages"]), row["address"], aim=self.plan["aim"], event=event, **more)

    def set(self, rows: list[dict[str, Any]], output: str = "") -> bytes:
        """These pieces as a PDF, as the print wants them. Raises Refused."""
        how = self.plan["paper"], output or self.plan["output"]
        nudge = self.plan["nudge"][0], self.plan["nudge"][1]
        return designs.pdf(self.press, self.content, self.design, [self.item(row) for row in rows], *how, nudge=nudge)

    def trial(self) -> Made:
        """Set every piece that differs from those before it, and the sheet about them, and keep nothing."""
        kinds = {(tuple(r["languages"]), r["place"], r["partner"], r["logo"], len(r["address"])): r for r in self.rows}
        differing, reasons = list(kinds.values()), list[str]()
        for start in range(0, len(differing), TOGETHER):
            reasons += self._tried(differing[start : start + TOGETHER])
            if len(reasons) >= MOST_REASONS:
                break
        if reasons:
            raise Unprinted(reasons[:MOST_REASONS])
        self._cover()
        return {}

    def _tried(self, rows: list[dict[str, Any]]) -> list[str]:
        """Why some of these cannot be printed, a sentence each."""
        self.tell({"done": 0})  # no file will come of it, but whoever listens is to know that we are at work
        try:
            self.set(rows, "office")
        except Refused as error:
            if len(rows) > 1:
                return [reason for row in rows for reason in self._tried([row])]
            return [f"Piece {rows[0]['number']}{self._about(rows[0])}: {error}"]
        return []

    def _about(self, row: dict[str, Any]) -> str:
        return f" ({row['hangs_at']})" if row["hangs_at"] else ""

    def proof(self) -> Made:
        """One piece of each kind as it will be printed, pictures of some, and the sheet about the whole."""
        kinds: dict[tuple[object, ...], dict[str, Any]] = {}
        for row in self.rows:
            kinds.setdefault((tuple(row["languages"]), row["partner"], row["logo"]), row)
        samples = list(kinds.values())[:MOST_SAMPLES]
        self._finish("cover.pdf", self._cover)
        self._finish("proof.pdf", partial(self.set, samples))
        for number, row in enumerate(samples[:MOST_PICTURES], start=1):
            self._finish(f"proof-{number}.png", partial(self._picture, row))
        return {}

    def _picture(self, row: dict[str, Any]) -> bytes:
        return designs.png(self.press, self.content, self.design, self.item(row), self.plan["paper"], ppi=PICTURE)

    def files(self) -> Made:
        """The files of all pieces, sheet by sheet for cutting, and at last all of it in one."""
        whole = self.folder / f"print-{self.plan['id']}.zip"
        if not whole.exists():
            self.proof()
            parts = [*self._parts()]
            self._finish("pieces.csv", self._table)
            inside = [self.folder / name for name in ("cover.pdf", "proof.pdf", "pieces.csv")]
            self._pack(whole, [*inside, *parts])
        for part in self.folder.glob("pieces-*.pdf"):
            part.unlink()
        return {"size": whole.stat().st_size, "digest": sha256(whole.read_bytes()).hexdigest()}

    def _parts(self) -> Iterator[Path]:
        done = 0
        for number, places in enumerate(piles.files(len(self.pieces), self.per_sheet), start=1):
            order = piles.in_piles(len(places), self.per_sheet)
            rows = [self.pieces[places[at]] for at in order]
            yield self._finish(f"pieces-{number:02}.pdf", partial(self.set, rows))
            done += len(places)
            self.tell({"done": done})

    @property
    def per_sheet(self) -> int:
        """How many stand on a sheet; a print shop gets each on a page of its own, and lays them out itself."""
        return 1 if self.plan["output"] == "press" else self.design.per_sheet(self.plan["paper"])

    def _finish(self, name: str, make: Callable[[], bytes]) -> Path:
        """The file of this name, made unless it is there; it is there only when it is whole and on the disk."""
        path = self.folder / name
        if not path.exists():
            made = make()
            draft = self._draft(path)
            with draft.open("wb") as file:
                file.write(made)
                file.flush()
                os.fsync(file.fileno())
            self._put(draft, path)
        return path

    def _draft(self, path: Path) -> Path:
        """Under which name a file is written; its own at once where a test wants to see what comes of that."""
        return path.with_name(f".{path.name}.{os.getpid()}.part") if self.plan["whole"] else path

    def _put(self, draft: Path, path: Path) -> None:
        """Give a file that is on the disk its name, and see the name onto the disk, too."""
        draft.replace(path)
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def _pack(self, path: Path, parts: list[Path]) -> None:
        """These files in one, which is the same whenever it is made: all times in it are that of the print."""
        draft, moment = self._draft(path), datetime.fromisoformat(self.plan["made_at"]).astimezone(UTC)
        with draft.open("wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
                for part in parts:
                    name = zipfile.ZipInfo(f"print-{self.plan['id']}/{part.name}", moment.timetuple()[:6])
                    name.external_attr, name.create_system = 0o644 << 16, 3
                    packed.writestr(name, part.read_bytes())
            file.flush()
            os.fsync(file.fileno())
        self._put(draft, path)

    def _table(self) -> bytes:
        """The pieces as a table for a spreadsheet: which hangs where, and under which code."""
        out = StringIO()
        table = csv.writer(out)
        table.writerow(["piece", "place", "language", "partner", "copies", "code", "address"])
        for row in self.rows:
            said = (row["hangs_at"], " + ".join(row["languages"]), row["whose"], str(row["copies"]), row["code"])
            table.writerow([str(row["number"]), *map(text.cell, said), filling.legible(row["address"])])
        return ("\ufeff" + out.getvalue()).encode()

    def _cover(self) -> bytes:
        """The sheet that goes with the print. Raises Refused."""
        plan, names = self.plan, self.plan["languages"]
        sheets, ordered = -(-len(self.pieces) // self.per_sheet), datetime.fromisoformat(plan["made_at"])
        facts = [
            ("Design", self.design.title),
            ("Paper", formats.PAPERS[plan["paper"]]),
            ("For", formats.OUTPUTS[plan["output"]]),
            ("Pieces", f"{len(self.pieces):,}"),
            ("Pages" if plan["output"] == "press" else "Sheets", f"{sheets:,}"),
            ("Leads to", plan["leads_to"] or "nothing that is counted: the hotline alone"),
            ("Ordered", f"{ordered.astimezone(ZoneInfo(self.content.site.campaign.time_zone)):%Y-%m-%d %H:%M %Z}"),
        ]
        per = ", ".join(f"{len(one):,}" for one in piles.files(len(self.pieces), self.per_sheet))
        lines: dict[tuple[str, ...], list[int]] = {}
        for row in self.rows:
            spoken = " + ".join(names.get(one, one) for one in row["languages"])
            lines.setdefault((row["hangs_at"] or "No place", spoken, row["whose"] or "–"), []).append(row["copies"])
        return self.press.pdf(
            "cover",
            {
                "title": unbroken(plan["title"]),
                "id": plan["id"],
                "facts": facts,
                "files": per,
                "piles": self.per_sheet if self.per_sheet > 1 else 0,
                "rows": [[*map(unbroken, key), f"{sum(copies):,}"] for key, copies in lines.items()],
                "organisation": self.content.site.campaign.organisation,
                "number": self.content.site.hotline.shown,
                "press": plan["output"] == "press",
                "paper": "us-letter" if plan["paper"] == "letter" else "a4",
            },
        )
