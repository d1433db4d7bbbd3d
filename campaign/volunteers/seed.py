"""Sample volunteers for a demonstration, under names and addresses that say what they are; no letter is written."""

from datetime import datetime, timedelta

from sqlalchemy import func, insert, select

from .. import db, i18n
from ..supporters import service as supporters
from ..text import fold
from . import keeping, lists
from .models import Qualification, RoleRequirement, Volunteer, VolunteerLanguage, VolunteerState, WishedRole

LEVELS = ("native", "well", "some")
AREAS = ("Los Angeles", "Long Beach", "Pasadena")


def samples(now: datetime) -> int:
    """The usual roles, and a sample volunteer for each language of the site; how many. None where there are some."""
    if db.session().scalar(select(func.count()).select_from(Volunteer)):
        return 0
    keeping.usual()
    roles = [one.id for one in lists.of(lists.ROLES)]
    codes = [one.code for one in i18n.site().languages]
    for number, code in enumerate(codes, start=1):
        _add(number, code, roles[number % len(roles)], now)
    return len(codes)


def _add(number: int, code: str, role_id: int, now: datetime) -> None:
    email, name, area = f"sample-volunteer-{number}@example.invalid", f"Sample Volunteer {number}", AREAS[number % 3]
    supporter_id = supporters.find_or_add(email, email, "en", now)
    supporters.confirm(supporter_id, now)
    one = Volunteer(supporter_id=supporter_id, state=VolunteerState.CONFIRMED, name=name, name_key=fold(name))
    one.language, one.area, one.area_key, one.age_band = "en", area, fold(area), "21+"
    one.joined_at = one.confirmed_at = one.read_at = now
    db.session().add(one)
    db.session().flush()
    session, mine = db.session(), {"volunteer_id": one.id}
    for spoken, level in {"en": LEVELS[number % 3], code: LEVELS[0]}.items():
        session.execute(insert(VolunteerLanguage).values(**mine, language=spoken, level=level))
    session.execute(insert(WishedRole).values(**mine, role_id=role_id))
    required = select(RoleRequirement.requirement_id).where(RoleRequirement.role_id == role_id)
    held_on = i18n.local(now).date() - timedelta(days=30 * number)
    for requirement_id in session.scalars(required).all() if number % 2 else ():
        values = {"requirement_id": requirement_id, "held_on": held_on, "vouched_by": "Sample staff"}
        session.execute(insert(Qualification).values(**mine, **values, recorded_at=now, revoked_for=""))
