"""The acts: begin a print, look at its proof and sign it off, discard it. All their SQL is here."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import insert, select, update

from .. import db, i18n, jobs
from ..errors import Refused
from ..links import service as links
from ..links import targets
from ..places import service as places
from . import designs, formats, rows, words
from .designs import Design, Event
from .models import MOST_PIECES, Piece, Print, State
from .rows import Line

SWEEP = "make-prints"
OPEN = (State.CHECKING, State.PROVING, State.PRINTING)  # what a worker has to do
# As long as an event has them; whether they fit is seen when the pieces are tried.
LONGEST = {"event_title": 120, "event_date": 60, "event_time": 80, "event_place": 240}
AGAIN = {State.REFUSED: State.CHECKING, State.PROOF: State.PROVING, State.READY: State.PRINTING}
NO_DESIGN = "There is no design {!r}. There are: {}."
MOVED_ON = "This print has moved on meanwhile. Look at it once more."


@dataclass(frozen=True)
class Order:
    """What a whole print has in common. `nudge` is in tenths of a millimetre, to the right and down.

    `said` holds what else is on each piece: the `event_…` lines, the `aim`, and whether the `partner` is named on it
    and its `logo` shown (texts, empty for no).
    """

    title: str
    design: str
    target: str = ""
    paper: str = "letter"
    output: str = "office"
    nudge: tuple[int, int] = (0, 0)
    said: dict[str, str] = field(default_factory=dict)

    @property
    def event(self) -> Event | None:
        """What an event flyer is about."""
        if not self.said.get("event_title"):
            return None
        return Event(*(self.said.get(f"event_{part}", "") for part in ("title", "date", "time", "place")))


def design_of(slug: str) -> Design:
    """The design. Raises Refused."""
    try:
        return designs.get(slug)
    except LookupError as error:
        raise Refused(NO_DESIGN.format(slug, ", ".join(designs.DESIGNS))) from error


def begin(order: Order, lines: Iterable[Line], now: datetime) -> int:
    """A new print, for a worker to try; its id. Raises Refused with a sentence when it can never be printed.

    A design with the hotline alone gets no code at whatever door this is asked: its pieces lead nowhere.
    """
    lines = rows.in_order(lines)
    design = design_of(order.design)
    _refuse(order, design, lines)
    where = places.all_to_name(sorted({line.place_id for line in lines if line.place_id}))
    whose = {line.partner_id for line in lines}
    made = Print(
        title=order.title,
        design=design.slug,
        paper=order.paper,
        output=order.output,
        nudge_across=order.nudge[0],
        nudge_down=order.nudge[1],
        target=order.target,
        said=json.dumps(order.said, ensure_ascii=False),
        partner_id=next(iter(whose)) if len(whose) == 1 else None,
        made_at=now.replace(microsecond=0),
        state=State.CHECKING,
        total=rows.pieces_of(lines),
    )
    db.session().add(made)
    db.session().flush()
    pieces = [_piece(made.id, number, line, where) for number, line in enumerate(lines, start=1)]
    db.session().execute(insert(Piece), pieces)
    jobs.wake(SWEEP)
    return made.id


def _piece(print_id: int, number: int, line: Line, where: dict[int, int]) -> dict[str, Any]:
    return {
        "print_id": print_id,
        "number": number,
        "language": line.language,
        "second": line.second,
        "target": line.target,
        "place_id": where.get(line.place_id or 0),
        "place_line": line.place_line,
        "partner_id": line.partner_id,
        "copies": line.copies,
        "code_id": None,
    }


def _refuse(order: Order, design: Design, lines: Sequence[Line]) -> None:
    """Raises Refused when this print can never be."""
    formats.checked(order.paper, order.output, (order.nudge[0] / 10, order.nudge[1] / 10))
    if not lines:
        raise Refused("This print has no pieces. Choose places, or send a list of them.")
    if (number := rows.pieces_of(lines)) > MOST_PIECES:
        raise Refused(rows.TOO_MANY.format(number))
    if order.said.get("aim") and order.said["aim"] not in design.aims:
        raise Refused(f"A {design.title.lower()} cannot call for {order.said['aim']!r}.")
    if "event" in design.lines and order.event is None:
        raise Refused(f"A {design.title.lower()} needs an event: title, date, time and place.")
    _refuse_languages(design, {(line.language, line.second) for line in lines})
    _refuse_targets(design, {line.target for line in lines})


def _refuse_languages(design: Design, spoken: set[tuple[str, str]]) -> None:
    there = set(words.languages(i18n.content().folder, design.slug))
    if strange := sorted({one for pair in spoken for one in pair if one} - there):
        raise Refused(f"There are no words for a {design.title.lower()} in {strange[0]!r}.")
    if any(first == second for first, second in spoken):
        raise Refused("A piece is in one language, or in two different ones.")


def _refuse_targets(design: Design, wanted: set[str]) -> None:
    """Where the hotline is all there is, nothing may be counted; everything else must lead somewhere."""
    if not design.counted and wanted - {""}:
        raise Refused(rows.NO_CODE)
    for target in sorted(wanted) if design.counted else ():
        targets.refuse_unknown(target)


def get(print_id: int) -> Print:
    """The print. Raises LookupError."""
    if (one := db.session().get(Print, print_id)) is None:
        raise LookupError(print_id)
    return one


def said_of(one: Print) -> dict[str, str]:
    """What else its order said."""
    return dict(json.loads(one.said))


def order_of(one: Print) -> Order:
    """The order that a print was made from."""
    nudge = (one.nudge_across, one.nudge_down)
    return Order(one.title, one.design, one.target, one.paper, one.output, nudge, said_of(one))


def locked(print_id: int) -> Print:
    """The print as it is now; nobody else changes it before we are done. Raises LookupError."""
    found = select(Print).where(Print.id == print_id).with_for_update()
    if (one := db.session().scalar(found.execution_options(populate_existing=True))) is None:
        raise LookupError(print_id)
    return one


def newest(page: int, size: int, partner_id: int | None = None) -> list[Print]:
    """Prints, newest first, all or a partner's own that are ready; one more than `size` when there are more."""
    found = select(Print).order_by(Print.id.desc()).offset(page * size).limit(size + 1)
    if partner_id is not None:
        found = found.where(Print.partner_id == partner_id, Print.state == State.READY)
    return list(db.session().scalars(found))


def pieces(print_id: int) -> list[Piece]:
    """The pieces of a print in their order."""
    return list(db.session().scalars(select(Piece).where(Piece.print_id == print_id).order_by(Piece.number)))


def make_codes(one: Print, now: datetime) -> None:
    """A code for each piece that has none; none at all where the design shows the hotline alone."""
    if not designs.get(one.design).counted:
        return
    once = current_app.extensions["switches"].claim_prints
    bare = [piece for piece in pieces(one.id) if piece.code_id is None or not once]
    wanted = [
        {
            "target": piece.target,
            "language": piece.language,
            "second": piece.second,
            "note": f"{one.title}, piece {piece.number}"[:200],
            "partner_id": piece.partner_id,
            "place_id": piece.place_id,
            "design": one.design,
            "print_id": one.id,
        }
        for piece in bare
    ]
    made = links.make_many(wanted, now)
    numbers = [{"print_id": one.id, "number": p.number, "code_id": id} for p, id in zip(bare, made, strict=True)]
    if numbers:
        db.session().execute(update(Piece), numbers)


def sign_off(print_id: int, now: datetime) -> None:
    """Let it be printed: somebody has looked at the proof. Raises LookupError, Refused when none waits."""
    one = locked(print_id)
    if one.state != State.PROOF:
        raise Refused(MOVED_ON)
    one.state, one.signed_off_at = State.PRINTING, now
    _start_over(one)


def try_again(print_id: int, *, there: bool = True) -> None:
    """Let a worker try what it gave up, or make files again that are not `there`. Raises LookupError, Refused."""
    one = locked(print_id)
    before = State(one.state)
    if before == State.DISCARDED or (one.stuck_at is None and before != State.REFUSED and there):
        raise Refused(MOVED_ON)
    one.state = AGAIN.get(before, before)
    one.files_gone_at = one.ready_at = None
    _start_over(one)


def _start_over(one: Print) -> None:
    one.stuck_at, one.trouble, one.tries, one.done = None, "", 0, 0
    one.lease, one.leased_until = "", None
    jobs.wake(SWEEP)


def discard(print_id: int, now: datetime) -> None:
    """Have done with it: its codes lead to a kind page, its files go. Raises LookupError, Refused when it is over."""
    one = locked(print_id)
    if one.state == State.DISCARDED:
        raise Refused(MOVED_ON)
    one.state, one.lease, one.leased_until, one.files_gone_at = State.DISCARDED, "", None, now
    links.retire_print(print_id, now)


def old(until: datetime) -> list[Print]:
    """Prints that are ready since before this moment, and whose files are still there."""
    found = select(Print).where(Print.state == State.READY, Print.ready_at < until, Print.files_gone_at.is_(None))
    return list(db.session().scalars(found))


@places.merging.connect
def _hang_at_the_kept_one(kept_id: int, gone_id: int) -> None:
    db.session().execute(update(Piece).where(Piece.place_id == gone_id).values(place_id=kept_id))


@places.naming.connect
def _printed_for(place_id: int) -> list[places.Named]:
    theirs = select(Piece.print_id).where(Piece.place_id == place_id)
    found = select(Print.id, Print.title).where(Print.id.in_(theirs)).order_by(Print.id.desc()).limit(50)
    return [places.Named("print", row.id, f"Print {row.id}: {row.title}") for row in db.session().execute(found)]
