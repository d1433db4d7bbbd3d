"""What has been kept long enough goes, by the one table that the privacy page prints."""

from sqlalchemy import select

from campaign import db
from campaign.mail import Letter
from campaign.pledges.models import Signature
from campaign.staff.models import Attempt, StaffSession
from campaign.supporters import retention
from campaign.supporters.models import Supporter
from tests.pledges.acts import link_in, sign, signed

FOR_GOOD = {"ledger"}  # whoever left must not be added again in ten years either
UNTIL_DONE = {"deletions", "volunteers"}  # goes when the list has done it, when they stop


def test_every_kind_of_record_is_forgotten_by_somebody():
    assert set(retention.RULES) - FOR_GOOD - UNTIL_DONE == set(retention.FORGETS)


def test_the_privacy_page_prints_the_table(visitor):
    page = visitor.get("/privacy")
    for number in ("30 days", "90 days", "35 days", "365 days", "3 years", "until midnight (UTC)"):
        assert number in page.text


def test_a_dry_run_counts_and_changes_nothing(site, visitor, later):
    sign(visitor, later)
    later(days=31)
    with site.inside():
        assert retention.forgotten(dry_run=True)["unconfirmed"] == 1
    assert len(site.rows(select(Signature.id))) == 1


def test_letters_are_forgotten_after_ninety_days_with_their_files(site, visitor, later):
    signed(site, visitor, later)
    site.letters()
    later(days=91)
    site.work()
    assert site.rows(select(Letter.id)) == []
    assert list((site.config.data_dir / "outbox").glob("*.eml")) == []


def test_messages_are_blanked_a_year_after_the_pledge_closed(site, visitor, staff, later):
    signed(site, visitor, later, message="For my sister")
    staff.press(staff.get("/staff/pledges/1"), "Close it")
    later(days=364)
    site.work()
    assert site.rows(select(Signature.message)) == [("For my sister",)]
    later(days=2)
    site.work()
    assert site.rows(select(Signature.message, Signature.name)) == [("", "Anna Sample")]


def test_a_withdrawn_signature_goes_and_with_it_a_person_of_whom_nothing_else_is_known(site, visitor, later):
    signed(site, visitor, later)
    path = link_in(site.letter(), "withdraw")
    visitor.press(visitor.get(path), "Take my signature back")
    site.work()
    later(days=31)
    site.work()
    assert site.rows(select(Signature.id)) == [] and site.rows(select(Supporter.id)) == []


def test_a_person_who_agreed_to_news_stays_when_a_signature_goes(site, visitor, later):
    signed(site, visitor, later, newsletter="y")
    visitor.press(visitor.get(link_in(site.letter(), "withdraw")), "Take my signature back")
    site.work()
    later(days=31)
    site.work()
    assert site.rows(select(Supporter.subscribed)) == [(True,)]


def test_the_hash_of_a_network_does_not_outlive_the_day(site, visitor, later):
    page = visitor.get("/staff/sign-in")
    visitor.press(page, "Sign in", email="staff@example.org", password="a wrong password", code="123456")
    assert len(site.rows(select(Attempt.id))) == 1
    later(hours=11)
    site.work()
    assert len(site.rows(select(Attempt.id))) == 1
    later(hours=2)  # past midnight UTC
    site.work()
    assert site.rows(select(Attempt.id)) == []


def test_ended_sessions_are_forgotten_after_a_month(site, staff, later):
    later(days=31)
    site.work()
    assert site.rows(select(StaffSession.id)) == []


def test_forgetting_runs_alone_on_each_kind(site):
    with site.inside(), db.reading():
        assert set(retention.table()) and all(what and long for what, long in retention.table())


def test_the_file_of_a_letter_goes_with_the_person_it_was_for(site, visitor, later):
    sign(visitor, later)
    site.letters()
    later(days=31)
    site.work("forget", "forget")  # in one hour the person, in the next what lies there of nobody
    assert list((site.config.data_dir / "outbox").glob("*.eml")) == []
