"""Which events a page lists: those to come, a month, those that are over, a partner's; each question with an end.

Members' meetings and drafts are in none of them. An event lasts 14 days at most, so what still goes on is found from
its start: the index of state and start answers every question here.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, or_, select

from .. import db, i18n
from ..partners.models import Partner, PartnerState
from ..places.models import Place
from .board import Shown, named, shown
from .models import LONGEST, Event, EventHost, EventState, Kind

A_PAGE = 20
MOST_IN_A_MONTH = 200
MOST_OFFERED = 200  # places and partners to choose from
MOST_IN_A_FEED = 500
MOST_IN_A_SITEMAP = 1_000  # each in every language
FEED_SINCE = timedelta(days=60)


@dataclass(frozen=True)
class Wanted:
    """What is looked for; all that is not empty must fit. `place` is an id, `partner` an address, the rest codes."""

    place: int = 0
    language: str = ""
    partner: str = ""
    kind: str = ""

    def sql(self) -> list[ColumnElement[bool]]:
        """The same as a question to the records."""
        parts: list[ColumnElement[bool]] = [Event.members_only.is_(False)]
        parts += [Event.place_id == self.place] if self.place else []
        parts += [Event.kind == self.kind] if self.kind else []
        if self.language:
            code = f" {self.language} "
            parts.append(or_(Event.languages.contains(code), Event.interpreted.contains(code)))
        if self.partner:
            found = select(Partner.id).where(Partner.slug == self.partner).scalar_subquery()
            parts.append(hosted_by(found))
        return parts

    @property
    def query(self) -> dict[str, object]:
        """What is asked for, as it stands in an address."""
        return {name: value for name, value in vars(self).items() if value}


def hosted_by(partner_id: object) -> ColumnElement[bool]:
    """That this partner is the host, or one of the hosts."""
    together = select(EventHost.event_id).where(EventHost.partner_id == partner_id)
    return or_(Event.partner_id == partner_id, Event.id.in_(together))


def upcoming(wanted: Wanted, now: datetime, page: int = 0, size: int = A_PAGE) -> list[Shown]:
    """Events that are not over, the next one first; one more than `size` when there are more."""
    going = and_(Event.state == EventState.PUBLISHED, Event.starts_at > now - LONGEST, Event.ends_at > now)
    found = select(Event).where(going, *wanted.sql()).order_by(Event.starts_at, Event.id)
    return _shown(found.offset(page * size).limit(size + 1))


def past(wanted: Wanted, now: datetime, page: int = 0, size: int = A_PAGE) -> list[Shown]:
    """Events that are over, the last one first; one more than `size` when there are more."""
    over = and_(Event.state == EventState.PUBLISHED, Event.starts_at < now, Event.ends_at <= now)
    found = select(Event).where(over, *wanted.sql()).order_by(Event.starts_at.desc(), Event.id.desc())
    return _shown(found.offset(page * size).limit(size + 1))


def called_off(wanted: Wanted, now: datetime) -> list[Shown]:
    """Events of the next 60 days that were cancelled: who meant to come looks for them in the list."""
    soon = and_(Event.state == EventState.CANCELLED, Event.starts_at > now, Event.starts_at < now + FEED_SINCE)
    return _shown(select(Event).where(soon, *wanted.sql()).order_by(Event.starts_at).limit(A_PAGE))


def between(first: date, last: date, wanted: Wanted) -> list[Shown]:
    """Events that begin on these days of the campaign's wall, the first and the last with them; 200 at most."""
    start, end = (i18n.from_local(datetime.combine(day, time())) for day in (first, last + timedelta(days=1)))
    then = and_(Event.state == EventState.PUBLISHED, Event.starts_at >= start, Event.starts_at < end)
    return _shown(select(Event).where(then, *wanted.sql()).order_by(Event.starts_at, Event.id).limit(MOST_IN_A_MONTH))


def month(year: int, number: int, wanted: Wanted) -> list[Shown]:
    """Events that begin in a month."""
    return between(date(year, number, 1), date(year, number, monthrange(year, number)[1]), wanted)


def feed(now: datetime, partner_id: int | None = None) -> list[Shown]:
    """What other calendars get: from 60 days ago on, cancelled ones too, so that they disappear there; 500 at most."""
    states = (EventState.PUBLISHED, EventState.CANCELLED)
    known = [Event.state.in_(states), Event.starts_at > now - FEED_SINCE, Event.members_only.is_(False)]
    known += [Event.published_at.is_not(None)]
    known += [hosted_by(partner_id)] if partner_id is not None else []
    return _shown(select(Event).where(*known).order_by(Event.starts_at, Event.id).limit(MOST_IN_A_FEED))


def meetings(now: datetime) -> list[Shown]:
    """What is for members of the coalition alone, from a month ago on."""
    states = (EventState.PUBLISHED, EventState.CANCELLED)
    known = [Event.state.in_(states), Event.members_only, Event.starts_at > now - timedelta(days=31)]
    return _shown(select(Event).where(*known).order_by(Event.starts_at, Event.id).limit(A_PAGE))


def changes() -> list[tuple[str, datetime]]:
    """The addresses of the events that everybody may see, each with the moment of its last change."""
    found = select(Event.slug, Event.changed_at).where(
        Event.state == EventState.PUBLISHED, Event.members_only.is_(False)
    )
    rows = db.session().execute(found.order_by(Event.starts_at.desc()).limit(MOST_IN_A_SITEMAP))
    return [(row.slug, row.changed_at) for row in rows]


def _shown(found: object) -> list[Shown]:
    return shown(db.session().scalars(found).all())  # type: ignore[call-overload]


@dataclass(frozen=True)
class Offer:
    """What the list can be narrowed down by: values and labels."""

    places: list[tuple[str, str]]
    partners: list[tuple[str, str]]
    languages: list[tuple[str, str]]
    kinds: list[str]


def offer(now: datetime) -> Offer:
    """The places of the events to come, the partners that may be named, the languages of the site, every kind."""
    going = [Event.state == EventState.PUBLISHED, Event.starts_at > now - LONGEST, Event.members_only.is_(False)]
    there = select(Event.place_id).where(*going, Event.place_id.is_not(None)).distinct()
    places = select(Place.id, Place.name).where(Place.id.in_(there)).order_by(Place.name_key).limit(MOST_OFFERED)
    active = select(Partner).where(Partner.state == PartnerState.ACTIVE).order_by(Partner.name_key)
    hosts = named(db.session().scalars(active.limit(MOST_OFFERED)).all())
    return Offer(
        places=[(str(row.id), row.name) for row in db.session().execute(places)],
        partners=[(one.slug, one.name) for one in hosts.values()],
        languages=[(one.code, one.name) for one in i18n.site().languages],
        kinds=[kind.value for kind in Kind],
    )
