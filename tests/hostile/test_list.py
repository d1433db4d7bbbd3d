"""S7: mail addresses that look like formulas, options or templates come to the list at Mailchimp as they are."""

import json

import pytest
from sqlalchemy import select

from campaign.mailing import fake as mailchimps
from campaign.mailing import service
from campaign.mailing.fake.account import AUDIENCE, KEY
from campaign.mailing.fake.members import key_of
from campaign.mailing.hosted import AtMailchimp
from campaign.mailing.mailchimp import Mailchimp, Patience
from campaign.supporters.models import Supporter
from tests.hostile import corpus
from tests.house.everything import on_sqlite
from tests.pledges.acts import link_in, sign

WHOLE = Patience(connect=3.0, read=20.0, whole=30.0)


@pytest.fixture
def chimp(monkeypatch):
    """A Mailchimp on loopback."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with mailchimps.running(mailchimps.Fake()) as one:
        yield one


def _take(site, visitor, later, strings):
    """They sign, with a tick for the news, and confirm."""
    for one in strings:
        sign(visitor, later, email=one.text, newsletter="y", name="Anna Sample", message=one.text)
    for letter in site.letters():
        visitor.press(visitor.get(link_in(letter, "confirm")), "Yes")
    return {row.email for row in site.rows(select(Supporter.email))}


@on_sqlite
def test_every_address_that_was_taken_is_at_the_list_once_and_nothing_else_is(site, visitor, later, chimp):
    strings = corpus.of_class("addresses")
    taken = _take(site, visitor, later, strings)
    assert len(taken) >= 15
    with site.inside():
        service.sync(AtMailchimp(Mailchimp(KEY, chimp.url, WHOLE), AUDIENCE))
    known = chimp.members.known
    assert {one.email for one in known.values()} == taken and set(known) == {key_of(one) for one in taken}
    assert chimp.breaches == []
    said = json.dumps([vars(one) for one in known.values()], default=str)
    assert "Sample" not in said  # a last name and a message are not the list's business
    assert {one.status for one in known.values()} == {"subscribed"}


@on_sqlite
def test_a_letter_goes_to_each_of_them_alone(site, visitor, later):
    for one in corpus.of_class("addresses"):
        page = sign(visitor, later, email=one.text)
        letters = site.letters()
        assert page.status == 200 and len(letters) == 1, str(one)
        [to] = letters[0]["To"].addresses
        assert to.addr_spec.lower() == one.text.lower() and not letters[0].defects, str(one)


@on_sqlite
def test_what_only_looks_like_an_address_is_refused_or_becomes_one(site, visitor, later):
    for one in corpus.of_class("almost_addresses"):
        sign(visitor, later, email=one.text)
        for letter in site.letters():
            assert len(letter["To"].addresses) == 1 and "bela" not in str(letter["To"]), str(one)
