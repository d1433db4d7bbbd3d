"""Who gets a newsletter: a rule as one question to the records, its people by language, and a few to look at."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from .. import db
from ..supporters import audience
from ..supporters.models import Supporter
from . import cap, segment_kinds, segments
from .segment_rules import EVERYBODY, Condition, Rule

SAMPLE = 10
within_cap = cap.within


def chosen(segment_id: int | None) -> Select[int, str]:
    """The id and the language of everybody a newsletter is for; without a segment of all who want our news.

    Each once, and whether or not they had enough letters this week: see `within_cap`. Raises LookupError.
    """
    return choose(segments.rule_of(segment_id) if segment_id is not None else EVERYBODY)


def choose(rule: Rule) -> Select[int, str]:
    """The same for a rule."""
    return select(Supporter.id, Supporter.language).where(meant(rule))


def meant(rule: Rule) -> ColumnElement[bool]:
    """That somebody wants our news and fits a rule."""
    return and_(audience.wanted(), _fits(rule)) if rule.parts else audience.wanted()


def still_wanted() -> ColumnElement[bool]:
    """That somebody may be sent news at this moment, whatever they were chosen for."""
    return audience.wanted()


def _fits(rule: Rule) -> ColumnElement[bool]:
    parts = [segment_kinds.sql(one) if isinstance(one, Condition) else _fits(one) for one in rule.parts]
    found = and_(true(), *parts) if rule.how == "all" else or_(*parts)
    return ~found.self_group() if rule.negated else found


@dataclass(frozen=True)
class Somebody:
    """One of the people whom a rule means, as staff look at them: no name, and an address that nobody can write to."""

    address: str
    language: str


@dataclass(frozen=True)
class Found:
    """Whom a rule means now: how many by language, how many of them had enough letters, and some to look at.

    `neutral`: how many more agreed to our news, and want neutral letters instead.
    """

    by_language: dict[str, int]
    had_enough: int
    neutral: int
    people: list[Somebody]

    @property
    def number(self) -> int:
        """How many in all."""
        return sum(self.by_language.values())


def look(rule: Rule, now: datetime) -> Found:
    """Count them, and pick ten from all over: by an order that has to do with nobody, and stays while they do."""
    which, language, session = meant(rule), Supporter.language, db.session()
    numbers = session.execute(select(language, func.count()).where(which).group_by(language))
    by_language = {row[0]: int(row[1]) for row in sorted(numbers, key=lambda row: (-row[1], row[0]))}
    enough = (
        session.scalar(select(func.count()).select_from(Supporter).where(which, Supporter.id.in_(cap.had_enough(now))))
        or 0
    )
    neutral = session.scalar(select(func.count()).select_from(Supporter).where(audience.discreet())) or 0
    return Found(by_language, int(enough), int(neutral), _some(which))


def _some(which: ColumnElement[bool]) -> list[Somebody]:
    columns = (Supporter.mailbox, Supporter.language)
    mixed = (Supporter.id * 7919) % 10007
    rows = db.session().execute(select(*columns).where(which).order_by(mixed, Supporter.id).limit(SAMPLE))
    return [Somebody(masked(row.mailbox), row.language) for row in rows]


def masked(mailbox: str) -> str:
    """The address with all but the first letter of its name hidden: enough to see what kind of people they are."""
    name, _, domain = mailbox.rpartition("@")
    return f"{name[:1]}…@{domain}"
