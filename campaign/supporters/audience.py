"""Who wants our news, and conditions on them for the features above that choose readers: each an EXISTS or a column.

A condition is about `Supporter`, the table that the question is asked of, and is never NULL: NOT may stand before it.
"""

from sqlalchemy import ColumnElement, and_, exists

from .models import Purpose, Share, Supporter

MAIL_CAME_BACK = "cleaned"  # what the mailing list says of an address that takes no mail


def wanted() -> ColumnElement[bool]:
    """That somebody agreed to our news, with an address that answered, and has not left.

    Nobody whose letters shall come under a neutral name and subject: a newsletter says on its face what it is about.
    Nobody either whose address the mailing list has given up. Who was erased has no record.
    """
    one = Supporter
    agreed = and_(one.subscribed, one.left_at.is_(None), one.confirmed_at.is_not(None))
    return and_(agreed, one.discreet.is_(False), one.list_state != MAIL_CAME_BACK)


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
