"""What a signer ticked for a partner: it waits with the signature, and holds once the mailbox has answered.

Whoever types an address need not own it, so a tick is no consent before its owner has pressed the button, beside the
words and with the box to untick.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select

from .. import db
from ..partners import service as partners
from ..supporters import shares
from ..supporters.models import Purpose
from ..supporters.shares import PURPOSES, Ticked, Yes
from .models import Signature, Wish


def keep(signature_id: int, ticked: Ticked | None) -> None:
    """Keep with a signature what was ticked, in the place of what was ticked with it before."""
    forget(signature_id)
    if ticked is not None:
        words = {"delivery": ticked.delivery, "mailing": ticked.mailing, "language": ticked.language}
        db.session().add(Wish(signature_id=signature_id, partner_id=ticked.partner_id, **words))
        db.session().flush()


def forget(signature_id: int) -> None:
    """What was ticked with this signature is moot."""
    db.session().execute(delete(Wish).where(Wish.signature_id == signature_id))


def of(signature_id: int) -> Ticked | None:
    """What was ticked and still waits; None when nothing was, or its partner takes no part now."""
    wish = db.session().scalar(select(Wish).where(Wish.signature_id == signature_id))
    if wish is None or partners.find_active(wish.partner_id) is None:
        return None
    return Ticked(wish.partner_id, wish.delivery, wish.mailing, wish.language)


def take_effect(signature: Signature, left: Collection[Purpose], now: datetime) -> None:
    """The mailbox has answered: what was ticked, and was left so on the page with the button, is agreed to.

    Not what its owner has said no to since it was ticked.
    """
    ticked = of(signature.id)
    forget(signature.id)
    for purpose in PURPOSES if ticked else ():
        assert ticked is not None
        since = (signature.supporter_id, ticked.partner_id, purpose, signature.signed_at)
        if ticked.words(purpose) and purpose in left and not shares.refused_since(*since):
            said = (ticked.partner_id, purpose, ticked.words(purpose), ticked.language)
            shares.agree(signature.supporter_id, Yes(*said, f"signature {signature.id}", signature.name), now)


@partners.ended.connect
def _end(partner_id: int, now: datetime) -> None:
    """Nothing is to be agreed to any more for a partner that is retired or has left."""
    db.session().execute(delete(Wish).where(Wish.partner_id == partner_id))
