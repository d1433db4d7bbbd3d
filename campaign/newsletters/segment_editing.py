"""A rule as it stands in a form, and what each of the form's buttons makes of it. Nothing is saved here.

A part is named by its place: `r` is the rule, `r.0` its first part, `r.0.2` the third part of that. The fields of a
part are named `kind-r.0`, `value-r.0`, `not-r.0`, or of a group `how-r.0`, `not-r.0` and `new-r.0`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from ..text import clean
from . import segment_kinds
from .segment_rules import DEEPEST, MOST, Condition, Kind, Rule

Change = Callable[[Rule], Rule]


def read(fields: Mapping[str, str], place: str = "r", level: int = 1) -> Rule:
    """The rule that a form holds. What no form of ours sends is left out."""
    parts: list[Condition | Rule] = []
    for number in range(MOST + 1):
        here = f"{place}.{number}"
        if (kind := fields.get(f"kind-{here}")) in set(Kind):
            value = clean(str(fields.get(f"value-{here}", "")))[:80].strip()
            parts.append(Condition(kind=Kind(str(kind)), value=value, negated=f"not-{here}" in fields))
        elif f"how-{here}" in fields and level < DEEPEST:
            parts.append(read(fields, here, level + 1))
        else:
            break
    how: Literal["all", "any"] = "any" if fields.get(f"how-{place}") == "any" else "all"
    return Rule(how=how, parts=tuple(parts), negated=f"not-{place}" in fields)


def press(rule: Rule, button: str, fields: Mapping[str, str]) -> Rule:
    """The rule after a button was pressed: a condition or a group more, or a part less. Unknown buttons do nothing."""
    act, _, place = button.partition("-")
    numbers = [int(one) for one in place.split(".")[1:] if one.isdecimal() and len(one) < 4]
    if act == "add" and (kind := fields.get(f"new-{place}")) in set(Kind):
        return _at(rule, numbers, lambda group: _with(group, _fresh(Kind(str(kind)))))
    if act == "group" and len(numbers) < DEEPEST - 1:
        return _at(rule, numbers, lambda group: _with(group, Rule(how="any" if group.how == "all" else "all")))
    if act == "remove" and numbers:
        return _at(rule, numbers[:-1], lambda group: _without(group, numbers[-1]))
    return rule


def _fresh(kind: Kind) -> Condition:
    offered = segment_kinds.choices(kind)
    return Condition(kind=kind, value=offered[0][0] if offered else "")


def _at(rule: Rule, numbers: list[int], change: Change) -> Rule:
    """The rule with the group at this place changed; as it was when there is none."""
    if not numbers:
        return change(rule)
    parts = list(rule.parts)
    if numbers[0] < len(parts) and isinstance(found := parts[numbers[0]], Rule):
        parts[numbers[0]] = _at(found, numbers[1:], change)
    return rule.model_copy(update={"parts": tuple(parts)})


def _with(rule: Rule, part: Condition | Rule) -> Rule:
    return rule.model_copy(update={"parts": (*rule.parts, part)})


def _without(rule: Rule, number: int) -> Rule:
    return rule.model_copy(update={"parts": rule.parts[:number] + rule.parts[number + 1 :]})


@dataclass(frozen=True)
class Shown:
    """A part of a rule as the form shows it: a condition (`kind`) or a group (`how`), and where it stands."""

    place: str
    negated: bool
    kind: str = ""
    label: str = ""
    value: str = ""
    hint: str = ""
    choices: list[tuple[str, str]] | None = None
    how: str = ""
    parts: tuple["Shown", ...] = ()
    deepest: bool = False


def shown(rule: Rule, offered: Mapping[Kind, list[tuple[str, str]] | None], place: str = "r", level: int = 1) -> Shown:
    """The rule for the form. A value that can be chosen no more stays what it was until another is chosen."""
    parts = []
    for number, part in enumerate(rule.parts):
        here = f"{place}.{number}"
        parts.append(
            _condition(part, offered[part.kind], here)
            if isinstance(part, Condition)
            else shown(part, offered, here, level + 1)
        )
    return Shown(place, rule.negated, how=rule.how, parts=tuple(parts), deepest=level >= DEEPEST)


def _condition(one: Condition, offered: list[tuple[str, str]] | None, place: str) -> Shown:
    about, choices = segment_kinds.KINDS[one.kind], offered
    if choices is not None and one.value not in dict(choices):
        choices = [(one.value, "– choose –"), *choices]
    return Shown(place, one.negated, one.kind, about.label, one.value, about.hint, choices)
