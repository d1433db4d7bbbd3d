"""The list's two homes, as tests see them: the built-in one, and Mailchimp by the fake over real loopback HTTP."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from campaign.mailing import fake as mailchimps
from campaign.mailing.audience import Audience, Entry, ListState
from campaign.mailing.builtin import BuiltIn
from campaign.mailing.fake import contract
from campaign.mailing.fake.account import AUDIENCE, KEY
from campaign.mailing.hosted import AtMailchimp
from campaign.mailing.mailchimp import Mailchimp, Patience
from tests.conftest import MakeSite, Site

PATIENT = Patience(connect=3.0, read=20.0, whole=30.0)  # seconds; machines that run tests are slow
HASTY = Patience(connect=3.0, read=0.2, whole=0.4)  # for calls that are going to hang
CONTRACT = None if contract.why_not() else contract.Contract()  # read once, when first needed


@pytest.fixture
def chimp(monkeypatch: pytest.MonkeyPatch) -> Iterator[mailchimps.Fake]:
    """A Mailchimp on loopback. What breaks the contract, on either side, fails the test."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")  # the client obeys what the environment says of proxies
    with mailchimps.running(mailchimps.Fake(contract=CONTRACT and CONTRACT.ready())) as one:
        yield one
    assert one.breaches == []


@dataclass
class Home:
    """A home of the list, and what can be done at its own doors."""

    audience: Audience
    leave_there: Callable[[str], None]
    again: ListState  # what becomes of somebody who left and says yes anew

    def entry(self, site: Site, email: str) -> Entry | None:
        """What it says of this address."""
        with site.inside():
            return self.audience.read(email)


def hosted(chimp: mailchimps.Fake, kind: type[AtMailchimp] = AtMailchimp, patience: Patience = PATIENT) -> AtMailchimp:
    """The audience at this Mailchimp."""
    return kind(Mailchimp(KEY, chimp.url, patience), AUDIENCE, asks=False)


@pytest.fixture
def listed(noon: Any, make_site: MakeSite) -> Site:
    """A site at noon, without any supporter."""
    return make_site(seeded=False)


@pytest.fixture(params=["built-in", "Mailchimp"])
def home(request: pytest.FixtureRequest, listed: Site) -> Home:
    """Each home in turn."""
    if request.param == "Mailchimp":
        chimp = request.getfixturevalue("chimp")
        return Home(hosted(chimp), chimp.members.unsubscribe, ListState.PENDING)
    return Home(BuiltIn(), lambda email: _strike(listed, email), ListState.SUBSCRIBED)


def _strike(site: Site, email: str) -> None:
    """Somebody takes an entry off the built-in list by hand."""
    from campaign import db
    from campaign.mailing.models import ListEntry
    from campaign.supporters import service as supporters

    with site.inside(), db.writing() as session:
        session.get_one(ListEntry, supporters.find_by_mailbox(email)).status = ListState.UNSUBSCRIBED
