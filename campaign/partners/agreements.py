"""What a partner agreed to show: dated records that never change, the last of which holds."""

from collections.abc import Collection
from datetime import datetime

from flask import current_app
from sqlalchemy import func, select

from .. import db
from .models import Agreement, What

WORDS = {
    What.PAGE: "The coalition’s website may show a page about us: our name, and the description, the languages and the "
    "website that we gave for it.",
    What.LOGO: "It may show our logo on that page and in its list of partners.",
    What.CONTACT: "It may show on that page the contact for the public that we gave for it.",
}
NO_MORE = "Taken back: {}"


def say(partner_id: int, what: What, given: bool, said_by: str, account_id: int | None, now: datetime) -> None:
    """Write down a yes or a no of a partner, on the words of today."""
    words = WORDS[what] if given else NO_MORE.format(WORDS[what])
    known = {"what": what, "given": given, "words": words, "said_by": said_by}
    db.session().add(Agreement(partner_id=partner_id, account_id=account_id, said_at=now, **known))
    db.session().flush()


def take_all_back(partner_id: int, said_by: str, account_id: int | None, now: datetime) -> None:
    """Add a no to every yes that holds."""
    for what in holding([partner_id]).get(partner_id, set()):
        say(partner_id, what, False, said_by, account_id, now)


def holding(partner_ids: Collection[int]) -> dict[int, set[What]]:
    """What each of these partners agrees to now, by its id; who agrees to nothing is not in it."""
    if not current_app.extensions["switches"].partner_consent:  # the negative control of "nothing without consent"
        return {one: set(What) for one in partner_ids}
    last = select(func.max(Agreement.id)).where(Agreement.partner_id.in_(partner_ids))
    last = last.group_by(Agreement.partner_id, Agreement.what)
    found: dict[int, set[What]] = {}
    for one in db.session().scalars(select(Agreement).where(Agreement.id.in_(last), Agreement.given)):
        found.setdefault(one.partner_id, set()).add(What(one.what))
    return found


def of(partner_id: int) -> list[Agreement]:
    """All that a partner has said, newest first."""
    found = select(Agreement).where(Agreement.partner_id == partner_id)
    return list(db.session().scalars(found.order_by(Agreement.id.desc())))


def as_data(partner_id: int) -> list[dict[str, object]]:
    """The same for programs, oldest first."""
    return [
        {
            "what": one.what,
            "given": one.given,
            "words": one.words,
            "said_by": one.said_by,
            "said_at": one.said_at.isoformat(timespec="seconds"),
        }
        for one in reversed(of(partner_id))
    ]
