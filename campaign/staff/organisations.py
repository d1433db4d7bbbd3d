"""The organisations that people of partners belong to: this door asks, and the feature that keeps partners answers."""

from dataclasses import dataclass
from itertools import chain

from blinker import Signal

asked = Signal("Asks the feature above for the partner with this id, or for all; answered with a list of Organisation.")


@dataclass(frozen=True)
class Organisation:
    """A partner as the doors see it. `shut` says in a sentence why its people may not come in; empty if they may."""

    id: int
    name: str
    shut: str = ""


def find(partner_id: int | None) -> Organisation | None:
    """The organisation with this id; None when nobody knows it, so that nobody is let in by mistake."""
    if partner_id is None:
        return None
    return next((one for one in _answered(partner_id) if one.id == partner_id), None)


def everyone() -> list[Organisation]:
    """All of them, by name."""
    return _answered(None)


def _answered(wanted: int | None) -> list[Organisation]:
    return list(chain.from_iterable(answer for _, answer in asked.send(wanted)))
