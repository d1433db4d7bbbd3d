"""Sessions: one sign-in on one device, begun, found, proved anew, listed, ended; an ended one never comes back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any, cast

from flask import current_app
from sqlalchemy import ColumnElement, func, select, update

from .. import db
from .models import Account, StaffSession

IDLE, ABSOLUTE = timedelta(minutes=30), timedelta(hours=12)
PROVED_FOR = timedelta(minutes=10)
SEEN_AGAIN_AFTER = timedelta(minutes=1)  # a session's last use is noted this often, not at every page


@dataclass(frozen=True)
class Fresh:
    """What a session begins with: the random value for its cookie, and how rough its device is called."""

    key: str
    device: str = ""


def new_key() -> str:
    """A random value for a cookie: 256 bits."""
    return token_urlsafe(32)


def begin(account_id: int, fresh: Fresh, now: datetime) -> None:
    """A new session. Who begins one has just shown who they are."""
    moments = {"began_at": now, "seen_at": now, "proved_at": now}
    db.session().add(
        StaffSession(key_hash=hash_of(fresh.key), account_id=account_id, device=fresh.device[:40], **moments)
    )


def find(key: str, now: datetime) -> tuple[Account, StaffSession] | None:
    """Whose session this is, if it has not ended, been idle for half an hour or lasted half a day."""
    found = (
        select(Account, StaffSession)
        .join(StaffSession, StaffSession.account_id == Account.id)
        .where(StaffSession.key_hash == hash_of(key), *_alive(now), Account.disabled_at.is_(None))
    )
    row = db.session().execute(found).one_or_none()
    return (row[0], row[1]) if row else None


def _alive(now: datetime) -> list[ColumnElement[bool]]:
    young = [StaffSession.seen_at > now - IDLE, StaffSession.began_at > now - ABSOLUTE]
    return [StaffSession.ended_at.is_(None), *young]


def needs_noting(session: StaffSession, now: datetime) -> bool:
    """Whether a session's last use was noted so long ago that it should be again."""
    return now - session.seen_at > SEEN_AGAIN_AFTER


def note_use(session: StaffSession, now: datetime) -> None:
    """Note that a session is in use; it can not wake one that has ended since it was found."""
    mine = update(StaffSession).where(StaffSession.id == session.id)
    if current_app.extensions["switches"].sessions_stay_ended:
        db.session().execute(mine.where(*_alive(now)).values(seen_at=now))
    else:  # the whole row as it was read, the way of a session that is saved at the end of each request
        db.session().execute(mine.values(seen_at=now, ended_at=session.ended_at))


def prove(key: str, renewed: str, now: datetime) -> bool:
    """Note that password and code were given again, under a new random value; False when the session has ended."""
    mine = update(StaffSession).where(StaffSession.key_hash == hash_of(key), *_alive(now))
    values = {"proved_at": now, "seen_at": now, "key_hash": hash_of(renewed)}
    return bool(cast(Any, db.session().execute(mine.values(**values))).rowcount)


def is_proved(session: StaffSession, now: datetime) -> bool:
    """Whether password and code were given within the last ten minutes."""
    return now - session.proved_at < PROVED_FOR


def end_all(account_id: int, now: datetime, *, but: str = "") -> None:
    """End every session of an account but the one with this key."""
    if not current_app.extensions["switches"].end_other_sessions:
        return
    others = [StaffSession.account_id == account_id, StaffSession.key_hash != hash_of(but)]
    db.session().execute(update(StaffSession).where(*others, StaffSession.ended_at.is_(None)).values(ended_at=now))


def end(key: str, now: datetime) -> None:
    """End this session."""
    mine = [StaffSession.key_hash == hash_of(key), StaffSession.ended_at.is_(None)]
    db.session().execute(update(StaffSession).where(*mine).values(ended_at=now))


def end_one(account_id: int, session_id: int, now: datetime) -> None:
    """End one of an account's sessions. Raises LookupError when it is not one of theirs."""
    theirs = update(StaffSession).where(StaffSession.account_id == account_id, StaffSession.id == session_id)
    ended = theirs.values(ended_at=func.coalesce(StaffSession.ended_at, now))
    if not cast(Any, db.session().execute(ended)).rowcount:
        raise LookupError(session_id)


def of(account_id: int, now: datetime) -> list[StaffSession]:
    """The sessions of an account that are open, the one used last first."""
    theirs = select(StaffSession).where(StaffSession.account_id == account_id, *_alive(now))
    return list(db.session().scalars(theirs.order_by(StaffSession.seen_at.desc(), StaffSession.id.desc())))


def last_uses() -> dict[int, datetime]:
    """When each account was last used, by its id, as far as its sessions are still kept."""
    rows = db.session().execute(
        select(StaffSession.account_id, func.max(StaffSession.seen_at)).group_by(StaffSession.account_id)
    )
    return {row[0]: row[1] for row in rows}


def hash_of(key: str) -> str:
    """What the records hold of a random value; it cannot be turned back."""
    return sha256(key.encode()).hexdigest()
