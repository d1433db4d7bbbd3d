"""Whom a newsletter is for, as conditions joined by and, or and not: what can be said, and how it is kept.

    rule       all or any of its parts, or (negated) not so
    part       a rule again, at most three deep, or a condition such as "speaks Spanish", plain or negated

Everybody who wants our news fits the empty rule; nobody else ever fits any.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Literal, Union

from pydantic import BaseModel, ConfigDict, StringConstraints

DEEPEST, MOST = 3, 40  # levels of rules; conditions in all


class Kind(StrEnum):
    """What a condition can be about: a closed list. A value stays for as long as segments are kept."""

    LANGUAGE = "language"
    PLACE = "place"
    GROUP = "group"
    SIGNED = "signed"
    RESERVED = "reserved"
    ATTENDED = "attended"
    HELPS = "helps"
    CODE = "code"
    PARTNER = "partner"
    SHARED = "shared"


class _Part(BaseModel):
    """Nothing unknown, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Condition(_Part):
    """One thing that holds of somebody, or with `negated` does not. `value` is a code, an id or words, by kind."""

    kind: Kind
    value: Annotated[str, StringConstraints(max_length=80)]
    negated: bool = False


class Rule(_Part):
    """All or any of its parts hold; with `negated`, that is not so."""

    how: Literal["all", "any"] = "all"
    parts: tuple[Union[Condition, "Rule"], ...] = ()
    negated: bool = False


EVERYBODY = Rule()


def read(text: str) -> Rule:
    """The rule that was kept. Raises pydantic's ValidationError, a ValueError."""
    return Rule.model_validate_json(text)


def written(rule: Rule) -> str:
    """The rule as it is kept."""
    return rule.model_dump_json(exclude_defaults=True)


def conditions(rule: Rule) -> Iterator[Condition]:
    """All of its conditions, in reading order."""
    for part in rule.parts:
        if isinstance(part, Condition):
            yield part
        else:
            yield from conditions(part)


def depth(rule: Rule) -> int:
    """How many rules lie within one another, this one counted."""
    return 1 + max((depth(part) for part in rule.parts if isinstance(part, Rule)), default=0)


def mistake(rule: Rule) -> str:
    """Why a rule cannot be kept, in a sentence; empty when it can. Whether its values are anything is not asked."""
    if depth(rule) > DEEPEST:
        return f"Groups can lie {DEEPEST - 1} deep within one another, and no deeper."
    if sum(1 for _ in conditions(rule)) > MOST:
        return f"A segment has {MOST} conditions at most."
    if any(not one.parts for one in _within(rule)):
        return "A group needs a condition. Add one, or remove the group."
    if rule.negated and not rule.parts:
        return "Not everybody is nobody: add a condition first."
    return ""


def _within(rule: Rule) -> Iterator[Rule]:
    for part in rule.parts:
        if isinstance(part, Rule):
            yield part
            yield from _within(part)
