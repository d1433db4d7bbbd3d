"""Whom one newsletter is for: a segment, or everybody who wants our news."""

from collections.abc import Sequence

from sqlalchemy import select

from .. import db
from ..errors import Refused
from . import segments
from .models import WRITABLE, Newsletter, NewsletterState
from .segment_rules import EVERYBODY, Rule

GOING = (NewsletterState.SCHEDULED, NewsletterState.SENDING, NewsletterState.PAUSED)


def get(newsletter_id: int) -> Newsletter:
    """The newsletter. Raises LookupError."""
    if (one := db.session().get(Newsletter, newsletter_id)) is None:
        raise LookupError(newsletter_id)
    return one


def rule(one: Newsletter) -> Rule:
    """Whom it is for, by conditions. Raises LookupError when its segment is gone: then it is for nobody."""
    return segments.rule_of(one.audience_id) if one.audience_id is not None else EVERYBODY


def choose(newsletter_id: int, segment_id: int | None, version: int | None) -> None:
    """Let it be for these. What was approved was approved for others, so it is a draft again.

    Raises LookupError, Stale, and Refused when it is on its way already.
    """
    one = db.session().scalar(select(Newsletter).where(Newsletter.id == newsletter_id).with_for_update())
    if one is None:
        raise LookupError(newsletter_id)
    db.must_be(one.version, version)
    if not one.writable:
        raise Refused("This newsletter is on its way. Whom it is for can only be changed while it is a draft.")
    if segment_id is not None:
        db.take_turn(segments.TURN)  # nobody throws it away meanwhile
        try:
            segments.get(segment_id)
        except LookupError:
            raise Refused("This segment was thrown away meanwhile. Choose another one.") from None
    if one.audience_id != segment_id:
        one.audience_id, one.state, one.version = segment_id, NewsletterState.DRAFT, one.version + 1


@segments.using.connect
def _for_it(segment_id: int, *, going: bool) -> Sequence[str]:
    states = GOING if going else (*WRITABLE, *GOING)
    found = select(Newsletter.title).where(Newsletter.audience_id == segment_id, Newsletter.state.in_(states))
    return list(db.session().scalars(found.order_by(Newsletter.id)))
