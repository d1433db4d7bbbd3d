"""Who wants our news, and conditions on them for the features above that choose readers: each an EXISTS or a column.

A condition is about `Supporter`, the table that the question is asked of, and is never NULL: NOT may stand before it.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, select

from .. import db
from .models import Consent, Purpose, Share, Supporter

MAIL_CAME_BACK = "cleaned"  # what the mailing list says of an address that takes no mail


def wanted() -> ColumnElement[bool]:
    """That somebody agreed to our news, with an address that answered, and has not left.

    Nobody whose letters shall come under a neutral name and subject: a newsletter says on its face what it is about.
    Nobody either whose address the mailing list has given up. Who was erased has no record.
    """
    return and_(reachable(), Supporter.discreet.is_(False))


def reachable() -> ColumnElement[bool]:
    """The same, with those who want letters with a neutral face: for letters that can have one."""
    one = Supporter
    agreed = and_(one.subscribed, one.left_at.is_(None), one.confirmed_at.is_not(None))
    return and_(agreed, one.list_state != MAIL_CAME_BACK)


def discreet() -> ColumnElement[bool]:
    """That somebody agreed to our news and gets none, for the sake of their letters' neutral face."""
    return and_(Supporter.subscribed, Supporter.left_at.is_(None), Supporter.discreet)


def speaks(code: str) -> ColumnElement[bool]:
    """That somebody is written to in this language."""
    return Supporter.language == code


def gave_to(partner_id: int) -> ColumnElement[bool]:
    """That somebody gave this partner their address or lets it write, and has not taken that back."""
    one = (Share.supporter_id == Supporter.id) & (Share.partner_id == partner_id) & Share.ended_at.is_(None)
    return exists().where(one, Share.purpose.in_(list(Purpose))).correlate(Supporter)


def agreed_between(first: datetime, last: datetime) -> Select[int, int]:
    """Who said yes to our news between these moments, each once; twice their id, for a letter that is about them."""
    said = (Consent.purpose == Purpose.NEWSLETTER) & Consent.given & Consent.partner_id.is_(None)
    found = select(Consent.supporter_id, Consent.supporter_id.label("about_id")).where(said)
    return found.where(Consent.said_at >= first, Consent.said_at <= last).distinct()


def left_by(codes: Sequence[str]) -> dict[str, int]:
    """How many left by the link of a letter with each of these codes; of those who were erased nothing is left."""
    sources = {f"{way} {code}": code for code in codes for way in ("page", "one-click")}
    found = select(Consent.source, func.count()).where(Consent.given.is_(False), Consent.source.in_(list(sources)))
    numbers = dict.fromkeys(codes, 0)
    for source, number in db.session().execute(found.group_by(Consent.source)):
        numbers[sources[source]] += int(number)
    return numbers
