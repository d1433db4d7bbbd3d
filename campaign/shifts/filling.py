"""Who could fill a gap on a shift: decided from plain records alone, with reasons for and against, the best first."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ..volunteers.models import Level
from ..volunteers.rules import Person
from . import rules
from .rules import Limits, No, Time, Wanted, Why

LEVELS: dict[str, int] = {Level.NATIVE: 3, Level.WELL: 2, Level.SOME: 1}
HEARD = 1  # added to the level when staff have heard it
MUCH = 4  # who has so many shifts in the weeks around is asked after the others


class For(StrEnum):
    """What speaks for somebody."""

    SPEAKS = "speaks"
    HEARD = "heard"
    FREE = "free"
    WISHED = "wished"
    NEAR = "near"


class Against(StrEnum):
    """What speaks against somebody beside the rules of shifts."""

    ON_IT = "on it"
    SAID_NO = "said no"
    ASKED_TODAY = "asked today"
    NO_LETTERS = "no letters"
    NOT_SPOKEN = "not spoken"
    NOT_FREE = "not free"
    ASKED_BEFORE = "asked before"
    HAS_MUCH = "has much"


# Who has one of these is not asked, whatever speaks for them; the others only put somebody further down.
FINAL = frozenset({Against.ON_IT, Against.SAID_NO, Against.ASKED_TODAY, Against.NO_LETTERS})


@dataclass(frozen=True)
class Gap:
    """A place that is free on a shift: `lacking` are the languages that it needs and nobody on it speaks yet."""

    wanted: Wanted
    role_id: int
    languages: tuple[str, ...] = ()
    lacking: frozenset[str] = frozenset()
    area_key: str = ""

    @property
    def needed(self) -> frozenset[str]:
        """The languages that would help: those that nobody there speaks yet, else all that it asks for."""
        return self.lacking or frozenset(self.languages)


@dataclass(frozen=True)
class Helper:
    """What is known of somebody who might come.

    `spoken` are levels by language, `heard` what staff have heard; `free` days (Monday is 0) and parts of them. `mine`
    are the shifts that they have taken, `around` how many of these are within some weeks of the gap. `on_it` is whether
    they have or wait for a place on this very shift, `said_no` whether they were asked for it and cannot. `no_letters`:
    since they joined they told us to stop our letters.
    """

    id: int
    name: str
    person: Person
    spoken: Mapping[str, str] = field(default_factory=dict)
    heard: frozenset[str] = frozenset()
    free: frozenset[tuple[int, str]] = frozenset()
    wished: frozenset[int] = frozenset()
    area_key: str = ""
    mine: Sequence[Time] = ()
    around: int = 0
    on_it: bool = False
    said_no: bool = False
    asked_today: bool = False
    asked_before: bool = False
    no_letters: bool = False


@dataclass(frozen=True)
class Reason:
    """One thing that speaks for or against somebody; `no` is what stands in the way by the rules."""

    why: For | Against | Why
    language: str = ""
    no: No | None = None


@dataclass(frozen=True)
class Fit:
    """Somebody with all that speaks for and against them."""

    helper: Helper
    pros: tuple[Reason, ...]
    cons: tuple[Reason, ...]

    @property
    def can(self) -> bool:
        """Whether they may be asked: nothing final speaks against them, and no rule of shifts."""
        return not any(one.no or one.why in FINAL for one in self.cons)

    @property
    def likely(self) -> bool:
        """Whether to suggest asking them: they speak what is needed. When they have time the letter asks."""
        return self.can and not self.has(Against.NOT_SPOKEN)

    def has(self, why: For | Against) -> bool:
        """Whether this is among the reasons."""
        return any(one.why == why for one in (*self.pros, *self.cons))


def fit(gap: Gap, helper: Helper, limits: Limits, now: datetime) -> Fit:
    """All that speaks for and against somebody's filling a gap."""
    nos = rules.refusals(gap.wanted, helper.person, helper.mine, limits, now)
    cons = [Reason(one.why, no=one) for one in nos]
    pros: list[Reason] = []
    for known, why in (
        (helper.on_it, Against.ON_IT),
        (helper.said_no, Against.SAID_NO),
        (helper.asked_today, Against.ASKED_TODAY),
        (helper.no_letters, Against.NO_LETTERS),
    ):
        cons += [Reason(why)] if known else []
    _by_language(gap, helper, pros, cons)
    free = rules.has_time(gap.wanted.time, helper.free)
    (pros if free else cons).append(Reason(For.FREE if free else Against.NOT_FREE))
    pros += [Reason(For.WISHED)] if gap.role_id in helper.wished else []
    pros += [Reason(For.NEAR)] if gap.area_key and gap.area_key == helper.area_key else []
    cons += [Reason(Against.ASKED_BEFORE)] if helper.asked_before and not (helper.said_no or helper.asked_today) else []
    cons += [Reason(Against.HAS_MUCH)] if helper.around >= MUCH else []
    return Fit(helper, tuple(pros), tuple(cons))


def _by_language(gap: Gap, helper: Helper, pros: list[Reason], cons: list[Reason]) -> None:
    if not gap.needed:
        return
    spoken = [code for code in sorted(gap.needed) if code in helper.spoken]
    for code in sorted(spoken, key=lambda code: -_level(helper, code)):
        pros.append(Reason(For.SPEAKS, code))
        pros += [Reason(For.HEARD, code)] if code in helper.heard else []
    if not spoken:
        cons.append(Reason(Against.NOT_SPOKEN))


def _level(helper: Helper, code: str) -> int:
    return LEVELS.get(helper.spoken.get(code, ""), 0) + (HEARD if code in helper.heard else 0)


def rank(gap: Gap, helpers: Iterable[Helper], limits: Limits, now: datetime) -> list[Fit]:
    """Everybody with their reasons: those who may be asked first, the best of them on top.

    A language that is needed weighs most, then that they have time then, that they wish for the role, that they are
    near, that they have little to do, and that they were not asked for this before. Of equals the one with fewer
    shifts comes first, then by name.
    """
    return sorted((fit(gap, one, limits, now) for one in helpers), key=lambda one: _order(gap, one))


def _order(gap: Gap, one: Fit) -> tuple[object, ...]:
    helper = one.helper
    return (
        not one.can,
        sum(reason.no is not None or reason.why in FINAL for reason in one.cons) if not one.can else 0,
        -max((_level(helper, code) for code in gap.needed), default=0),
        not one.has(For.FREE),
        not one.has(For.WISHED),
        one.has(Against.HAS_MUCH),
        one.has(Against.ASKED_BEFORE),
        not one.has(For.NEAR),
        helper.around,
        helper.name,
        helper.id,
    )


def lacking(needed: Iterable[str], spoken: Iterable[Collection[str]]) -> frozenset[str]:
    """The languages that a shift needs and that none of those on it speaks."""
    there = {code for one in spoken for code in one}
    return frozenset(needed) - there
