"""Somebody's history with the list: a row for each change of what it says of them; for staff, and for themselves."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from flask_babel import gettext
from sqlalchemy import delete, func, insert, select

from .. import db, i18n
from ..supporters import kept, retention
from ..supporters.kept import Held
from .audience import ListState
from .models import ListEvent, ListHint


def note(states: Mapping[int, str], now: datetime, *, ours: bool, words: Mapping[int, str] | None = None) -> None:
    """Write down for these people what the list says of them, where that is new. `ours`: we had told it so."""
    last = _last(list(states))
    said = words or {}
    rows = [
        {"supporter_id": one, "at": now, "ours": ours, "state": state, "words": said.get(one, "")[:200]}
        for one, state in states.items()
        if last.get(one, ("", "")) != (state, said.get(one, "")[:200])
    ]
    if rows:
        db.session().execute(insert(ListEvent), rows)


def _last(ids: Sequence[int]) -> dict[int, tuple[str, str]]:
    newest = select(func.max(ListEvent.id)).where(ListEvent.supporter_id.in_(ids)).group_by(ListEvent.supporter_id)
    found = select(ListEvent.supporter_id, ListEvent.state, ListEvent.words).where(ListEvent.id.in_(newest))
    return {row[0]: (row[1], row[2]) for row in db.session().execute(found)}


def of(supporter_id: int) -> list[ListEvent]:
    """All of it, oldest first."""
    found = select(ListEvent).where(ListEvent.supporter_id == supporter_id).order_by(ListEvent.id)
    return list(db.session().scalars(found))


def is_newer(supporter_id: int, moment: datetime) -> bool:
    """Whether something happened after this moment: then what the list said of them before counts no more."""
    newer = (ListEvent.supporter_id == supporter_id) & (ListEvent.at > moment)
    return db.session().scalar(select(ListEvent.id).where(newer).limit(1)) is not None


@kept.holding.connect
def _held(supporter_id: int) -> list[Held]:
    """For the page about them."""
    events, hint = of(supporter_id), db.session().get(ListHint, supporter_id)
    if not events and hint is None:
        return []
    facts = [(i18n.show_moment(one.at), _in_words(one.state)) for one in events]
    if hint is not None:
        facts.append((i18n.show_moment(hint.noted_at), str(gettext("We are looking up what it says now"))))
    data: dict[str, object] = {"at": hint.noted_at.isoformat(timespec="seconds") if hint else None}
    data["steps"] = [
        {"at": one.at.isoformat(timespec="seconds"), "state": one.state, "by_us": one.ours} for one in events
    ]
    return [Held("mailing_list_step", supporter_id, str(gettext("The mailing list")), facts, data=data)]


def _in_words(state: str) -> str:
    words: dict[str, str] = {
        ListState.SUBSCRIBED: gettext("You are on it"),
        ListState.UNSUBSCRIBED: gettext("You left it"),
        ListState.PENDING: gettext("It asks you by letter whether you want to come back"),
        ListState.CLEANED: gettext("It stopped writing to you: mail to your address came back"),
    }
    return str(words.get(state, gettext("It does not write to you")))


@retention.obeys("list_history")
def forget(until: datetime, dry_run: bool) -> int:
    """Delete steps from before this moment; how many. What the list says of somebody now stands in their record."""
    old = ListEvent.at < until
    number = db.session().scalar(select(func.count(ListEvent.id)).where(old)) or 0
    if number and not dry_run:
        db.session().execute(delete(ListEvent).where(old))
    return number
