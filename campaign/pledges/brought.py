"""What codes brought, as a partner may know it: whole tens of people, as they stood at midnight (gate S23).

A partner may know when somebody followed its code, and whom it asked to. A number that went up by one would say that
this person signed; one that goes up by ten, once a day, says it of nobody.
"""

from collections import Counter
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, or_, select

from .. import db
from ..links import bringing
from ..links.bringing import Brought, Span
from .models import COUNTS, SHOWN_FROM, NamelessSignatures, Signature


def by_code(codes: Collection[int], midnight: datetime) -> Counter[int]:
    """How many signatures that counted at this moment each code had brought; exact, and for no eyes yet."""
    one, gone = Signature, NamelessSignatures
    stood = [
        one.confirmed_at < midnight,
        or_(one.withdrawn_at.is_(None), one.withdrawn_at >= midnight),
        or_(one.set_aside_at.is_(None), one.set_aside_at >= midnight),
    ]
    counted = select(one.code_id, func.count()).where(one.code_id.in_(codes), *stood).group_by(one.code_id)
    numbers = Counter({int(row[0] or 0): int(row[1]) for row in db.session().execute(counted)})
    erased = select(gone.code_id, func.sum(gone.number)).where(gone.code_id.in_(codes)).group_by(gone.code_id)
    numbers.update({int(row[0]): int(row[1]) for row in db.session().execute(erased)})
    return numbers


@bringing.asking.connect
def _in_days(span: Span) -> list[Brought]:
    """The signatures that count, on the days on which they were confirmed. Of people who were erased no day is left."""
    one, day = Signature, bringing.day_of(Signature.confirmed_at)
    within = [COUNTS, one.code_id.is_not(None), one.confirmed_at >= span.begins, one.confirmed_at < span.ends]
    within += span.among(one.code_id)
    by_code = db.session().execute(select(one.code_id, func.count()).where(*within).group_by(one.code_id))
    by_day = db.session().execute(select(day, func.count()).where(*within).group_by(day))
    codes = {int(row[0] or 0): int(row[1]) for row in by_code}
    return [Brought("Pledges", codes, {bringing.as_day(row[0]): int(row[1]) for row in by_day})]


def tens(number: int) -> int:
    """A number of people as it may be shown: below ten nothing, then whole tens."""
    return number - number % SHOWN_FROM


def in_words(number: int) -> str:
    """The same as it is read."""
    return f"at least {tens(number):,}" if tens(number) else f"fewer than {SHOWN_FROM}"
