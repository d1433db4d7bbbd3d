"""How long each kind of record is kept. The hourly sweep obeys this table, and the privacy page prints it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext
from sqlalchemy.exc import SQLAlchemyError

from .. import clock, db, jobs, mail, pleas, salts, web
from ..partners import applications
from ..places import arrivals
from ..staff import audit
from ..staff import service as staff

log = logging.getLogger("campaign")
Forget = Callable[[datetime, bool], int]


@dataclass(frozen=True)
class Rule:
    """A kind of record, in words for the privacy page, and how many days it is kept; None as the words say."""

    what: object
    how_long: object
    days: int | None

    @property
    def words(self) -> str:
        """How long, in the language spoken, with the number that the sweep obeys."""
        days = self.days or 0
        return str(self.how_long) % {"days": days, "years": days // 365}


RULES: dict[str, Rule] = {
    "unconfirmed": Rule(
        lazy_gettext("A signature that was not confirmed"), lazy_gettext("%(days)d days after signing"), 30
    ),
    "withdrawn": Rule(
        lazy_gettext("A signature that was taken back"), lazy_gettext("%(days)d days after it was taken back"), 30
    ),
    "set_aside": Rule(
        lazy_gettext("A signature that we set aside because it seems to come from a program"),
        lazy_gettext("%(days)d days after it was set aside"),
        90,
    ),
    "applications_unconfirmed": Rule(
        lazy_gettext("An application to join the coalition that was not confirmed"),
        lazy_gettext("%(days)d days after it was sent"),
        30,
    ),
    "applications": Rule(
        lazy_gettext("An application to join the coalition"), lazy_gettext("%(days)d days after our answer"), 90
    ),
    "messages": Rule(
        lazy_gettext("The message of a signature"), lazy_gettext("%(days)d days after the pledge closes"), 365
    ),
    "rsvps_ended": Rule(
        lazy_gettext("A reservation that was cancelled or not confirmed"),
        lazy_gettext("%(days)d days after that"),
        30,
    ),
    "rsvp_needs": Rule(
        lazy_gettext("What you told us that you need at an event, and your answers to its questions"),
        lazy_gettext("%(days)d days after the event"),
        14,
    ),
    "rsvps": Rule(lazy_gettext("That you had a seat at an event"), lazy_gettext("%(days)d days after the event"), 90),
    "event_messages": Rule(
        lazy_gettext("What the host of an event wrote to its guests"), lazy_gettext("%(days)d days after the event"), 90
    ),
    "volunteers_unconfirmed": Rule(
        lazy_gettext("That somebody wanted to volunteer and did not confirm it"),
        lazy_gettext("%(days)d days after signing up"),
        14,
    ),
    "volunteers": Rule(
        lazy_gettext("What you told us as a volunteer, and your guardian's address"),
        lazy_gettext("as long as you are a volunteer"),
        None,
    ),
    "volunteers_left": Rule(
        lazy_gettext("Your trainings as a volunteer, and which hours were yours"),
        lazy_gettext("%(days)d days after you stopped"),
        90,
    ),
    "qualifications": Rule(
        lazy_gettext("That you had a training, an agreement or a check"),
        lazy_gettext("%(days)d days after it ran out"),
        365,
    ),
    "training_scans": Rule(
        lazy_gettext("That your address was typed at a training"), lazy_gettext("%(days)d days after that day"), 14
    ),
    "placements": Rule(
        lazy_gettext("Which shifts you took as a volunteer, or waited for"),
        lazy_gettext("%(days)d days after the shift"),
        365,
    ),
    "shift_coordinators": Rule(
        lazy_gettext("The name and telephone number of whoever leads a shift"),
        lazy_gettext("%(days)d days after the shift"),
        30,
    ),
    "shift_asks": Rule(
        lazy_gettext("That we asked you to take a shift"), lazy_gettext("%(days)d days after we asked you"), 90
    ),
    "event_answers": Rule(
        lazy_gettext("What we answered to an organization that had proposed an event"),
        lazy_gettext("%(days)d days after our answer"),
        90,
    ),
    "door_helpers": Rule(
        lazy_gettext("That somebody helped at the door of an event (where they stood, not who they are)"),
        lazy_gettext("%(days)d days after the event"),
        90,
    ),
    "shift_helpers": Rule(
        lazy_gettext("That somebody helped to check volunteers in at a shift (where they stood, not who they are)"),
        lazy_gettext("%(days)d days after the shift"),
        90,
    ),
    "letters": Rule(lazy_gettext("That we sent you a letter"), lazy_gettext("%(days)d days after it was written"), 90),
    "newsletters": Rule(
        lazy_gettext("That a newsletter was sent to you"), lazy_gettext("%(days)d days after the last was sent"), 90
    ),
    "network": Rule(
        lazy_gettext("A code made from the address of your connection"), lazy_gettext("until midnight (UTC)"), None
    ),
    "pleas": Rule(
        lazy_gettext("That a form was answered with the hotline (only the day and the language)"),
        lazy_gettext("%(days)d days after that day"),
        365,
    ),
    "sessions": Rule(lazy_gettext("Sign-ins of our staff"), lazy_gettext("%(days)d days after they began"), 30),
    "devices": Rule(
        lazy_gettext("That a browser is known to one of our staff"),
        lazy_gettext("%(days)d days after it was last used to sign in"),
        180,
    ),
    "invitations": Rule(
        lazy_gettext("That somebody was invited to our staff"), lazy_gettext("%(days)d days after the invitation"), 30
    ),
    "place_lists": Rule(
        lazy_gettext("A list of places that our staff has sent in and is still checking"),
        lazy_gettext("two hours after it was sent in, at the latest"),
        None,
    ),
    "prints": Rule(
        lazy_gettext("Files of printed pieces that our staff has ordered (they name places, and nobody)"),
        lazy_gettext("%(days)d days after they were made"),
        90,
    ),
    "audit": Rule(
        lazy_gettext("What our staff did to a record"), lazy_gettext("%(years)d years after they did it"), 3 * 365
    ),
    "own_page": Rule(
        lazy_gettext("That you asked for the page about yourself"), lazy_gettext("%(days)d day after you asked"), 1
    ),
    "addresses": Rule(
        lazy_gettext("A new address that you asked us to write to"), lazy_gettext("%(days)d day after you asked"), 1
    ),
    "list_history": Rule(
        lazy_gettext("What the mailing list said of you: on it, left it, mail came back"),
        lazy_gettext("%(days)d days after it said so"),
        365,
    ),
    "deletions": Rule(
        lazy_gettext("Your address, sealed, after you erased yourself"),
        lazy_gettext("until the mailing list has deleted it, mostly minutes"),
        None,
    ),
    "shares": Rule(
        lazy_gettext("That an organization had your name and address from us, after you said no to it"),
        lazy_gettext("%(days)d days after you said no"),
        365,
    ),
    "removals": Rule(
        lazy_gettext("A random number by which an organization is told whom to delete (it does not lead to you)"),
        lazy_gettext("%(days)d days after the organization said that it did"),
        365,
    ),
    "ledger": Rule(
        lazy_gettext("After you leave, take back or erase: a code made from your address"),
        lazy_gettext("as long as the campaign runs"),
        None,
    ),
    "backups": Rule(lazy_gettext("Encrypted backups"), lazy_gettext("%(days)d days after they were made"), 35),
}

FORGETS: dict[str, list[Forget]] = {
    "pleas": [lambda until, dry_run: pleas.forget_before(until, dry_run=dry_run)],
    "letters": [lambda until, dry_run: mail.forget_before(until, dry_run=dry_run)],
    "applications_unconfirmed": [lambda until, dry_run: applications.forget_unconfirmed(until, dry_run=dry_run)],
    "applications": [lambda until, dry_run: applications.forget_decided(until, dry_run=dry_run)],
    "network": [
        lambda until, dry_run: staff.forget_attempts(until, dry_run=dry_run),
        lambda until, dry_run: salts.forget(web.config(), until.date(), dry_run=dry_run),
    ],
    # An hour is up before the hour is: the moment that the sweep names is the last midnight.
    "place_lists": [lambda _until, dry_run: arrivals.forget_before(clock.now() - arrivals.KEPT, dry_run=dry_run)],
    "audit": [lambda until, dry_run: audit.forget_before(until, dry_run=dry_run)],
    "sessions": [lambda until, dry_run: staff.forget_sessions(until, dry_run=dry_run)],
    "devices": [lambda until, dry_run: staff.forget_devices(until, dry_run=dry_run)],
    "invitations": [lambda until, dry_run: staff.forget_invitations(until, dry_run=dry_run)],
}


def obeys(kind: str) -> Callable[[Forget], Forget]:
    """Declare a function that forgets this kind: given the moment before which, and whether only to count."""

    def declare(forget: Forget) -> Forget:
        FORGETS.setdefault(kind, []).append(forget)
        return forget

    return declare


def until(kind: str, now: datetime) -> datetime:
    """Records of this kind that are older than this moment are to be forgotten."""
    days = RULES[kind].days
    return now - timedelta(days=days) if days else now.replace(hour=0, minute=0, second=0, microsecond=0)


def table() -> list[tuple[str, str]]:
    """What is kept and how long, in the language spoken."""
    return [(str(rule.what), rule.words) for rule in RULES.values()]


@jobs.sweep("forget", minute="7", hour="*")
def forget() -> dict[str, int]:
    """Forget all that has been kept long enough; how much of each kind. Hourly, so that midnight is kept."""
    return forgotten(dry_run=False)


def forgotten(*, dry_run: bool) -> dict[str, int]:
    """What is (or with `dry_run` would be) forgotten now, by kind; each kind in a transaction of its own."""
    now, numbers = clock.now(), {}
    for kind, forgets in FORGETS.items():
        try:
            with db.writing():
                numbers[kind] = sum(forget_some(until(kind, now), dry_run) for forget_some in forgets)
        except SQLAlchemyError as error:  # one kind that cannot be forgotten now must not keep the others
            log.error("forgetting %s failed: %s", kind, type(error).__name__)  # noqa: TRY400
    return numbers
