"""Somebody changes their address on their page: its owner confirms it, all goes along, and a restore knows of it."""

import pytest
from sqlalchemy import select

from campaign import clock, db
from campaign.supporters import ledger, moving
from campaign.supporters.ledger import What
from campaign.supporters.models import AddressChange, LedgerEntry, Supporter
from tests.house.everything import on_sqlite
from tests.pledges.acts import link_in, signed
from tests.supporters.acts import erase, own_page

pytestmark = on_sqlite
NEW = "anna.new@example.org"
EMAILS = select(Supporter.email).order_by(Supporter.id)


@pytest.fixture
def page(site, visitor, later):
    """Anna, who signed and wants the news, on the page about herself."""
    signed(site, visitor, later, newsletter="y")
    return own_page(site, visitor, later)


def _ask(visitor, later, page, email=NEW):
    form = visitor.get(f"{page.path}/address")
    later(seconds=3)
    return visitor.press(form, "Write to the new address", email=email)


def _link(letter):
    return link_in(letter, "address")


def _confirm(visitor, path):
    return visitor.press(visitor.get(path), "Yes, write to me here")


def test_nothing_changes_before_the_owner_of_the_new_address_has_pressed_the_button(site, visitor, later, page):
    site.letters()
    assert "written to the new address" in _ask(visitor, later, page).text
    letter = site.letter()
    assert letter["To"] == NEW and site.rows(EMAILS) == [("anna@example.org",)]
    path = _link(letter)
    assert visitor.get(path).heading == "Is this your new address?" and site.rows(EMAILS) == [("anna@example.org",)]
    for _ in range(2):
        assert _confirm(visitor, path).heading == "Your address is changed."
    assert site.rows(EMAILS) == [(NEW,)]
    assert site.rows(select(Supporter.subscribed)) == [(True,)] and NEW in visitor.get(page.path).text
    later(days=1, seconds=1)
    assert visitor.get(path).status == 410
    site.work("forget")
    assert site.rows(select(AddressChange.id)) == []


def test_an_older_letter_does_not_lead_back_to_an_address_that_they_have_left(site, visitor, later, page):
    site.letters()
    for email in ("anna.one@example.org", NEW):
        _ask(visitor, later, page, email)
    older, newer = (_link(letter) for letter in site.letters())
    asked = visitor.get(older)
    assert _confirm(visitor, newer).heading == "Your address is changed."
    assert visitor.press(asked, "Yes, write to me here").status == visitor.get(older).status == 410
    assert site.rows(EMAILS) == [(NEW,)]


def test_an_address_of_somebody_else_is_refused_to_its_owner_alone(site, visitor, later, page):
    signed(site, site.visitor(), later, name="Bela Sample", email="bela@example.org")
    site.letters()
    answers = [_ask(visitor, later, page, one).one(".notice").to_text() for one in ("bela@example.org", NEW)]
    assert answers[0] == answers[1]
    theirs = next(letter for letter in site.letters() if letter["To"] == "bela@example.org")
    assert _confirm(visitor, _link(theirs)).status == 409
    assert site.rows(EMAILS) == [("anna@example.org",), ("bela@example.org",)]


def test_three_letters_a_day_and_no_more(site, visitor, later, page):
    site.letters()
    for number in range(5):
        _ask(visitor, later, page, f"new{number}@example.org")
    assert len(site.letters()) == 3


def test_what_is_no_address_is_said_beside_the_field(visitor, later, page):
    answer = _ask(visitor, later, page, "nonsense")
    assert answer.status == 422 and "does not look like an email address" in answer.text


def test_it_is_shown_while_it_waits_and_goes_when_they_erase_themselves(site, visitor, later, page):
    _ask(visitor, later, page)
    assert NEW in visitor.get(page.path).text
    erase(visitor, page)
    assert site.rows(select(AddressChange.id)) == []


def _moved(site, to, who=1):
    with site.inside(), db.writing():
        moving.move(who, to, to, clock.now())


def _replay(site):
    site.work("write-ledger")
    with site.inside():
        return ledger.replay(ledger.path())


def _as_before(site):
    """These records are those of a backup from before the move."""
    with site.inside(), db.writing() as session:
        one = session.get(Supporter, 1)
        one.email = one.mailbox = "anna@example.org"
        for entry in session.scalars(select(LedgerEntry)):
            session.delete(entry)


def test_after_a_restore_nothing_goes_to_the_address_that_was_given_up(site, visitor, later, page):
    later(seconds=5)
    _moved(site, NEW)
    site.work("write-ledger")
    _as_before(site)
    assert _replay(site)[What.MOVED] == 1
    assert site.rows(select(Supporter.subscribed)) == [(False,)]


def test_who_moved_and_erased_themselves_is_erased_again_under_the_old_address(site, visitor, later, page):
    later(seconds=5)
    with site.inside(), db.writing():
        ledger.note("anna@example.org", What.MOVED, clock.now(), ledger.mark_of(NEW))
        ledger.note(NEW, What.ERASED, clock.now())
    assert _replay(site)[What.ERASED] == 1 and site.rows(EMAILS) == []


def test_who_had_left_stays_gone_under_the_new_address(site, visitor, later, page):
    visitor.press(visitor.get(page.path), "Stop the news")
    _moved(site, NEW)
    with site.inside(), db.reading():
        assert ledger.refuses(NEW)
    _moved(site, "anna@example.org")
    marks = site.rows(select(LedgerEntry.what).order_by(LedgerEntry.id))
    assert [one[0] for one in marks].count(What.MOVED) == 2
