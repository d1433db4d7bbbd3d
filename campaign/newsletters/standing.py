"""Letters that stand ready: a welcome to whoever says yes to our news, and later a thank-you for a pledge.

Who gets one is decided twice, in one question when it is written and again when it is sent. Nobody gets one
who left or takes no mail, got the same one before, had enough letters this week, or is known to have asked for help.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, exists, select

from .. import clock, db, i18n, jobs, mail
from ..errors import Refused
from ..forms import reads_like_a_plea
from ..mail import Letter, LetterState
from ..pledges import audience as signers
from ..supporters import audience
from ..supporters.models import Supporter
from . import cap
from .audience_models import StandingKind, StandingLetter, StandingWords

LETTERS = {kind: f"newsletters.{kind.value}" for kind in StandingKind}
LATEST = timedelta(days=14)  # what happened longer ago is no occasion any more
MOST_DAYS = 10
AT_ONCE = 500
USUAL_DAYS = {StandingKind.WELCOME: 0, StandingKind.THANKS: 3}


def of(kind: StandingKind) -> StandingLetter:
    """How one stands; off, as long as nobody has turned it on."""
    return db.session().get(StandingLetter, kind) or StandingLetter(kind=kind, days=USUAL_DAYS[kind], version=0)


def words(kind: StandingKind, language: str) -> StandingWords:
    """What one says in a language; empty where nothing is written."""
    found = db.session().get(StandingWords, (kind, language))
    empty = {"subject": "", "body": "", "live_subject": "", "live_body": "", "version": 0}
    return found or StandingWords(kind=kind, language=language, **empty)


def live(kind: StandingKind, language: str) -> StandingWords | None:
    """The words that go out to readers of a language: theirs, else the English; None when there are neither."""
    found = select(StandingWords).where(StandingWords.kind == kind, StandingWords.live_at.is_not(None))
    by_language = {one.language: one for one in db.session().scalars(found)}
    return by_language.get(language) or by_language.get("en")


def written_in(kind: StandingKind) -> dict[str, StandingWords]:
    """All that is written of one, by language."""
    found = select(StandingWords).where(StandingWords.kind == kind)
    return {one.language: one for one in db.session().scalars(found)}


def switch(kind: StandingKind, *, on: bool, days: int, version: int | None, now: datetime) -> None:
    """Turn it on or off. Turned on, it is for what happens from now on.

    Raises Stale when somebody else changed it meanwhile, and Refused when it has no English words to say.
    """
    db.take_turn(f"standing letter {kind}")
    one = of(kind)
    db.must_be(one.version, version)
    if on and live(kind, "en") is None:
        raise Refused(
            "Write its English words and let them go out first: they are for everybody without words of theirs."
        )
    one.since = (one.since or now) if on else None
    one.days, one.version = days, one.version + 1
    db.session().add(one)


def write(kind: StandingKind, language: str, subject: str, body: str, version: int | None) -> None:
    """Keep the draft of what it shall say next. Raises Stale when somebody else wrote meanwhile."""
    db.take_turn(f"standing letter {kind} {language}")
    one = words(kind, language)
    db.must_be(one.version, version)
    one.subject, one.body, one.version = subject, body, one.version + 1
    db.session().add(one)


def publish(kind: StandingKind, language: str, read: int, now: datetime) -> None:
    """Let the draft go out from now on, as it was read.

    Raises LookupError when nothing is written in this language, and Refused when somebody has written on since.
    """
    db.take_turn(f"standing letter {kind} {language}")
    one = words(kind, language)
    if not one.version:
        raise LookupError(language)
    if one.version != read:
        raise Refused(
            "Somebody has changed these words since you read them. Read them once more, then let them go out."
        )
    one.live_subject, one.live_body, one.live_at = one.subject, one.body, now


@jobs.sweep("standing-letters", minute="*/15")
def send() -> int:
    """Owe a letter to everybody who has an occasion and nothing against it; how many."""
    number, now = 0, clock.now()
    for kind in StandingKind:
        with db.writing():
            if current_app.extensions["switches"].standing_in_turn:
                db.take_turn("standing letters")  # two workers would each find the same people
            number += _owe(kind, now)
    return number


def _owe(kind: StandingKind, now: datetime) -> int:
    one = of(kind)
    if one.since is None:
        return 0
    found = due(kind, one.since, timedelta(days=one.days), now).limit(AT_ONCE)
    rows = db.session().execute(found).all()
    for supporter_id, about_id in rows:
        mail.write(LETTERS[kind], about_id, supporter_id, now)
    if len(rows) == AT_ONCE:
        jobs.wake("standing-letters")
    return len(rows)


def due(kind: StandingKind, since: datetime, wait: timedelta, now: datetime) -> Select[Any]:
    """Who is to get it now, and what it is about: what they agreed to or signed since then, and so long ago."""
    first, last = max(since, now - wait - LATEST), now - wait
    occasions = audience.agreed_between(first, last)
    if kind is StandingKind.THANKS:
        occasions = signers.signed_between(first, last)
    rows = occasions.subquery("occasions")
    columns = rows.c[0], rows.c[1]
    found = select(*columns).join(Supporter, Supporter.id == rows.c[0])
    return found.where(audience.reachable(), _first(kind), cap.within(now)).order_by(columns[1])


def _first(kind: StandingKind) -> ColumnElement[bool]:
    """That they have not got it yet, as long as we know (letters are forgotten in time)."""
    before = exists().where(Letter.supporter_id == Supporter.id, Letter.kind == LETTERS[kind])
    return ~before.correlate(Supporter)


@cap.counted
def _counted(since: datetime) -> Select[Any]:
    kinds, gone = list(LETTERS.values()), (LetterState.DROPPED,)
    which = Letter.kind.in_(kinds) & (Letter.written_at > since) & Letter.state.not_in(gone)
    return select(Letter.supporter_id).where(which)


def may_go(kind: StandingKind, supporter_id: int, texts: Sequence[str]) -> bool:
    """Whether it is still right to send it: on, wanted, and no message of theirs to a pledge is a call for help."""
    wanted = select(Supporter.id).where(Supporter.id == supporter_id, audience.reachable())
    if of(kind).since is None or db.session().scalar(wanted) is None:
        return False
    return not any(reads_like_a_plea(text) for text in texts)


def name(kind: StandingKind) -> str:
    """What staff call it."""
    return {StandingKind.WELCOME: "Welcome", StandingKind.THANKS: "Thank-you after a pledge"}[kind]


def languages() -> list[tuple[str, str]]:
    """The languages of the site, by code and name."""
    return [(one.code, one.name) for one in i18n.site().languages]
