"""The fake shows the fields that are asked for, and no others: `fields=members.status,total_items`."""

from collections.abc import Iterable
from typing import Any


def only(answer: dict[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """The part of this answer that these dotted names name."""
    wanted: dict[str, list[str]] = {}
    for field in fields:
        name, _, rest = field.partition(".")
        wanted.setdefault(name, []).extend([rest] if rest else [])
    return {name: _part(value, wanted[name]) for name, value in answer.items() if name in wanted}


def _part(value: Any, fields: list[str]) -> Any:
    if not fields:
        return value
    if isinstance(value, list):
        return [only(one, fields) for one in value]
    return only(value, fields) if isinstance(value, dict) else value
