"""What is kept about somebody, gathered from every feature: for the page about them and for the letter with it all."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from blinker import Signal
from flask_babel import gettext
from sqlalchemy import select

from .. import db, i18n
from ..mail import NOBODY, Letter
from . import ledger, retention
from .models import Consent, LedgerEntry, Supporter

BACKUP_DAYS = retention.RULES["backups"].days
holding = Signal("Asks the features above what they hold of this supporter; each answers with a list of Held.")


@dataclass(frozen=True)
class Held:
    """One thing that a feature holds of somebody, in the language spoken.

    `kind` and `id` name it when they take it back, by a button of this name; none where it cannot be. `data` is the
    same for programs.
    """

    kind: str
    id: int
    title: str
    facts: list[tuple[str, str]]
    button: str = ""
    data: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """A yes or no, as its giver reads it."""

    given: bool
    words: str
    language: str
    source: str
    said_at: datetime
    purpose: str
    partner_id: int | None


@dataclass(frozen=True)
class Kept:
    """All of it."""

    person: Supporter
    said: list[Said]
    held: list[Held]
    letters: list[Letter]
    noted: list[LedgerEntry]

    @property
    def shared(self) -> list[Held]:
        """What partners may have or do."""
        return [one for one in self.held if one.kind.endswith("_consent")]

    @property
    def other(self) -> list[Held]:
        """What they did here themselves."""
        return [one for one in self.held if not one.kind.endswith(("_consent", "_step"))]

    @property
    def steps(self) -> list[Held]:
        """What others said of them: their history, of which they can take nothing back."""
        return [one for one in self.held if one.kind.endswith("_step")]


def about(supporter_id: int) -> Kept:
    """All that is kept about them, in the language spoken. Raises NoResultFound."""
    session, person = db.session(), db.session().get_one(Supporter, supporter_id)
    consents = session.scalars(select(Consent).where(Consent.supporter_id == supporter_id).order_by(Consent.id))
    letters = select(Letter).where(Letter.supporter_id == supporter_id, Letter.kind != NOBODY).order_by(Letter.id)
    noted = select(LedgerEntry).where(LedgerEntry.mark == ledger.mark_of(person.mailbox)).order_by(LedgerEntry.id)
    held = list(chain.from_iterable(answer for _, answer in holding.send(supporter_id)))
    said = [_said(one) for one in consents]
    return Kept(person, said, held, list(session.scalars(letters)), list(session.scalars(noted)))


def _said(one: Consent) -> Said:
    language, source = i18n.find(one.language).name, _source(one.source)
    return Said(one.given, one.words, language, source, one.said_at, one.purpose, one.partner_id)


def _source(source: str) -> str:
    """Where somebody said it, in words."""
    kind = source.partition(" ")[0]
    words: dict[str, str] = {
        "signature": gettext("with a signature"),
        "rsvp": gettext("with a reservation"),
        "volunteer": gettext("when you signed up as a volunteer"),
        "page": gettext("on the page for stopping our letters"),
        "one-click": gettext("with the button of your mail program"),
        "own": gettext("on this page"),
        "mailing": gettext("at the mailing list"),
        "partner": gettext("by us, when the organization left the coalition"),
    }
    return words.get(kind, source)


def table() -> list[tuple[str, str]]:
    """How long each kind of record is kept."""
    return retention.table()


def as_json(kept: Kept, now: datetime) -> str:
    """The same for programs: keys in English, moments in UTC (RFC 3339)."""
    person = kept.person
    known: dict[str, Any] = {
        "made_at": _moment(now),
        "email": person.email,
        "language": person.language,
        "known_since": _moment(person.added_at),
        "confirmed_at": _moment(person.confirmed_at),
        "news": person.subscribed,
        "left_at": _moment(person.left_at),
        "neutral_letters": person.discreet,
        "mailing_list": person.list_state,
        "mailing_list_groups": person.list_tags.splitlines(),
        "agreed": [_agreed(one) for one in kept.said],
        "letters": [
            {
                "kind": one.kind,
                "written_at": _moment(one.written_at),
                "state": one.state,
                "sent_at": _moment(one.sent_at),
            }
            for one in kept.letters
        ],
        "ledger": [{"what": one.what, "noted_at": _moment(one.noted_at)} for one in kept.noted],
    }
    for one in kept.held:
        known.setdefault(f"{one.kind}s", []).append(one.data)
    return json.dumps(known, ensure_ascii=False, indent=2) + "\n"


def _agreed(one: Said) -> dict[str, object]:
    said = {"given": one.given, "words": one.words, "language": one.language, "purpose": one.purpose}
    return {**said, "partner": one.partner_id, "where": one.source, "at": _moment(one.said_at)}


def _moment(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None
