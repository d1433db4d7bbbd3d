"""Writing to the guests of an event, for staff and the partner that holds it: write, look at it, try it, send it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from .. import clock, db, i18n, web
from ..errors import Refused
from ..staff import audit, doors
from ..staff.acts import Act
from . import drafts, messages
from .hosting import MessageForm
from .models import Audience, Event, EventNews

GROUPS = {Audience.FIRM: "who have a seat", Audience.WAITING: "who wait", Audience.ALL: "who have a seat or wait"}


@dataclass(frozen=True)
class Desk:
    """Where somebody writes: to whose guests, and where the buttons lead, by the name of the act."""

    event: Event
    way: Callable[..., str]

    def index(self) -> str:
        """What was written so far."""
        with db.reading():
            rows = [(one, messages.told(one.id)) for one in messages.of(self.event.id)]
            return self._page("index", rows=rows)

    def new(self) -> ResponseReturnValue:
        """Write a draft."""
        form = MessageForm.of()
        if not form.validate_on_submit():
            return self._page("write", form=form, message=None), web.status_of(form)
        try:
            with db.writing():
                message_id = messages.draft(self.event.id, form.said, doors.me().id, clock.now())
                audit.note(Act.MESSAGE_WRITTEN, "event", self.event.id)
        except Refused as no:
            form.form_errors.append(str(no))
            return self._page("write", form=form, message=None), 409
        return self._to("show", message_id=message_id)

    def show(self, message_id: int) -> str:
        """A message as it will read, how many it goes to, and the buttons."""
        with db.reading():
            one = self._message_or_404(message_id)
            known: dict[str, Any] = {
                "message": one,
                "group": GROUPS[Audience(one.audience)],
                "mine": self._is_mine(one),
            }
            known |= {"readers": messages.readers(self.event.id, one.audience), "told": messages.told(one.id)}
            return self._page("show", spoken=i18n.find(one.language), **known)

    def change(self, message_id: int) -> ResponseReturnValue:
        """Write a draft of one's own anew."""
        one = self._message_or_404(message_id)
        if one.sent_at is not None or not self._is_mine(one):
            if request.method == "GET":
                return self.show(message_id)
            raise Refused("Only a draft of your own can be changed.")
        form = MessageForm.of(one)
        if not form.validate_on_submit():
            return self._page("write", form=form, message=one), web.status_of(form)
        with db.writing():
            messages.change(self.event.id, message_id, form.said, doors.me().id, clock.now())
            audit.note(Act.MESSAGE_WRITTEN, "event", self.event.id)
        return self._to("show", message_id=message_id)

    def test(self, message_id: int) -> ResponseReturnValue:
        """Send it to oneself."""
        self._message_or_404(message_id)
        with db.writing():
            messages.test(self.event.id, message_id, doors.me().id, clock.now())
            audit.note(Act.MESSAGE_TRIED, "event", self.event.id)
        return self._to("show", message_id=message_id, tried=1)

    def send(self, message_id: int) -> ResponseReturnValue:
        """Send it to the guests. Pressed twice, it goes out once."""
        self._message_or_404(message_id)
        with db.writing():
            if messages.send(self.event.id, message_id, clock.now()):
                audit.note(Act.MESSAGE_SENT, "event", self.event.id)
        return self._to("show", message_id=message_id)

    def throw_away(self, message_id: int) -> ResponseReturnValue:
        """Delete a draft."""
        self._message_or_404(message_id)
        with db.writing():
            messages.throw_away(self.event.id, message_id)
            audit.note(Act.MESSAGE_THROWN_AWAY, "event", self.event.id)
        return self._to("index")

    def _is_mine(self, one: EventNews) -> bool:
        return one.account_id == doors.me().id

    def _message_or_404(self, message_id: int) -> EventNews:
        with db.reading():
            try:
                return messages.get(self.event.id, message_id)
            except LookupError:
                abort(404)

    def _to(self, act: str, **values: object) -> ResponseReturnValue:
        return redirect(self.way(act, **values), 303)

    def _page(self, name: str, **known: Any) -> str:
        with db.reading():
            title = drafts.title(self.event)
            return render_template(f"events/messages/{name}.html", desk=self, event=self.event, title=title, **known)


DOORS: Sequence[tuple[str, Callable[..., ResponseReturnValue], Sequence[str]]] = [
    ("", Desk.index, ["GET"]),
    ("/new", Desk.new, ["GET", "POST"]),
    ("/<int:message_id>", Desk.show, ["GET"]),
    ("/<int:message_id>/words", Desk.change, ["GET", "POST"]),
    ("/<int:message_id>/test", Desk.test, ["POST"]),
    ("/<int:message_id>/send", Desk.send, ["POST"]),
    ("/<int:message_id>/throw-away", Desk.throw_away, ["POST"]),
]


def doors_of(area: Blueprint, find: Callable[[int], Event]) -> None:
    """Open all of it in an area; `find` gives the event, or a 404 when it is not for whoever asks."""

    def way(event_id: int, act: str, **values: Any) -> str:
        return url_for(f"{area.name}.{act}", id=event_id, **values)

    def door(act: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @wraps(act)
        def answer(id: int, **named: int) -> ResponseReturnValue:
            return act(Desk(find(id), partial(way, id)), **named)

        return answer

    for rule, act, methods in DOORS:
        area.add_url_rule(f"/events/<int:id>/messages{rule}", act.__name__, door(act), methods=methods)
