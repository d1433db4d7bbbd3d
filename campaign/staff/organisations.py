"""The organisations that people of partners belong to: this door asks, and the feature that keeps partners answers."""

from dataclasses import dataclass
from itertools import chain

from blinker import Signal

from ..errors import Refused
from .roles import Role

WHICH = "Choose the organization that they belong to."
NOBODY_ELSE = "Only somebody with the role partner belongs to an organization."
NOT_ACTIVE = "Only an organization that is active in the coalition can get people."
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


def offered(now_of: int | None = None) -> list[tuple[str, str]]:
    """Those that people can be given to, by id and name, for a form; and the one where somebody is now."""
    return [(str(one.id), one.name) for one in everyone() if not one.shut or one.id == now_of]


def number(text: object) -> int | None:
    """The id that a form sends; None where it says that there is none. Raises ValueError."""
    return int(str(text)) if text not in ("", None) else None


def misfit(role: str, partner_id: int | None) -> str:
    """Why nobody has this role in this organisation, in a sentence; empty when somebody can."""
    if role == Role.PARTNER:
        return WHICH if partner_id is None else ""
    return "" if partner_id is None else NOBODY_ELSE


def refuse_misfit(role: str, partner_id: int | None, *, now_of: int | None = None) -> None:
    """Raises Refused when nobody can be given this role in this organisation, or when it is not active."""
    if sentence := misfit(role, partner_id):
        raise Refused(sentence)
    if partner_id not in (None, now_of) and ((one := find(partner_id)) is None or one.shut):
        raise Refused(NOT_ACTIVE)


def _answered(wanted: int | None) -> list[Organisation]:
    return list(chain.from_iterable(answer for _, answer in asked.send(wanted)))
