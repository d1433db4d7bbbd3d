"""The acts of a volunteer: sign up, ask for the link again, confirm, change, read what to know, leave, disown.

Supporters are locked before volunteers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext
from sqlalchemy import bindparam, delete, insert, select

from .. import db, i18n, mail, seals
from ..errors import Refused
from ..supporters import ledger
from ..supporters import service as supporters
from ..supporters.ledger import Entry, What
from ..text import fold
from . import guardians, standing
from .models import (
    YOUNGEST,
    AgeBand,
    Availability,
    HasSkill,
    Volunteer,
    VolunteerLanguage,
    VolunteerState,
    WishedRole,
)

QUIET = timedelta(minutes=10)  # a double click or a reload within this time writes no second letter
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)
CONFIRM_WITHIN = timedelta(days=14)
PLEASE_CONFIRM, YOUR_PAGE, ENDED = "volunteers.please_confirm", "volunteers.your_page", "volunteers.ended"
NOT_ME = "not me"  # why it ended, where its mailbox said so
THEIRS = select(Volunteer.id).where(Volunteer.supporter_id == bindparam("supporter_id"))


@dataclass(frozen=True)
class Profile:
    """What somebody says of themselves. `phone` is in E.164 form; `times` are days (Monday is 0) and parts of them."""

    name: str
    age_band: str
    phone: str = ""
    languages: Sequence[tuple[str, str]] = ()
    other_languages: str = ""
    skills: Sequence[int] = ()
    roles: Sequence[int] = ()
    times: Sequence[tuple[int, str]] = ()
    area: str = ""
    access_needs: str = ""
    guardian: str = ""


@dataclass(frozen=True)
class SignUp:
    """A profile with whose it is, the words of the box for news, and what brought them."""

    profile: Profile
    email: str
    mailbox: str
    newsletter: str = ""
    code_id: int | None = None
    event_id: int | None = None


def sign_up(wanted: SignUp, language: str, now: datetime) -> None:
    """Take somebody's wish to help, unconfirmed, and ask their mailbox. The caller learns nothing."""
    supporter_id = supporters.find_or_add(wanted.email, wanted.mailbox, language, now)
    profile = wanted.profile
    values = {"supporter_id": supporter_id, "state": VolunteerState.PENDING.value, "name": profile.name}
    values |= {"name_key": fold(profile.name)[:200], "phone": "", "other_languages": "", "area": "", "area_key": ""}
    values |= {"age_band_wished": "", "access_needs": "", "staff_note": "", "ended_for": "", "version": 1}
    values |= {"age_band": profile.age_band, "language": language, "newsletter": wanted.newsletter, "joined_at": now}
    volunteer_id = db.add(Volunteer, values)
    if volunteer_id is None:
        _again(get(_theirs(supporter_id) or 0), wanted, language, now)
        return
    _begin(get(volunteer_id), wanted, language, now)
    mail.write(PLEASE_CONFIRM, volunteer_id, supporter_id, now)


def _begin(one: Volunteer, wanted: SignUp, language: str, now: datetime) -> None:
    one.state, one.language, one.newsletter = VolunteerState.PENDING, language, wanted.newsletter
    one.code_id, one.event_id, one.joined_at = wanted.code_id, wanted.event_id, now
    one.lapses_at, one.ended_at, one.ended_for, one.age_band = now + CONFIRM_WITHIN, None, "", wanted.profile.age_band
    _write(one, wanted.profile)
    if one.minor:
        guardians.name(one.id, wanted.profile.guardian, language, now)


def _again(one: Volunteer, wanted: SignUp, language: str, now: datetime) -> None:
    """Their mailbox is known here: a letter says where they stand; who had left comes anew.

    Nothing that stands changes, for whoever types an address need not own it.
    """
    disowned = one.ended_for == NOT_ME and one.ended_at is not None and one.ended_at > now - A_WEEK
    if one.state != VolunteerState.LEFT:
        _remind(one, now)
    elif disowned or not _may_write(PLEASE_CONFIRM, one, now):
        mail.write_to_nobody(now)
    else:
        _begin(one, wanted, language, now)
        mail.write(PLEASE_CONFIRM, one.id, one.supporter_id, now)


def ask_for_link(mailbox: str, now: datetime) -> None:
    """Write the letter with the link again, at most so often a day. Says nothing about who is known."""
    supporter_id = supporters.find_by_mailbox(mailbox)
    volunteer_id = _theirs(supporter_id) if supporter_id is not None else None
    if volunteer_id is None:
        mail.write_to_nobody(now)
    else:
        _remind(get(volunteer_id), now)


def _remind(one: Volunteer, now: datetime) -> None:
    kinds: dict[str, str] = {
        VolunteerState.PENDING: PLEASE_CONFIRM,
        VolunteerState.CONFIRMED: YOUR_PAGE,
        VolunteerState.ENDED: ENDED,
    }
    kind = kinds.get(one.state)
    if kind and _may_write(kind, one, now):
        mail.write(kind, one.id, one.supporter_id, now)
    else:
        mail.write_to_nobody(now)


def _may_write(kind: str, one: Volunteer, now: datetime) -> bool:
    """Not a moment ago, and not often enough today."""
    if mail.written_since(now - QUIET, one.supporter_id, [kind], one.id):
        return False
    return mail.written_since(now - A_DAY, one.supporter_id, [kind]) < i18n.site().limits.letters_per_day


def _theirs(supporter_id: int) -> int | None:
    return db.session().scalar(THEIRS, {"supporter_id": supporter_id})


def get(volunteer_id: int) -> Volunteer:
    """A volunteer. Raises LookupError when they are no longer kept."""
    if (one := db.session().get(Volunteer, volunteer_id)) is None:
        raise LookupError(volunteer_id)
    return one


def held(volunteer_id: int) -> Volunteer:
    """A volunteer, locked until the commit together with their mailbox. Raises LookupError."""
    if not supporters.hold(get(volunteer_id).supporter_id):
        raise LookupError(volunteer_id)
    found = select(Volunteer).where(Volunteer.id == volunteer_id).with_for_update()
    if (one := db.session().scalar(found.execution_options(populate_existing=True))) is None:
        raise LookupError(volunteer_id)
    return one


def confirm(volunteer_id: int, now: datetime, *, news: bool = True) -> None:
    """The mailbox has answered. What was ticked holds as far as it was left so. Pressing twice is harmless.

    Raises LookupError, and Refused when the time for it is over.
    """
    one = held(volunteer_id)
    if one.state != VolunteerState.PENDING:
        return
    if one.lapses_at is not None and one.lapses_at <= now:
        raise Refused(gettext("The time for your answer is over. If you still want to help, please sign up again."))
    person = supporters.get(one.supporter_id)
    supporters.confirm(person.id, now)
    ledger.lift(person.mailbox, [What.WITHDRAWN, What.DISOWNED], now, ledger.reference("volunteer", one.id))
    if news and one.newsletter and not (person.left_at and person.left_at >= one.joined_at):
        supporters.agree(person.id, one.newsletter, one.language, f"volunteer {one.id}", now)
    one.state, one.confirmed_at, one.lapses_at, one.newsletter = VolunteerState.CONFIRMED, now, None, ""
    db.session().flush()
    mail.write(YOUR_PAGE, one.id, one.supporter_id, now)
    if one.minor:
        guardians.ask(one.id, one.supporter_id, now)


def profile(one: Volunteer) -> Profile:
    """What somebody has said of themselves, for the form in which they change it."""
    plain = {"name": one.name, "age_band": one.age_band_wished or one.age_band, "area": one.area}
    plain |= {"other_languages": one.other_languages, "access_needs": one.access_needs}
    session, mine = db.session(), {"volunteer_id": one.id}
    languages = select(VolunteerLanguage.language, VolunteerLanguage.level).filter_by(**mine)
    times = select(Availability.day, Availability.part).filter_by(**mine).order_by(Availability.day)
    return Profile(
        **plain,
        phone=one.phone,
        languages=list(session.execute(languages)),
        skills=list(session.scalars(select(HasSkill.skill_id).filter_by(**mine))),
        roles=list(session.scalars(select(WishedRole.role_id).filter_by(**mine))),
        times=list(session.execute(times)),
        guardian=guardians.address_of(one.id),
    )


def languages_of(volunteer_id: int) -> list[VolunteerLanguage]:
    """What somebody speaks, how well, and whether staff have heard it."""
    found = select(VolunteerLanguage).where(VolunteerLanguage.volunteer_id == volunteer_id)
    return list(db.session().scalars(found.order_by(VolunteerLanguage.language)))


def change(volunteer_id: int, wanted: Profile, now: datetime) -> None:
    """Say something else of oneself. An older age band counts once staff have seen it, a younger one at once.

    Raises LookupError, and Refused for who is no volunteer now.
    """
    one = active(volunteer_id)
    before = AgeBand(one.age_band)
    older = YOUNGEST[AgeBand(wanted.age_band)] > YOUNGEST[before]
    one.age_band_wished = wanted.age_band if older else ""
    if not older:
        one.age_band = wanted.age_band
    _write(one, wanted)
    if one.minor and wanted.guardian and wanted.guardian != guardians.address_of(one.id):
        guardians.name(one.id, wanted.guardian, one.language, now)
        guardians.ask(one.id, one.supporter_id, now)
    db.session().flush()
    if one.age_band != before:
        standing.may_do_less.send(one.id, now=now)


def active(volunteer_id: int) -> Volunteer:
    """A volunteer who is one now, held. Raises LookupError, Refused."""
    one = held(volunteer_id)
    if one.state != VolunteerState.CONFIRMED:
        raise Refused(gettext("You are not a volunteer now."))
    return one


def _write(one: Volunteer, wanted: Profile) -> None:
    """All that was said, but for the age band and the guardian."""
    one.name, one.name_key = wanted.name, fold(wanted.name)[:200]
    one.phone = seals.seal(wanted.phone) if wanted.phone else ""
    one.area, one.area_key = wanted.area, fold(wanted.area)[:160]
    one.other_languages, one.access_needs = wanted.other_languages, wanted.access_needs
    session, mine = db.session(), {"volunteer_id": one.id}
    tested = select(VolunteerLanguage).filter_by(**mine)
    heard = {row.language: row.tested_at for row in session.scalars(tested)}
    _empty(one.id)
    for code, level in wanted.languages:
        known = {"language": code, "level": level, "tested_at": heard.get(code)}
        session.execute(insert(VolunteerLanguage).values(**mine, **known))
    for skill_id in wanted.skills:
        session.execute(insert(HasSkill).values(**mine, skill_id=skill_id))
    for role_id in wanted.roles:
        session.execute(insert(WishedRole).values(**mine, role_id=role_id))
    for day, part in wanted.times:
        session.execute(insert(Availability).values(**mine, day=day, part=part))
    session.flush()


def _empty(volunteer_id: int) -> None:
    for table in (VolunteerLanguage, HasSkill, WishedRole, Availability):
        db.session().execute(delete(table).where(table.volunteer_id == volunteer_id))
    db.session().expire_all()


def read(volunteer_id: int, now: datetime) -> None:
    """They have read what to do if somebody needs help. Raises LookupError, Refused."""
    one = active(volunteer_id)
    one.read_at = one.read_at or now


def leave(volunteer_id: int, now: datetime) -> None:
    """They help no more: what they told us is gone at once. Twice is harmless. Raises LookupError."""
    one = held(volunteer_id)
    if one.state in (VolunteerState.PENDING, VolunteerState.CONFIRMED):
        _note(one, What.WITHDRAWN, now)
        stop(one, VolunteerState.LEFT, now)


def disown(volunteer_id: int, now: datetime) -> None:
    """Its mailbox says "this was not me": nothing typed is kept, no letter follows for a week. Raises LookupError."""
    one = held(volunteer_id)
    if one.state == VolunteerState.PENDING:
        _note(one, What.DISOWNED, now)
        stop(one, VolunteerState.LEFT, now, NOT_ME)


def stop(one: Volunteer, state: VolunteerState, now: datetime, why: str = "") -> None:
    """The end, by whomever: shifts go back, the profile is emptied; what they have done and are trained in stays."""
    standing.stops.send(one.id, now=now)
    _write(one, Profile("", one.age_band))
    guardians.forget(one.id)
    one.state, one.ended_at, one.ended_for, one.lapses_at = state, now, why, None
    one.newsletter = one.age_band_wished = one.staff_note = ""
    one.read_at = None
    db.session().flush()


def _note(one: Volunteer, what: What, now: datetime) -> None:
    mailbox = supporters.get(one.supporter_id).mailbox
    ledger.note(mailbox, what, now, ledger.reference("volunteer", one.id))


@ledger.repeat.connect
def _leave_again(entry: Entry, supporter_id: int) -> bool:
    """After a restore: they had left, or said that it was not them."""
    if entry.what not in (What.WITHDRAWN, What.DISOWNED) or (volunteer_id := _theirs(supporter_id)) is None:
        return False
    one = held(volunteer_id)
    here = ledger.reference("volunteer", one.id) == entry.about and one.joined_at <= entry.noted_at
    if not here or one.state not in (VolunteerState.PENDING, VolunteerState.CONFIRMED):
        return False
    stop(one, VolunteerState.LEFT, entry.noted_at)
    return True


@supporters.still_needed.connect
def _is_known(supporter_id: int) -> bool:
    return _theirs(supporter_id) is not None
