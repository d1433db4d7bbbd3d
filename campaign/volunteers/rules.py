"""What somebody still lacks for a role on a day, decided from what is known of them alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from .models import YOUNGEST, AgeBand, GuardianState, VolunteerState

WARNING = timedelta(days=30)  # so long before something expires its holder is told


class Lack(StrEnum):
    """What stands between somebody and a role."""

    NOT_A_VOLUNTEER = "not a volunteer"
    GUARDIAN = "guardian"
    AGE = "age"
    NOT_READ = "not read"
    NEVER_HELD = "never held"
    NOT_YET = "not yet"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True)
class Held:
    """That somebody has what is required, from a day to another inclusive; see `Qualification`."""

    requirement_id: int
    held_on: date
    expires_on: date | None = None
    revoked: bool = False

    def on(self, day: date) -> bool:
        """Whether it holds on that day."""
        return not self.revoked and self.held_on <= day and (self.expires_on is None or day <= self.expires_on)


@dataclass(frozen=True)
class Person:
    """What the rules need to know of a volunteer."""

    state: str
    age_band: str
    guardian: str = ""
    read: bool = True
    held: tuple[Held, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What a role asks for."""

    minimum_age: int = 16
    requirement_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Missing:
    """One thing that is lacking; of a requirement with its id."""

    lack: Lack
    requirement_id: int | None = None


def missing(role: Asked, person: Person, day: date) -> list[Missing]:
    """All that somebody lacks for a role on that day (on the clock of its place), the gravest first."""
    found = [Missing(lack) for lack in _of_the_person(role, person)]
    for requirement_id in role.requirement_ids:
        lack = lacking([one for one in person.held if one.requirement_id == requirement_id], day)
        if lack is not None:
            found.append(Missing(lack, requirement_id))
    return found


def _of_the_person(role: Asked, person: Person) -> list[Lack]:
    found = []
    if person.state != VolunteerState.CONFIRMED:
        found.append(Lack.NOT_A_VOLUNTEER)
    if person.age_band == AgeBand.MINOR and person.guardian != GuardianState.GIVEN:
        found.append(Lack.GUARDIAN)
    if YOUNGEST[AgeBand(person.age_band)] < role.minimum_age:
        found.append(Lack.AGE)
    if not person.read:
        found.append(Lack.NOT_READ)
    return found


def lacking(held: Sequence[Held], day: date) -> Lack | None:
    """Why none of these holds on that day; None if one does."""
    if any(one.on(day) for one in held):
        return None
    stands = [one for one in held if not one.revoked]
    if any(one.held_on > day for one in stands):
        return Lack.NOT_YET
    if stands:
        return Lack.EXPIRED
    return Lack.REVOKED if held else Lack.NEVER_HELD


def expiry(held_on: date, months: int | None) -> date | None:
    """The last day on which something holds that holds for so many months: 31 August and six months is 28 February."""
    if months is None:
        return None
    years, month = divmod(held_on.month - 1 + months, 12)
    year, month = held_on.year + years, month + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month, min(held_on.day, last))
