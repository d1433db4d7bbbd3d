"""Bringing in a list: kept for an hour while its sender looks at what becomes of each row, then written."""

import csv
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from io import StringIO
from typing import Any, NamedTuple

from babel import Locale
from sqlalchemy import delete, func, insert, select

from .. import db, i18n
from ..errors import Refused
from ..text import UNREADABLE, cell, fold
from . import service
from .models import Place, PlaceList
from .reading import Row, Sheet
from .rules import COLUMNS, KINDS, Facts, cleaned, fault_of, kind_named

KEPT = timedelta(hours=1)
OTHER_NAMES = {"filipino": "tl", "simplifiedchinese": "zh-hans", "traditionalchinese": "zh-hant"}
NONE_WAITS = "This list is not waiting any more: an hour has passed, or you sent another one. Send it again."


class Fate(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    SAME = "already there"
    LIKELY = "likely double"
    WRONG = "wrong"


@dataclass(frozen=True)
class Verdict:
    """A row and what becomes of it: why, which place it is or may be, and what it says, where it can be read."""

    row: Row
    fate: Fate
    why: str = ""
    place_id: int | None = None
    facts: Facts | None = None

    @property
    def name(self) -> str:
        """What the row calls its place."""
        return self.facts.name if self.facts else cleaned("name", UNREADABLE.sub("", self.row.cells.get("name", "")))


Identity = tuple[str, str, str, str]


class Known(NamedTuple):
    """A place that is there, or a row above: its id or its number, in words for whoever reads of it."""

    place_id: int | None
    words: str


def keep(account_id: int, sheet: Sheet, now: datetime) -> None:
    """Keep a list for its sender; one that they sent before is forgotten."""
    db.session().execute(delete(PlaceList).where(PlaceList.account_id == account_id))
    rows = json.dumps([asdict(row) for row in sheet.rows], ensure_ascii=False)
    db.session().add(PlaceList(account_id=account_id, rows=rows, sent_at=now))


def waiting(account_id: int, now: datetime) -> PlaceList | None:
    """The list that this account has sent within the hour."""
    mine = (PlaceList.account_id == account_id) & (PlaceList.sent_at > now - KEPT)
    return db.session().scalar(select(PlaceList).where(mine))


def judge(kept: PlaceList) -> list[Verdict]:
    """What would become of each row now, in its order."""
    judge = Judge()
    return [judge.of(Row(**row)) for row in json.loads(kept.rows)]


class Judge:
    """Knows the places that are there, and the rows that it has seen."""

    def __init__(self) -> None:
        self.same: dict[Identity, Known] = {}
        self.names: dict[tuple[str, str], Known] = {}
        self.addresses: dict[str, Known] = {}
        self.partners = {fold(name): number for number, name in service.partners().items()}
        self.languages = languages_named()
        one = Place
        columns = (one.id, one.merged_into_id, one.name, one.name_key, one.zip, one.address_key, one.city)
        for row in db.session().execute(select(*columns).order_by(one.id)):
            identity = (row.name_key, row.zip[:5], row.address_key, fold(row.city))
            self._remember(identity, Known(row.merged_into_id or row.id, row.name), gone=bool(row.merged_into_id))

    def _remember(self, identity: Identity, known: Known, *, gone: bool = False) -> None:
        """A place that was merged is known by all that it was, and likeness to it says nothing."""
        name, zip_code, address, _ = identity
        self.same.setdefault(identity, known)
        if not gone:
            self.names.setdefault((name, zip_code), known)
            if address:
                self.addresses.setdefault(address, known)

    def of(self, row: Row) -> Verdict:
        """What becomes of this row, after those above it."""
        said = self._read(row)
        if isinstance(said, str):
            return Verdict(row, Fate.WRONG, said)
        if there := self.same.get(said.identity):
            return Verdict(row, Fate.SAME, there.words, there.place_id, said)
        like = self.names.get((said.name_key, said.zip[:5])) or self.addresses.get(said.address_key)
        self._remember(said.identity, Known(None, f"row {row.number}"))
        if like:
            return Verdict(row, Fate.LIKELY, like.words, like.place_id, said)
        return Verdict(row, Fate.NEW, facts=said)

    def _read(self, row: Row) -> Facts | str:
        """What the row says of a place, or in a sentence why it cannot be taken."""
        if row.more:
            return "It has more cells than there are columns."
        if any(UNREADABLE.search(one) for one in row.cells.values()):
            return "Some characters in it could not be read."
        said = {name: cleaned(name, row.cells.get(name, "")) for name in COLUMNS}
        kind, whose = kind_named(said.pop("kind")), said.pop("partner")
        spoken = self._spoken(said.pop("languages"))
        faults = [fault for name, text in said.items() if (fault := fault_of(name, text))]
        if kind is None:
            faults.append(
                f"There is no kind “{row.cells['kind'].strip()[:40]}”. There are: {', '.join(KINDS.values())}."
            )
        if isinstance(spoken, str):
            faults.append(spoken)
        mine = self.partners.get(fold(whose))
        if mine is None and fold(whose) not in LEAD:
            faults.append(f"There is no partner “{whose[:40]}”.")
        if faults or kind is None or isinstance(spoken, str):
            return " ".join(faults)
        return Facts(**said, kind=kind.value, languages=spoken, partner_id=mine)

    def _spoken(self, text: str) -> tuple[str, ...] | str:
        """The codes of the languages named in a cell, in the site's order; or which of them is not known."""
        for sign in (";", "/", "|", "\n", " and ", "&"):
            text = text.replace(sign, ",")
        named = [one.strip() for one in text.split(",") if fold(one)]
        if strange := next((one for one in named if fold(one) not in self.languages), None):
            return f"This site has no language “{strange[:40]}”. It has: {', '.join(_in_english())}."
        codes = {self.languages[fold(one)] for one in named}
        return tuple(one.code for one in i18n.site().languages if one.code in codes)


LEAD = ("", "lead", "thelead")


def languages_named() -> dict[str, str]:
    """Every name under which a language of the site is known, folded, with its code."""
    known = {name: code for name, code in OTHER_NAMES.items() if i18n.site().language(code)}
    for one, english in zip(i18n.site().languages, _in_english(), strict=True):
        known |= {fold(name): one.code for name in (one.code, one.name, one.tag, english)}
    return known


def _in_english() -> list[str]:
    locales = [Locale.parse(i18n.locale_of(one)) for one in i18n.site().languages]
    return [str(Locale(one.language, script=one.script).english_name) for one in locales]


def bring_in(account_id: int, list_id: int, too: Iterable[int], now: datetime) -> int:
    """Write what is new, and of the likely doubles the rows in `too`; how many. Twice adds nothing. Raises Refused."""
    db.take_turn(service.TURN)
    kept, wanted = waiting(account_id, now), set(too)
    if kept is None or kept.id != list_id:
        raise Refused(NONE_WAITS)
    new = [
        one.facts.columns() | {"added_at": now, "public": False, "version": 1}
        for one in judge(kept)
        if one.facts and (one.fate == Fate.NEW or (one.fate == Fate.LIKELY and one.row.number in wanted))
    ]
    if new:
        db.session().execute(insert(Place), new)
    return len(new)


def wrong_rows(verdicts: list[Verdict]) -> str:
    """The rows that cannot be taken as a table, each with the reason, to be mended and sent again."""
    out = StringIO()
    table = csv.writer(out)
    table.writerow(["row", "reason", *COLUMNS])
    for one in verdicts:
        if one.fate == Fate.WRONG:
            cells = [one.row.cells.get(name, "").replace("\x00", "") for name in COLUMNS]
            table.writerow([str(one.row.number), cell(one.why), *(cell(text) for text in cells)])
    return "\ufeff" + out.getvalue()


def forget_before(moment: datetime, *, dry_run: bool) -> int:
    """Forget lists that were sent before this moment; how many."""
    old = PlaceList.sent_at < moment
    number: Any = db.session().scalar(select(func.count()).select_from(PlaceList).where(old)) or 0
    if number and not dry_run:
        db.session().execute(delete(PlaceList).where(old))
    return int(number)
