"""People who want the news, and letting a newsletter go to them."""

from contextlib import contextmanager
from copy import copy
from datetime import timedelta

from sqlalchemy import insert, select, update

from campaign import clock, db
from campaign.newsletters import approval, service, starting
from campaign.newsletters.drafts import Typed
from campaign.newsletters.models import Newsletter
from campaign.newsletters.runs import Approval, Recipient, Run
from campaign.supporters.models import Supporter

LANGUAGES = ("en", "es", "th", "zh-hans")
BODY = "# News\n\nHello {name|friend}. See [the pledges](/pledges).\n\n[[button to=/events text=Come]]"
QUICK = 100_000  # letters a minute: as many as it can


def readers(site, number, *, begin=0, languages=LANGUAGES):
    """So many people who have confirmed that they want the news, in several languages; their addresses."""
    names = [f"reader{one}@example.org" for one in range(begin, begin + number)]
    known = {"subscribed": True, "added_at": clock.now(), "confirmed_at": clock.now()}
    rows = [
        {"mailbox": name, "email": name, "language": languages[at % len(languages)], **known}
        for at, name in enumerate(names)
    ]
    with site.inside(), db.writing() as session:
        session.execute(insert(Supporter), rows)
    return names


def ready(site, number, languages=LANGUAGES):
    """A newsletter in two languages, and so many readers; its id and their addresses."""
    with site.inside(), db.writing():
        newsletter_id = service.begin(service.Facts("January", "january"), None, clock.now())
        service.write(newsletter_id, "en", Typed("{first|Friend}, come", "What is next", BODY), 0, clock.now())
        service.write(newsletter_id, "es", Typed("Venga", "Lo que viene", "Hola {name|amigo}."), 0, clock.now())
    names = readers(site, number, languages=languages)
    with site.inside(), db.writing() as session:  # by nobody who still has an account
        known = {"newsletter_id": newsletter_id, "mark": approval.mark(newsletter_id), "approved_at": clock.now()}
        session.add(Approval(**known))
    return newsletter_id, names


def let_go(site, newsletter_id, *, per_minute=QUICK, at=None, account_id=None):
    """Let it go, now or at a time."""
    with site.inside(), db.writing():
        starting.let_go(newsletter_id, starting.Wish(per_minute, at), account_id, clock.now())


@contextmanager
def tuned(site, **changes):
    """The site with other settings for newsletters, until the block ends."""
    before = site.app.extensions["content"]
    other = copy(before)
    newsletters = before.site.newsletters.model_copy(update=changes)
    other.site = before.site.model_copy(update={"newsletters": newsletters})
    site.app.extensions["content"] = other
    try:
        yield
    finally:
        site.app.extensions["content"] = before


def states(site, newsletter_id):
    """How many letters there are in each state, those without any left out."""
    from campaign.newsletters import recipients

    with site.inside(), db.reading():
        return {state.value: number for state, number in recipients.counts(newsletter_id).items() if number}


def state_of(site, newsletter_id):
    """How far the newsletter is."""
    [(state,)] = site.rows(select(Newsletter.state).where(Newsletter.id == newsletter_id))
    return state


def leases_run_out(site):
    """What a minute does."""
    with site.inside(), db.writing() as session:
        session.execute(update(Run).where(Run.lease != "").values(leased_until=clock.now() - timedelta(seconds=1)))
        session.execute(update(Run).values(not_before=None))
        session.execute(update(Recipient).values(due_at=None))
