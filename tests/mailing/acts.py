"""What supporters say and workers do, for tests of the list."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update

from campaign import clock, db
from campaign.mailing import service
from campaign.mailing.audience import Audience
from campaign.mailing.models import ListCall, ListContact, ListDeletion
from campaign.supporters import service as supporters
from campaign.supporters.models import Supporter
from tests.conftest import Site

ANNA, BELA = "anna@example.org", "bela@example.org"
DUE = select(Supporter.email).where(Supporter.due_since.is_not(None))


def agree(site: Site, *emails: str, language: str = "en") -> None:
    """They say yes to the newsletter."""
    with site.inside(), db.writing():
        for email in emails:
            who = supporters.find_or_add(email, email.lower(), language, clock.now())
            supporters.agree(who, "News from the campaign", language, "test", clock.now())


def many_agree(site: Site, *emails: str) -> None:
    """A crowd says yes; written down in one go, as `agree` would."""
    now = clock.now()
    known = {"language": "en", "subscribed": True, "due_since": now, "due_version": 1, "added_at": now}
    known |= {"list_state": "", "list_trouble": "", "list_tries": 0}
    with site.inside(), db.writing() as session:
        session.execute(insert(Supporter), [{"email": one, "mailbox": one, **known} for one in emails])


def leave(site: Site, *emails: str) -> None:
    """They say no, on our page."""
    with site.inside(), db.writing():
        for email in emails:
            who = supporters.find_by_mailbox(email)
            assert who
            supporters.leave(who, "No more news", "en", "page", clock.now())


def sync(site: Site, home: Audience, times: int = 1) -> int:
    """Tell the list, so often; how many were settled in all."""
    with site.inside():
        return sum(service.sync(home) for _ in range(times))


def row(site: Site, email: str = ANNA) -> Any:
    """What our records say of somebody."""
    columns = [Supporter.subscribed, Supporter.list_state, Supporter.list_trouble, Supporter.list_tries]
    moments = [Supporter.due_since, Supporter.list_stuck_at, Supporter.list_next_at, Supporter.list_leased_until]
    [found] = site.rows(select(*columns, *moments).where(Supporter.email == email))
    return found


def due(site: Site) -> set[str]:
    """Of whom the list has still to be told."""
    return {one[0] for one in site.rows(DUE)}


def contact(site: Site) -> Any:
    """How the list itself answered."""
    names = (ListContact.failures, ListContact.trouble, ListContact.paused_until, ListContact.answered_at)
    [found] = site.rows(select(*names))
    return found


def leases_run_out(site: Site, *, slots: bool = True) -> None:
    """What five minutes and the end of every pause do, for tests in which time really passes."""
    with site.inside(), db.writing() as session:
        lapsed = clock.now() - timedelta(seconds=1)
        held = update(Supporter).where(Supporter.list_leased_until.is_not(None))
        session.execute(held.values(list_leased_until=lapsed))
        session.execute(update(Supporter).values(list_next_at=None))
        session.execute(update(ListContact).values(paused_until=None))
        if slots:
            session.execute(update(ListCall).values(until=lapsed))
        session.execute(update(ListDeletion).values(due_at=lapsed))


def crowd(number: int, name: str = "person") -> list[str]:
    """So many addresses."""
    return [f"{name}{one}@example.org" for one in range(number)]


def statuses(members: Iterable[Any]) -> dict[str, str]:
    """Who is what at the fake."""
    return {one.email: one.status for one in members}
