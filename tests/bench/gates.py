"""What a gate is, the list of them, and the judgement on a figure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .stand import Stand


class Failed(Exception):
    """The measuring itself went wrong: an answer was not the right one, or a row is missing. No figure then."""


@dataclass(frozen=True)
class Run:
    """One run of the load generator. Times are seconds; `cpu` is the server's time for one request."""

    rate: float
    p50: float
    p99: float
    longest: float
    cpu: float
    generator_share: float


@dataclass
class Series:
    """The runs of one thing that was measured, under the name it has in the report."""

    name: str
    runs: list[Run] = field(default_factory=list)

    def middle(self, what: str = "rate") -> float:
        """The median of the runs."""
        return median(float(getattr(run, what)) for run in self.runs)

    def least(self, what: str = "rate") -> float:
        """The smallest of the runs."""
        return min(float(getattr(run, what)) for run in self.runs)

    def most(self, what: str = "rate") -> float:
        """The largest of the runs."""
        return max(float(getattr(run, what)) for run in self.runs)


@dataclass(frozen=True)
class Figure:
    """A number with what it must reach, and its spread. `upwards` is False where less is better (a time).

    `control` is the same number with the protection switched off; a gate whose control passes proves nothing.
    `beside` figures are printed and judged by nobody.
    """

    claim: str
    value: float
    floor: float | None = None
    target: float | None = None
    unit: str = ""
    upwards: bool = True
    control: bool = False
    spread: tuple[float, float] | None = None

    @classmethod
    def ratio(cls, claim: str, top: Series, bottom: Series, floor: float | None = None, **limits: Any) -> "Figure":
        """How many times as quick `top` is as `bottom`: the median of the turns, in which each met the same weather."""
        turns = [one.rate / other.rate for one, other in zip(top.runs, bottom.runs, strict=True) if other.rate]
        return cls(claim, median(turns), floor, spread=(min(turns), max(turns)), **limits)

    @property
    def reached(self) -> bool:
        """Whether the floor is held (for a control: missed, as it must be)."""
        held = self.floor is None or (self.value >= self.floor if self.upwards else self.value <= self.floor)
        return not held if self.control else held

    @property
    def verdict(self) -> str:
        """A word for the table."""
        if self.floor is None:
            return ""
        if self.control:
            return "fails, as it must" if self.reached else "**passes: the gate proves nothing**"
        if not self.reached:
            return "**below the floor**" if self.upwards else "**above the limit**"
        return "target reached" if self._target_reached else "floor held"

    @property
    def _target_reached(self) -> bool:
        if self.target is None:
            return False
        return self.value >= self.target if self.upwards else self.value <= self.target


@dataclass
class Finding:
    """What one gate found on one database; `failed`: why the measuring itself went wrong, and there is no figure."""

    gate: "Gate"
    database: str
    figures: list[Figure] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    failed: str = ""

    @property
    def passed(self) -> bool:
        """Whether it was measured, every figure holds its floor, and every control fails."""
        return not self.failed and all(figure.reached for figure in self.figures)


@dataclass(frozen=True)
class Gate:
    """One gate: its name, what it promises, on which databases, and how it is measured."""

    name: str
    promise: str
    databases: tuple[str, ...]
    measure: Callable[["Stand", Finding], None]


GATES: dict[str, Gate] = {}


def gate(
    name: str, promise: str, databases: tuple[str, ...] = ("sqlite", "postgresql")
) -> Callable[[Callable[["Stand", Finding], None]], Callable[["Stand", Finding], None]]:
    """Declare a gate: a function that fills in a Finding, measuring on a Stand."""

    def declare(measure: Callable[["Stand", Finding], None]) -> Callable[["Stand", Finding], None]:
        GATES[name] = Gate(name, promise, databases, measure)
        return measure

    return declare


def chosen(names: list[str]) -> Iterator[Gate]:
    """The gates with these names, or all. Raises SystemExit for a name that is none."""
    for name in names or sorted(GATES, key=lambda one: int(one[1:])):
        if name.upper() not in GATES:
            raise SystemExit(f"There is no gate {name}; there are {', '.join(GATES)}.")
        yield GATES[name.upper()]
