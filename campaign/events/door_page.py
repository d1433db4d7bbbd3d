"""The page at a door, whoever stands there: find somebody, count them in, take that back, and how many are here.

What is counted is a `Roll`. An event's is `EventRoll`; another feature whose people arrive (volunteers for a shift)
gives its own and its own addresses, and has the same page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_urlsafe
from typing import Any, Protocol

from flask import Response, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from .. import clock, db, i18n, web
from ..errors import Refused
from ..security import HEADERS
from ..text import clean
from . import arrivals, board, times
from .arrivals import By, Came, Figures, Line
from .models import LARGEST_PARTY

# The page reads guests' codes by the camera of whoever stands there.
WITH_CAMERA = HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)")
LONGEST = 100  # characters of a name or of what is looked for


class Roll(Protocol):
    """A list of people who may arrive. Acts raise LookupError for somebody who is not on it, and Refused."""

    @property
    def title(self) -> str:
        """What they arrive for."""

    @property
    def when(self) -> str:
        """When that is."""

    def figures(self) -> Figures:
        """How many are here and expected."""

    def expected(self) -> tuple[list[Line], bool]:
        """Who has not come yet, and whether there are more."""

    def find(self, typed: str) -> tuple[list[Line], bool]:
        """Who fits what was typed, and whether there are more."""

    def look(self, line_id: int) -> Line | None:
        """One of them."""

    def recent(self) -> Sequence[Line]:
        """Who came last."""

    def check_in(self, line_id: int, came: int, now: datetime, *, let_in: bool) -> Came:
        """Count somebody in."""

    def undo(self, line_id: int, now: datetime) -> bool:
        """Take that back."""

    def time(self, moment: datetime) -> str:
        """A time of day, as the clock there shows it."""


@dataclass(frozen=True)
class EventRoll:
    """The guests of an event, as whoever is named in `by` counts them."""

    shown: board.Shown
    by: By

    @property
    def title(self) -> str:
        """The event."""
        return self.shown.title

    @property
    def when(self) -> str:
        """When it is."""
        return self.shown.when

    def figures(self) -> Figures:
        """How many are here and expected."""
        return arrivals.figures(self.shown.event.id)

    def expected(self) -> tuple[list[Line], bool]:
        """Guests who have not come yet."""
        return arrivals.expected(self.shown.event.id)

    def find(self, typed: str) -> tuple[list[Line], bool]:
        """Guests by name or code."""
        return arrivals.find(self.shown.event.id, typed)

    def look(self, line_id: int) -> Line | None:
        """One guest."""
        return arrivals.look(self.shown.event.id, line_id)

    def recent(self) -> Sequence[Line]:
        """Who came last."""
        return arrivals.recent(self.shown.event.id)

    def check_in(self, line_id: int, came: int, now: datetime, *, let_in: bool) -> Came:
        """Count a guest in."""
        return arrivals.check_in(self.shown.event.id, line_id, came, self.by, now, let_in=let_in)

    def undo(self, line_id: int, now: datetime) -> bool:
        """Take that back."""
        return arrivals.undo(self.shown.event.id, line_id, self.by, now)

    def walk_in(self, name: str, came: int, press: str, now: datetime, *, let_in: bool) -> Came | int:
        """Count somebody in who has no RSVP."""
        return arrivals.walk_in(self.shown.event.id, name, came, press, self.by, now, let_in=let_in)

    def time(self, moment: datetime) -> str:
        """A time of day on the event's clock."""
        return times.hour(moment, self.shown.event.zone)


class WalkIn(Protocol):
    """The form for somebody who is not on the list."""

    name: Any
    came: Any
    press: Any

    def validate(self) -> bool:
        """Whether it can be taken."""


@dataclass(frozen=True)
class Ask:
    """That whoever stands at the door must decide: the words, and what the button sends once more."""

    words: str
    act: str
    fields: dict[str, str]


@dataclass(frozen=True)
class Door:
    """One door: whose list it is, where its buttons lead (by the name of the act), and the template around it.

    `note` writes an act down; `more` is for the template.
    """

    roll: Roll
    way: Callable[..., str]
    template: str
    note: Callable[[str, int], None] = lambda _act, _id: None
    more: dict[str, Any] = field(default_factory=dict)

    def show(self) -> Response:
        """The page, with what was done last on top."""
        last = self.roll.look(web.number(request.args, "last"))
        lines, more = self.roll.expected()
        return self._page({"lines": lines, "more": more, "typed": "", "said": self._said(last), "last": last})

    def _said(self, last: Line | None) -> str:
        """What was done last, in words."""
        if last is None:
            return str(gettext("This guest is not on the list any more.")) if "gone" in request.args else ""
        known = {"name": last.name or gettext("No name given"), "number": i18n.show_number(last.came)}
        words: str = gettext("%(name)s is checked in. People: %(number)s.")
        if last.at is None:
            words = gettext("Taken back: %(name)s is not checked in.")
        elif "again" in request.args:
            words = gettext("%(name)s was checked in at %(time)s. People: %(number)s. Nothing was counted again.")
            known["time"] = self.roll.time(last.at)
        return words % known

    def find(self) -> Response:
        """Who fits what was typed. Sent as a form, for an address that holds names is written down in many places."""
        typed = clean(request.form.get("typed", "")[:LONGEST])
        if not typed:
            return self.show()
        lines, more = self.roll.find(typed)
        return self._page({"lines": lines, "more": more, "typed": typed, "said": "", "last": None})

    def count(self) -> Response:
        """The numbers of this moment, for a page that is open."""
        now = self.roll.figures()
        figures = {"here": now.here, "expected": now.expected}
        response = jsonify({name: i18n.show_number(number) for name, number in figures.items()})
        return self._kept_by_nobody(response)

    def check_in(self) -> ResponseReturnValue:
        """Count somebody in."""
        line_id, came = number("id", 2**63 - 1), number("came", LARGEST_PARTY)
        if not came:
            return self.wrong()
        try:
            with db.writing():
                done = self.roll.check_in(line_id, came, clock.now(), let_in="let_in" in request.form)
                if done is Came.COUNTED:
                    self.note("in", line_id)
        except LookupError:  # cancelled, or erased, while the page was open
            return self._on(gone=1)
        if done is Came.ASK:
            return self._ask("check_in", {"id": str(line_id), "came": str(came)})
        return self._on(last=line_id, **({"again": 1} if done is Came.ALREADY else {}))

    def undo(self) -> ResponseReturnValue:
        """Take a check-in back."""
        line_id = number("id", 2**63 - 1)
        try:
            with db.writing():
                if self.roll.undo(line_id, clock.now()):
                    self.note("undo", line_id)
        except Refused as no:
            return self._instead(str(no), 409)
        except LookupError:  # a walk-in that was taken back by another phone
            return self._on()
        return self._on(last=line_id)

    def _on(self, **values: Any) -> Response:
        response = redirect(self.way("show", **values), 303)
        return self._kept_by_nobody(response)  # type: ignore[arg-type]

    def _ask(self, act: str, fields: dict[str, str]) -> Response:
        with db.reading():
            words = self._full(self.roll.figures())
        return self._page({"lines": [], "more": False, "typed": "", "said": "", "last": None}, Ask(words, act, fields))

    def _full(self, now: Figures) -> str:
        """What is to be decided when nothing is free."""
        words = gettext(
            "Free seats: %(free)s. People with a seat who are still to come: %(expected)s. Whom you let in takes one.",
            free=i18n.show_number(now.free or 0),
            expected=i18n.show_number(now.expected),
        )
        return str(words)

    def wrong(self) -> Response:
        """Not so many can come."""
        said = gettext("Please choose how many came, from 1 to %(most)s.", most=i18n.show_number(LARGEST_PARTY))
        return self._instead(said, 422)

    def _instead(self, said: str, status: int) -> Response:
        """The page with why nothing was done."""
        with db.reading():
            lines, more = self.roll.expected()
        return self._page({"lines": lines, "more": more, "typed": "", "said": said, "last": None}, status=status)

    def _page(self, known: dict[str, Any], ask: Ask | None = None, status: int = 0) -> Response:
        with db.reading():
            page = render_template(
                self.template,
                door=self,
                figures=self.roll.figures(),
                recent=self.roll.recent(),
                press=token_urlsafe(16),
                most=LARGEST_PARTY,
                ask=ask,
                **self.more,
                **known,
            )
        response = self._kept_by_nobody(make_response(page, status or (409 if ask else 200)))
        response.headers["Permissions-Policy"] = WITH_CAMERA
        return response

    def _kept_by_nobody(self, response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response


@dataclass(frozen=True)
class EventDoor(Door):
    """The door of an event: who comes without an RSVP is counted in, too."""

    roll: EventRoll

    def walk_in(self, form: WalkIn) -> ResponseReturnValue:
        """Count somebody in who is not on the list. `press` tells a form that is sent twice from two forms."""
        name, came, press = form.name.data or "", form.came.data, (form.press.data or "")[:40]
        if not form.validate() or not came or not press:
            return self.wrong()
        with db.writing():
            done = self.roll.walk_in(name, came, press, clock.now(), let_in="let_in" in request.form)
            if not isinstance(done, Came):
                self.note("walk-in", done)
        if isinstance(done, Came):
            return self._ask("walk_in", {"name": name, "came": str(came), "press": press})
        return self._on(last=done)


def number(name: str, most: int) -> int:
    """A number that was sent; 0 when it is none, or too large."""
    text = request.form.get(name, "")
    found = int(text) if text.isdecimal() and len(text) < 20 else 0
    return found if found <= most else 0
