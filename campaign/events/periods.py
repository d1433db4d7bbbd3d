"""Months of the calendar and the campaign's own month, as pages walk through them."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_skeleton, get_day_names

from .. import i18n

MONTHS_BACK, MONTHS_AHEAD = -6, 12
A_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Month:
    """A month of a year."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month in which a day is."""
        return cls(day.year, day.month)

    @classmethod
    def read(cls, text: str) -> "Month | None":
        """A month as it stands in an address, `2027-01`; None when that is none of this century."""
        found = A_MONTH.fullmatch(text)
        return cls(int(found[1]), int(found[2])) if found else None

    def __str__(self) -> str:
        return f"{self.year}-{self.number:02}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def before(self) -> "Month":
        """The month before it."""
        return Month.of(self.first - timedelta(days=1))

    @property
    def after(self) -> "Month":
        """The month after it."""
        return Month.of(self.first + timedelta(days=31))

    @property
    def days(self) -> list[date]:
        """All its days."""
        return [self.first + timedelta(days=n) for n in range((self.after.first - self.first).days)]

    def near(self, today: date) -> "Month | None":
        """This month, if pages lead to it; not to far ones, or programs that follow links would walk on for ever."""
        away = (self.year - today.year) * 12 + self.number - today.month
        return self if MONTHS_BACK <= away <= MONTHS_AHEAD else None

    @property
    def name(self) -> str:
        """What it is called, with its year, as the language spoken writes it."""
        return str(format_skeleton("yMMMM", self.first, locale=_locale()))

    @property
    def lead(self) -> int:
        """In which column of a calendar it begins, from 1: weeks begin with another day in other languages."""
        return (self.first.weekday() - _first_weekday()) % 7 + 1


def weekdays() -> list[str]:
    """The days of the week in short, as a calendar of the language spoken has them."""
    names, first = get_day_names("abbreviated", locale=_locale()), _first_weekday()
    return [str(names[(first + n) % 7]) for n in range(7)]


def _first_weekday() -> int:
    """With which day a week begins where most readers of the language live; 0 is Monday."""
    name = _locale()
    likely = get_global("likely_subtags").get(name, name)
    return int(Locale.parse(likely).first_week_day)


@dataclass(frozen=True)
class Season:
    """The campaign's own month in one year: its first and its last day."""

    first: date
    last: date

    @property
    def name(self) -> str:
        """From when to when, as the language spoken writes it."""
        return f"{show(self.first)} – {show(self.last)}"


def season(today: date) -> Season:
    """The campaign's month that goes on, or else the next one."""
    found = _season(today.year - 1)
    while found.last < today:
        found = _season(found.first.year + 1)
    return found


def _season(year: int) -> Season:
    month = i18n.site().campaign.month
    first, last = (_day(year, text) for text in (month.first, month.until))
    return Season(first, last if last >= first else _day(year + 1, month.until))


def _day(year: int, text: str) -> date:
    number, _, day = text.partition("-")
    return date(year, int(number), int(day))


def show(day: date) -> str:
    """A day with its year, as the language spoken writes it."""
    return i18n.plain_year(format_date(day, "long", locale=_locale()))


def show_short(day: date) -> str:
    """A day and its weekday in few letters, as the language spoken writes it."""
    return str(format_skeleton("MMMEd", day, locale=_locale()))


def _locale() -> str:
    return i18n.locale_of(i18n.language())
