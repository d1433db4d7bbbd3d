"""The acts: bring the list up to date, see how it stands, let staff try again. Nothing slow happens inside a change."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from flask import current_app
from sqlalchemy import and_, func, not_, or_, select, update

from .. import clock, db, jobs, web
from ..supporters import service as supporters
from ..supporters.models import Supporter
from . import claims, deadline, deletions, history, homes, intake, rules
from .audience import Audience, Fate, Outcome
from .builtin import BuiltIn
from .claims import Claim
from .crew import Turns, together
from .deletions import Owed
from .models import ListContact
from .turnstile import Crowded

log = logging.getLogger("campaign.mailing")
JUST_NOW = timedelta(minutes=1)
A_ROUND = 13 * rules.CALLS_AT_ONCE  # deliveries in one run of the sweep; at its end all wait for the slowest
NOT_MOVED = "The settings name another list than before. Mend them, or move for good with `campaign sync --move`."
HELD = "The list is held until it has been compared with these records: `campaign sync check`, then `--repair`."
LEFT_THERE = "Unsubscribed at the mailing list"  # what a consent record says of a no that we heard from the list


def sync(home: Audience | None = None, *, at_once: bool = False, moving: bool = False) -> int:
    """Tell the list about everybody who is due; how many it now has right.

    `at_once` does not wait out a pause. `moving` lets the list leave a home that is not our own: without it, one
    command run without the key would make everybody a newcomer, those too who left there.
    """
    list_, turns = home or homes.ours(web.config()), Turns(A_ROUND)
    if at_once:
        try_now()

    def work(most: int = A_ROUND) -> int:
        told = 0
        for _ in range(most):
            with deadline.beginning_within(rules.GO_ON_WITHIN):  # since before the lease began
                claim = _begin(list_.name, clock.now(), moving=moving) if turns.another() else Claim([], clock.now())
                if not claim.people:
                    return told
                try:
                    told += deliver(list_, claim)
                except Crowded:
                    return told
        return told

    hands = 1 if list_.name == BuiltIn.name else _hands()
    told = 0
    if hands > 1 and not _is_seen_to_answer(list_):
        told, hands = work(1), _hands()  # alone, to see whether the list is there at all
    told += together(work, hands)
    if turns.left <= 0:
        with db.writing():
            jobs.wake("sync-list")  # more may be due; other sweeps get their turn first
    return told


def _hands() -> int:
    """How many deliveries are worth making at once: the list is slow, and bears so many."""
    due = select(func.count().filter(claims.TOGETHER), func.count().filter(claims.ONE_BY_ONE)).where(claims.DUE)
    with db.reading() as session:
        many, one_by_one = session.execute(due).one()
    return min(rules.MOST_AT_ONCE, -(-int(many) // rules.A_BATCH) + -(-int(one_by_one) // rules.A_FEW))


def _is_seen_to_answer(home: Audience) -> bool:
    """Whether the list said something to us just now; it is asked only where a delivery might be made."""
    now = clock.now()
    with db.reading() as session:
        contact = session.get(ListContact, 1)
        if intake.is_paused() or intake.is_elsewhere() or has_moved(home.name):
            return False
        if contact and (contact.held_since or contact.failures or contact.paused_until):
            return False
    told = contact.answered_at if contact and contact.home == home.name else None
    return home.answers(lately=told is not None and now - told < JUST_NOW)


def deliver(home: Audience, claim: Claim) -> int:
    """Tell the list about the people in hand, then write down what became of them; how many are settled.

    Raises Crowded, once that is written down, when nobody could be asked: others do, as much as the list bears.
    """
    try:
        outcomes = home.bring_up_to_date(claim.people)
    except Exception as error:
        if current_app.testing:
            raise
        words = f"Our own program failed here ({type(error).__name__})."
        outcomes = [Outcome(one, Fate.UNKNOWN, words=words) for one in claim.people]
    with db.writing():
        _end(outcomes, clock.now())  # first, as in _begin: who locks in one order never waits in a ring
        counted, heard = claims.settle(claim, outcomes, clock.now())
        _remember(heard, clock.now())
        for one in counted:
            if rules.has_left(one):
                _record_leaving(one, clock.now())
        _give_up([address for one in outcomes for address in one.left_over], clock.now())
    if _nothing_was_asked(outcomes):
        raise Crowded
    settled = sum(one.fate is Fate.SETTLED for one in counted)
    log.info("told the list about %d people, %d settled", len(claim.people), settled)
    return settled


def _give_up(addresses: Sequence[str], now: datetime) -> None:
    """Entries under addresses that their people have left go for good, unless somebody has come back to one."""
    if not addresses:
        return
    back = set(db.session().scalars(select(Supporter.email).where(Supporter.email.in_(addresses))))
    for address in set(addresses) - back:
        deletions.owe(address, now, now)


def _remember(outcomes: Sequence[Outcome], now: datetime) -> None:
    """For the history of each: what the list says of them since this delivery, and why it does not take them."""
    states = {one.person.id: str(one.state) for one in outcomes if one.state is not None}
    words = {one.person.id: one.words for one in outcomes if one.fate is Fate.STUCK}
    history.note(states | {one: states.get(one, "") for one in words}, now, ours=True, words=words)


def _begin(home: str, now: datetime, *, moving: bool = False) -> Claim:
    """People in hand; none while the list wants to be left alone. The contact's row makes claims wait in line."""
    if _nothing_to_do(home, now):
        return Claim([], now)
    with db.writing() as session:
        contact = _contact()
        if contact.held_since or intake.is_paused():
            return Claim([], now)
        if intake.is_elsewhere():
            contact.trouble = intake.ELSEWHERE
            return Claim([], now)
        if contact.home != home:
            if has_moved(home) and not moving:
                contact.trouble = NOT_MOVED
                return Claim([], now)
            _move(contact, home, now)
        if contact.paused_until and contact.paused_until > now:
            return Claim([], now)
        session.flush()
        claim = claims.take(now, rules.A_FEW if contact.failures else rules.A_BATCH)
        if claim.people:
            contact.tried_at = now
        return claim


def _nothing_to_do(home: str, now: datetime) -> bool:
    """Looked up without a change, for the sweep runs every minute and after every act."""
    with db.reading() as session:
        contact = session.get(ListContact, 1)
        if intake.is_paused():
            return True
        if contact is None or contact.home != home:
            return contact is not None and contact.held_since is not None
        if contact.held_since is not None or (contact.paused_until and contact.paused_until > now):
            return True
        return session.scalar(select(Supporter.id).where(claims.DUE).limit(1)) is None


def _end(outcomes: Sequence[Outcome], now: datetime) -> None:
    """What the delivery says of the list itself: when nobody got through, it is left alone for a while."""
    if _nothing_was_asked(outcomes):
        return
    contact = _contact()
    failed = [one.words for one in outcomes if one.words and one.fate in claims.FAILED]
    contact.trouble = failed[0][:200] if failed else ""
    if failed and len(failed) == len(outcomes):
        contact.failures += 1
        contact.paused_until = now + rules.pause(contact.failures)
    else:
        contact.failures, contact.paused_until, contact.answered_at = 0, None, now


def _nothing_was_asked(outcomes: Sequence[Outcome]) -> bool:
    return bool(outcomes) and all(one.fate is Fate.LATER and not one.words for one in outcomes)


def _contact() -> ListContact:
    """The one row, locked until the commit."""
    db.add_or_find(ListContact, {"id": 1, "home": "", "failures": 0, "trouble": ""}, "id")
    return db.session().get_one(ListContact, 1, populate_existing=True)


def _move(contact: ListContact, home: str, now: datetime) -> None:
    """The list has a new home, which knows nobody: everybody who ever said yes or no is due there."""
    said = or_(Supporter.subscribed, Supporter.left_at.is_not(None))
    nothing_known = {"list_state": "", "list_trouble": "", "list_stuck_at": None, "list_next_at": None, "list_tries": 0}
    nothing_known |= {"list_tags": "", "list_email": ""}
    due = {"due_since": func.coalesce(Supporter.due_since, now), "due_version": Supporter.due_version + 1}
    db.session().execute(update(Supporter).where(said).values(**due, **nothing_known))
    contact.home, contact.failures, contact.trouble, contact.paused_until = home, 0, "", None


def begin_anew(now: datetime) -> None:
    """The list is another one for good, and knows nobody yet; everybody who ever said yes or no is due there."""
    contact = _contact()
    _move(contact, contact.home, now)


def has_moved(home: str) -> bool:
    """Whether these records belong to another home of the list than the settings name."""
    contact = db.session().get(ListContact, 1)
    return contact is not None and contact.home not in ("", BuiltIn.name, home)


def _record_leaving(outcome: Outcome, now: datetime) -> None:
    record_leaving(outcome.person.id, outcome.person.language, now)


def record_leaving(supporter_id: int, language: str, now: datetime) -> None:
    """The person left at the list; our own record follows, and there is nothing to tell the list about that."""
    supporters.leave(supporter_id, LEFT_THERE, language, "mailing list", now)
    db.session().flush()
    known = update(Supporter).where(Supporter.id == supporter_id)
    # Unless an entry under an address that they have left must still go: that would get the news after their no.
    db.session().execute(known.where(Supporter.list_email == "").values(due_since=None))


def hold(now: datetime) -> None:
    """These records are a copy of an earlier day: tell nobody anything before all of the list has been looked at."""
    _contact().held_since = now


def let_go() -> None:
    """The list and these records have been compared: whoever is due is told."""
    _contact().held_since = None
    jobs.wake("sync-list")


def is_held() -> bool:
    """Whether nobody may be written to who is on the list."""
    contact = db.session().get(ListContact, 1)
    return contact is not None and contact.held_since is not None


def try_now() -> None:
    """Somebody does not want to wait: whatever was put off is due at once. Leases stay, for calls may be under way."""
    with db.writing() as session:
        _contact().paused_until = None
        waiting = Supporter.due_since.is_not(None) & Supporter.list_next_at.is_not(None)
        session.execute(update(Supporter).where(waiting).values(list_next_at=None))
        jobs.wake("sync-list")


def try_again(supporter_id: int) -> bool:
    """Somebody has looked at a person who was stuck: tell the list once more. False when they are not stuck."""
    stuck = and_(Supporter.id == supporter_id, Supporter.list_stuck_at.is_not(None))
    changes: dict[str, object] = {"list_stuck_at": None, "list_trouble": "", "list_tries": 0, "list_next_at": None}
    changes |= {"due_since": func.coalesce(Supporter.due_since, clock.now())}
    done = db.session().execute(update(Supporter).where(stuck).values(**changes))
    jobs.wake("sync-list")
    return bool(cast(Any, done).rowcount)


@dataclass(frozen=True)
class Standing:
    """How the list stands: people by what it last said of them, who waits, who needs somebody, and the contact."""

    home: str
    states: dict[str, int]
    waiting: int
    stuck: int
    contact: ListContact | None
    to_delete: Owed


def standing() -> Standing:
    """How the list stands now."""
    session, is_stuck = db.session(), Supporter.list_stuck_at.is_not(None)
    due = Supporter.due_since.is_not(None)
    counts = select(func.count().filter(and_(due, not_(is_stuck))), func.count().filter(is_stuck))
    waiting, stuck = session.execute(counts).one()
    by_state = (
        select(Supporter.list_state, func.count()).where(Supporter.list_state != "").group_by(Supporter.list_state)
    )
    states = {str(row[0]): int(row[1]) for row in session.execute(by_state)}
    contact = session.get(ListContact, 1)
    return Standing(homes.name(web.config()), states, waiting, stuck, contact, deletions.owed())


def stuck(page: int, size: int) -> list[Supporter]:
    """People whom the list does not take, longest first; one more than `size`, if any."""
    found = (
        select(Supporter).where(Supporter.list_stuck_at.is_not(None)).order_by(Supporter.list_stuck_at, Supporter.id)
    )
    return list(db.session().scalars(found.limit(size + 1).offset(page * size)))
