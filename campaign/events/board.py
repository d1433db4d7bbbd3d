"""What pages and letters show of events: one of them in the reader's language, English where it is not translated."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext
from markupsafe import Markup
from sqlalchemy import bindparam, select

from .. import db, i18n
from ..partners import agreements
from ..partners.models import Partner, PartnerState, What
from ..places.models import Place
from ..text import markdown
from . import rules, times
from .models import Event, EventHost, EventQuestion, EventState, EventTexts, FormerEventSlug, QuestionWords, Refusal

# Built once: building it takes longer than the database takes to obey it.
QUESTIONS = (
    select(EventQuestion, QuestionWords)
    .join(QuestionWords, QuestionWords.question_id == EventQuestion.id)
    .where(
        EventQuestion.event_id == bindparam("event_id"),
        (QuestionWords.language == "en") | (QuestionWords.language == bindparam("language")),
    )
    .order_by(EventQuestion.place, EventQuestion.id)
)


@dataclass(frozen=True)
class Shown:
    """An event as a page shows it, with its words in one language and who holds it, the host first."""

    event: Event
    title: str
    words: EventTexts | None
    language: str
    place: Place | None
    hosts: list[Partner]

    @property
    def slug(self) -> str:
        """Its address."""
        return self.event.slug

    @property
    def summary(self) -> str:
        """What it is in a sentence."""
        return self.words.summary if self.words else ""

    @property
    def html(self) -> Markup:
        """The longer words, as HTML."""
        return markdown(self.words.body if self.words else "")

    @property
    def agenda_html(self) -> Markup:
        """The agenda, as HTML: for members alone."""
        return markdown(self.words.agenda if self.words else "")

    @property
    def joining(self) -> Markup:
        """How to join, for those with a seat only, as HTML."""
        return markdown(self.words.joining if self.words else "")

    @property
    def when(self) -> str:
        """From when to when, on its own clock."""
        return times.span(self.event.starts_at, self.event.ends_at, self.event.zone)

    @property
    def full(self) -> bool:
        """Whether who comes now has to wait, all the more with company: one word for all, as the answer page has it."""
        return self.event.capacity is not None and self.event.taken >= self.event.capacity

    def refusal(self, now: datetime) -> Refusal | None:
        """Why nobody can RSVP now."""
        return rules.refusal(self.event, now)


@dataclass(frozen=True)
class Question:
    """A question of the form, in the reader's language."""

    id: int
    answer: str
    required: bool
    words: str
    language: str


def find(slug: str) -> Shown | None:
    """One event by its address, drafts too: the door decides who may see them."""
    event = db.session().scalar(select(Event).where(Event.slug == slug))
    return shown([event])[0] if event else None


def get(event_id: int) -> Shown:
    """One event by its id. Raises LookupError."""
    if (event := db.session().get(Event, event_id)) is None:
        raise LookupError(event_id)
    return shown([event])[0]


def shown(events: Iterable[Event]) -> list[Shown]:
    """These events with their words, places and hosts, in as many statements for a thousand as for one."""
    if not (events := list(events)):
        return []
    words, hosts = _words([one.id for one in events]), _hosts(events)
    named = {one.place_id for one in events if one.place_id}
    places = {one.id: one for one in db.session().scalars(select(Place).where(Place.id.in_(named)))} if named else {}
    return [_shown(one, words.get(one.id), places.get(one.place_id or 0), hosts[one.id]) for one in events]


def _shown(event: Event, words: EventTexts | None, place: Place | None, hosts: list[Partner]) -> Shown:
    title = words.title if words else event.slug
    return Shown(event, title, words, words.language if words else "en", place, hosts)


def _words(event_ids: list[int]) -> dict[int, EventTexts]:
    spoken = i18n.language().code
    found = select(EventTexts).where(EventTexts.event_id.in_(event_ids), EventTexts.language.in_(("en", spoken)))
    chosen: dict[int, EventTexts] = {}
    for one in db.session().scalars(found):
        if one.language == spoken or one.event_id not in chosen:
            chosen[one.event_id] = one
    return chosen


def _hosts(events: list[Event]) -> dict[int, list[Partner]]:
    ids = [one.id for one in events]
    rows = db.session().execute(select(EventHost.event_id, EventHost.partner_id).where(EventHost.event_id.in_(ids)))
    with_them: dict[int, list[int]] = {one.id: [one.partner_id] if one.partner_id else [] for one in events}
    for row in rows:
        if row.partner_id not in with_them[row.event_id]:
            with_them[row.event_id].append(row.partner_id)
    ids = sorted({one for theirs in with_them.values() for one in theirs})
    known = named(db.session().scalars(select(Partner).where(Partner.id.in_(ids))).all()) if ids else {}
    return {event_id: [known[one] for one in theirs if one in known] for event_id, theirs in with_them.items()}


def named(hosts: Sequence[Partner]) -> dict[int, Partner]:
    """Those of these partners whose names may be shown, by id: active ones that agreed to a page."""
    agreed = agreements.holding([one.id for one in hosts]) if hosts else {}
    shown = [one for one in hosts if one.state == PartnerState.ACTIVE and What.PAGE in agreed.get(one.id, set())]
    return {one.id: one for one in shown}


def questions(event_id: int) -> list[Question]:
    """What staff ask those who come, in the order of the form."""
    spoken = i18n.language().code
    chosen: dict[int, Question] = {}
    for one, words in db.session().execute(QUESTIONS, {"event_id": event_id, "language": spoken}):
        if words.language == spoken or one.id not in chosen:
            chosen[one.id] = Question(one.id, one.answer, one.required, words.words, words.language)
    return list(chosen.values())


def forward(slug: str) -> str | None:
    """The address that an event has now, given one it had before."""
    found = select(Event.slug).join(FormerEventSlug, FormerEventSlug.event_id == Event.id)
    return db.session().scalar(found.where(FormerEventSlug.slug == slug))


def is_public(event: Event) -> bool:
    """Whether everybody may see it: cancelled ones, too, for their links are out in the world."""
    return event.state in (EventState.PUBLISHED, EventState.CANCELLED) and not event.members_only


def where(place: Place | None, link: str) -> str:
    """A place in one line, the link, or both."""
    there = ", ".join(filter(None, (place.name, place.where))) if place else ""
    return " · ".join(filter(None, (there, link)))


def answer_in_words(said: str) -> str:
    """An answer as it is read: yes and no in the reader's language, anything else as it was typed."""
    words: dict[str, str] = {"yes": gettext("Yes"), "no": gettext("No")}
    return words.get(said, said)
