"""The limit of one network, applied beside the requests: nobody is refused, and nobody sees a difference.

Over the limit a signature is marked, takes the normal letter, and counts when its mailbox confirms it. One kind of
crowd waits for a person of the staff instead: many over one network's limit whose mailboxes are all of one domain, for
whoever owns a domain owns any number of mailboxes (docs/decisions/0011-signature-integrity.md).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from flask import current_app
from sqlalchemy import ColumnElement, exists, func, select, update

from .. import clock, db, i18n, jobs
from ..db import Moment
from ..forms import FAMILIAR
from ..links.models import Code
from ..supporters.models import Supporter
from . import asides
from .models import Batch, Signature

LOOKS_BACK = timedelta(hours=2)  # so far a sweep that was held up still sees a crowd whole
AT_ONCE = 500
REASON = "A crowd from one network, over its limit, with mailboxes of one domain"


@jobs.sweep("mark-crowds")
def mark() -> int:
    """Mark what came over its network's limit, and set aside the crowds of one mail domain; how many were marked."""
    if not current_app.extensions["switches"].crowd_limit:
        return 0
    now = clock.now()
    with db.reading():  # looking at a crowd takes a while, in which others may write
        over = _over_the_limit(now)
    if over:
        with db.writing() as session:
            for some in _some(over):
                session.execute(update(Signature).where(Signature.id.in_(some)).values(crowded_at=now))
    _hold_back(now)
    return len(over)


def _hold_back(now: datetime) -> None:
    """Set aside who waits for a person by the rule, unless somebody has restored them this moment."""
    with db.reading():
        held = crowds_of_one_domain(_crowd(now), i18n.site().limits.held_from_one_domain)
    if not held:
        return
    with db.writing():
        for domain, ids in held.items():
            batch_id = _batch(domain, now)
            for some in _some(ids):
                asides.take(batch_id, Signature.id.in_(some) & Signature.network.is_not(None), now)


def _over_the_limit(now: datetime) -> list[int]:
    """Those before whom the network's full number has signed within the time, and who are not marked yet."""
    limits, one = i18n.site().limits, Signature
    nth = func.lag(one.signed_at, limits.signatures_from_one_network, type_=Moment())
    before = nth.over(partition_by=one.network, order_by=(one.signed_at, one.id)).label("before")
    today = one.network.is_not(None) & (one.signed_at > now - LOOKS_BACK)
    seen = select(one.id, one.signed_at, one.crowded_at, before).where(today, ~_lifted()).subquery()
    found = select(seen.c.id, seen.c.signed_at, seen.c.before).where(seen.c.crowded_at.is_(None))
    rows = db.session().execute(found.where(seen.c.before.is_not(None)))
    return [row.id for row in rows if row.signed_at - row.before < timedelta(minutes=limits.network_minutes)]


def _lifted() -> ColumnElement[bool]:
    """Signed by a code whose limit was lifted at that moment."""
    then = (Code.lifted_at <= Signature.signed_at) & (Signature.signed_at < Code.lifted_until)
    return exists().where(Code.id == Signature.code_id, then)


class Member(NamedTuple):
    """One signature of a crowd; `aside` when it stands aside already."""

    id: int
    network: str
    mailbox: str
    aside: bool


def _crowd(now: datetime) -> list[Member]:
    """Everybody who signed over the limit lately and may still be told by network: who was restored may not."""
    lately = Signature.crowded_at.is_not(None) & Signature.network.is_not(None)
    found = select(Signature.id, Signature.network, Supporter.mailbox, Signature.set_aside_at).join(
        Supporter, Supporter.id == Signature.supporter_id
    )
    rows = db.session().execute(found.where(lately, Signature.signed_at > now - LOOKS_BACK))
    return [Member(row.id, row.network, row.mailbox, row.set_aside_at is not None) for row in rows]


def crowds_of_one_domain(crowd: Iterable[Member], least: int) -> dict[str, list[int]]:
    """Who of a crowd waits for a person: `least` or more of one network and one mail domain; 0 lets nobody wait.

    Domains where everybody can have a mailbox say nothing, and never let anybody wait.
    """
    groups = defaultdict(list)
    for one in crowd:
        groups[one.network, owner_of(one.mailbox)].append(one)
    held: dict[str, list[int]] = defaultdict(list)
    for (_, domain), members in groups.items():
        if least and len(members) >= least and domain not in FAMILIAR:
            held[domain] += [one.id for one in members if not one.aside]
    return {domain: ids for domain, ids in held.items() if ids}


def owner_of(mailbox: str) -> str:
    """The part of a mail domain that somebody registers: a1.bots.example and a2.bots.example are one owner's.

    Two labels, or three where the second is short (example.co.uk); a list of all suffixes would be more exact, and old.
    """
    labels = mailbox.rpartition("@")[2].split(".")
    short = len(labels) > 2 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    return ".".join(labels[-3:] if short else labels[-2:])


def _batch(domain: str, now: datetime) -> int:
    """Today's batch for a crowd of this domain, unless somebody has restored it."""
    mine = [Batch.domain == domain, Batch.account_id.is_(None), Batch.restored_at.is_(None)]
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    found = db.session().scalar(select(Batch.id).where(*mine, Batch.made_at >= midnight))
    if found is not None:
        return found
    batch = Batch(reason=REASON, conditions=f"Over the limit; mail domain: {domain}", domain=domain, made_at=now)
    db.session().add(batch)
    db.session().flush()
    return batch.id


def _some(ids: list[int]) -> Iterator[list[int]]:
    for begin in range(0, len(ids), AT_ONCE):
        yield ids[begin : begin + AT_ONCE]
