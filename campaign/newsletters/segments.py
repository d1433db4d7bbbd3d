"""The acts on segments: save one by name, change it, throw it away; and what one means, in a sentence."""

from collections.abc import Mapping
from datetime import datetime

from blinker import Signal
from sqlalchemy import delete, select

from .. import db
from ..errors import Refused
from ..text import fold
from . import segment_kinds, segment_rules
from .audience_models import Segment
from .segment_rules import Condition, Kind, Rule

using = Signal("Asks which newsletters that are not out yet are for this segment (going: and let go); lists of titles.")
TURN = "segments of readers"
MOST = 500
GONE = "something that is no longer in the list"
Choices = Mapping[Kind, list[tuple[str, str]] | None]


def everyone() -> list[Segment]:
    """All segments, by name."""
    return list(db.session().scalars(select(Segment).order_by(Segment.name_key).limit(MOST)))


def get(segment_id: int) -> Segment:
    """One segment. Raises LookupError."""
    if (one := db.session().get(Segment, segment_id)) is None:
        raise LookupError(segment_id)
    return one


def rule_of(segment_id: int) -> Rule:
    """What a segment says. Raises LookupError."""
    return segment_rules.read(get(segment_id).rule)


def taken(name: str, but: int = 0) -> bool:
    """Whether another segment has this name, however it is spelled."""
    found = select(Segment.id).where(Segment.name_key == fold(name), Segment.id != but)
    return db.session().scalar(found) is not None


def add(name: str, rule: Rule, account_id: int | None, now: datetime) -> int:
    """A new segment; its id. Raises Refused when the name was taken meanwhile."""
    values = {"name": name, "name_key": fold(name), "rule": segment_rules.written(rule), "changed_by_id": account_id}
    if (segment_id := db.add(Segment, {**values, "added_at": now, "changed_at": now, "version": 1})) is None:
        raise Refused("There is a segment with this name already.")
    return segment_id


def change(segment_id: int, name: str, rule: Rule, account_id: int | None, now: datetime, version: int | None) -> None:
    """Save it under this name and with this rule. Newsletters that went out stay as they are.

    Raises LookupError, Stale when somebody else saved meanwhile, and Refused when the name was taken, or when a
    newsletter was let go for those whom it meant before.
    """
    db.take_turn(TURN)
    one = db.session().scalar(select(Segment).where(Segment.id == segment_id).with_for_update())
    if one is None:
        raise LookupError(segment_id)
    db.must_be(one.version, version)
    if taken(name, segment_id):
        raise Refused("There is a segment with this name already.")
    if rule != segment_rules.read(one.rule) and (titles := _used(segment_id, going=True)):
        raise Refused(
            f"“{titles[0]}” was let go for these people. Take it back to a draft before you change who they are."
        )
    one.name, one.name_key, one.rule = name, fold(name), segment_rules.written(rule)
    one.changed_by_id, one.changed_at, one.version = account_id, now, one.version + 1


def remove(segment_id: int) -> None:
    """Throw it away. Raises LookupError, and Refused while a newsletter that is not out yet is for it."""
    db.take_turn(TURN)
    one = get(segment_id)
    if titles := _used(segment_id, going=False):
        raise Refused(f"“{one.name}” is whom “{titles[0]}” is for. Choose others for it first.")
    db.session().execute(delete(Segment).where(Segment.id == segment_id))


def _used(segment_id: int, *, going: bool) -> list[str]:
    return [title for _, answer in using.send(segment_id, going=going) for title in answer]


def said(segment_id: int | None) -> str:
    """The rule as it is kept, for a mark that falls when it changes; empty for everybody or a segment that is gone."""
    found = select(Segment.rule).where(Segment.id == segment_id)
    return db.session().scalar(found) or ""


def choices(*rules: Rule) -> dict[Kind, list[tuple[str, str]] | None]:
    """What can be chosen for each kind that these rules name."""
    return segment_kinds.offered({one.kind for rule in rules for one in segment_rules.conditions(rule)})


def in_words(rule: Rule, offered: Choices | None = None) -> str:
    """Whom a rule means, in a sentence."""
    if not rule.parts:
        return "Everybody who wants our news."
    offered = choices(rule) if offered is None else offered
    said = _rule(rule, offered)
    return f"People who want our news, as far as they {said}." if not rule.negated else f"{_all_but(said)}."


def _all_but(said: str) -> str:
    return f"People who want our news, but {said}"


def _rule(rule: Rule, offered: Choices) -> str:
    parts = [
        _condition(one, offered) if isinstance(one, Condition) else f"({_rule(one, offered)})" for one in rule.parts
    ]
    said = (" and " if rule.how == "all" else " or ").join(parts)
    return f"not those who {said}" if rule.negated else said


def _condition(one: Condition, offered: Choices) -> str:
    about, listed = segment_kinds.KINDS[one.kind], offered.get(one.kind)
    value = one.value if listed is None else dict(listed).get(one.value, GONE)
    return (about.no if one.negated else about.yes).format(value)
