"""When campaigns at Mailchimp are gone on with. Mailchimp's client takes a second to load: not before it is needed."""

from sqlalchemy import select

from ... import clock, db, jobs, web
from .. import starting
from . import runs
from .models import MailchimpCampaign, Step


@jobs.sweep(starting.THROUGH)
def go_on() -> int:
    """Begin those whose readers are listed, go on with all, and end what is over; how many were in hand."""
    runs.begin(clock.now())
    done = _work() if _any() else 0
    runs.finish_what_is_over(clock.now())
    return done


def _any() -> bool:
    """Whether there is something to do at all: looked up without a change, for the sweep runs every minute."""
    open_ = select(MailchimpCampaign.id).where(MailchimpCampaign.step != Step.OVER).limit(1)
    with db.reading() as session:
        return bool(web.config().mailchimp_key) and session.scalar(open_) is not None


def _work() -> int:
    from . import work

    return work.work()
