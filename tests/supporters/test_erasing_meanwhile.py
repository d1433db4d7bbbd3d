"""Erasing somebody while something else is done with them: nothing of them comes back, and nothing is half done."""

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import func, select, update

from campaign import clock, db, dispatch, mail
from campaign.mailing import deletions, rules, service
from campaign.mailing.builtin import BuiltIn
from campaign.mailing.models import ListDeletion, ListEntry
from campaign.pledges import counting
from campaign.supporters import erasure, ledger
from campaign.supporters import service as supporters
from campaign.supporters.models import LedgerEntry, Supporter
from tests.conftest import Site
from tests.house.everything import on_sqlite
from tests.mail.sink import sink
from tests.mailing.acts import ANNA, agree, sync
from tests.mailing.conftest import hosted
from tests.pledges.acts import link_in, sign, signed
from tests.processes import free_port
from tests.supporters.acts import counted, own_page

TRIALS = 6
PEOPLE = select(func.count(Supporter.id))


def _erase(site, who: int = 1) -> None:
    """As another process would, at the same time."""

    def do() -> None:
        with site.inside(), db.writing():
            assert erasure.erase(who, clock.now())

    thread = threading.Thread(target=do)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()


@pytest.mark.parametrize("step", ["MAIL", "RCPT"])
def test_a_letter_that_is_not_handed_over_yet_stays_in_the_house(noon, make_site, later, step):
    port = free_port()
    site = make_site(smtp_url=f"smtp://127.0.0.1:{port}")
    sign(site.visitor(), later)
    with sink(port) as server:
        server.reached = lambda reached: _erase(site) if reached == step else None
        site.work("deliver-letters")
    assert server.got == [] and site.rows(PEOPLE) == [(0,)] and site.rows(select(mail.Letter.id)) == []


def test_one_that_the_mail_server_has_leaves_no_trace_here(noon, make_site, later):
    port = free_port()
    site = make_site(smtp_url=f"smtp://127.0.0.1:{port}")
    sign(site.visitor(), later)
    with sink(port) as server:
        server.reached = lambda reached: _erase(site) if reached == "DATA" else None
        site.work("deliver-letters")
        site.work("deliver-letters")
    assert len(server.got) == 1 and site.rows(select(mail.Letter.id)) == []


def test_one_that_is_refused_meanwhile_is_not_tried_again(noon, make_site, later):
    port = free_port()
    site = make_site(smtp_url=f"smtp://127.0.0.1:{port}")
    sign(site.visitor(), later)
    with sink(port) as server:
        server.answers["RCPT"] = "451 later"
        server.reached = lambda reached: _erase(site) if reached == "RCPT" else None
        site.work("deliver-letters")
    assert site.rows(select(mail.Letter.id)) == []


@pytest.mark.plain_sql
def test_the_file_of_a_letter_that_is_being_written_goes_too(site, visitor, later, monkeypatch):
    signed(site, visitor, later)
    site.letters()

    def erased_while_it_is_written(supporter_id: int) -> mail.Mail:
        _erase(site, supporter_id)
        from campaign import i18n

        values = {"links": {"help": "http://localhost/help"}}
        return mail.Mail(ANNA, i18n.find("en"), lambda: "Subject", "everything", values, None)

    monkeypatch.setitem(mail.WRITERS, "test.erasing", erased_while_it_is_written)
    with site.inside(), db.writing():
        mail.write("test.erasing", 1, 1, clock.now())
    with site.inside():
        dispatch.deliver()
    assert list((site.config.data_dir / "outbox").iterdir()) == []


def test_our_own_list_does_not_add_somebody_whom_it_had_in_hand(listed):
    agree(listed, ANNA)
    with listed.inside():
        claim = service._begin(BuiltIn.name, clock.now())
    _erase(listed)
    with listed.inside():
        service.deliver(BuiltIn(), claim)
    assert listed.rows(select(ListEntry.supporter_id)) == [] and listed.rows(PEOPLE) == [(0,)]


def _in_hand(site, home):
    """Anna is about to be told to Mailchimp, and erases herself before it hears of her."""
    agree(site, ANNA)
    with site.inside():
        claim = service._begin(home.name, clock.now())
    _erase(site)
    return claim


def _carry_out(site, home) -> int:
    with site.inside():
        return deletions.carry_out(home)


def test_mailchimp_is_asked_to_delete_only_when_no_call_can_add_them_any_more(listed, chimp, later):
    home = hosted(chimp)
    claim = _in_hand(listed, home)
    assert _carry_out(listed, home) == 0
    with listed.inside():
        service.deliver(home, claim)
    assert len(chimp.members.known) == 1
    later(seconds=rules.LEASE.total_seconds())
    assert _carry_out(listed, home) == 1
    assert not chimp.members.known and len(chimp.members.forgotten) == 1


@on_sqlite
def test_asked_at_once_they_would_be_there_again(listed, chimp, later):
    home = hosted(chimp)
    claim = _in_hand(listed, home)
    with listed.inside(), db.writing() as session:
        session.execute(update(ListDeletion).values(due_at=clock.now()))  # the guard is gone
    assert _carry_out(listed, home) == 1
    with listed.inside():
        service.deliver(home, claim)
    later(days=1)
    assert _carry_out(listed, home) == 0 and len(chimp.members.known) == 1, "the control did not bring them back"


@pytest.mark.plain_sql
def test_no_sync_adds_somebody_whom_the_ledger_refuses(listed, chimp):
    agree(listed, ANNA)
    with listed.inside(), db.writing():
        erasure.erase(1, clock.now())
    with listed.inside(), db.writing() as session:  # somebody's import, or an old backup
        who = supporters.find_or_add(ANNA, ANNA, "en", clock.now())
        session.execute(update(Supporter).where(Supporter.id == who).values(subscribed=True, due_since=clock.now()))
    sync(listed, hosted(chimp), times=3)
    assert not chimp.members.known
    agree(listed, ANNA)  # a fresh yes of her own
    sync(listed, hosted(chimp), times=3)
    assert len(chimp.members.known) == 1


def _press(site: Site, path: str) -> int:
    """A button of somebody with a browser of their own; the status."""
    return site.visitor().raw(path, method="POST").status_code


def _at_once(*deeds: Callable[[], int]) -> tuple[list[Exception], list[int]]:
    """Do these at the same time; what went wrong, and the answers."""
    start = threading.Barrier(len(deeds))
    errors: list[Exception] = []
    answers: list[int] = []

    def run(deed: Callable[[], int]) -> None:
        start.wait(30)
        try:
            answers.append(deed())
        except Exception as error:  # noqa: BLE001 (looked at by the test)
            errors.append(error)

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return errors, answers


@pytest.mark.parametrize("deed", ["Yes", "This was not me", "withdraw"])
def test_while_a_button_is_pressed_the_count_stays_right(site, visitor, later, deed):
    for trial in range(TRIALS):
        address = f"anna{trial}@example.org"
        sign(visitor, later, email=address)
        path = link_in(site.letters()[-1], "confirm")
        if deed == "withdraw":
            visitor.press(visitor.get(path), "Yes")
            path = link_in(site.letters()[-1], "withdraw")
        me = own_page(site, visitor, later, address).path
        address = path + ("/not-me" if deed == "This was not me" else "")
        errors, answers = _at_once(partial(_press, site, address), partial(_press, site, f"{me}/erase"))
        assert errors == [] and set(answers) <= {200, 303, 404, 410}
    site.work()
    assert site.rows(PEOPLE) == [(0,)]
    with site.inside(), db.reading():
        assert counting.drift() == {}
    assert 0 <= counted(site) <= TRIALS


def test_two_who_press_erase_at_once_erase_once(site, visitor, later):
    for trial in range(TRIALS):
        address = f"anna{trial}@example.org"
        signed(site, visitor, later, email=address)
        me = own_page(site, visitor, later, address).path
        errors, answers = _at_once(*[partial(_press, site, f"{me}/erase")] * 2)
        assert errors == [] and Counter(answers) == {200: 1, 410: 1}
    assert site.rows(select(LedgerEntry.what)) == [("erased",)] * TRIALS and counted(site) == TRIALS


@pytest.mark.plain_sql
def test_who_was_erased_since_the_backup_is_erased_again_after_it_is_restored(site, visitor, later):
    signed(site, visitor, later, newsletter="y")
    added_at = clock.now()
    later(hours=1)
    page = own_page(site, visitor, later)
    visitor.post(f"{page.path}/erase")
    site.work()
    with site.inside(), db.writing() as session:  # what a backup from before would bring back
        who = supporters.find_or_add(ANNA, ANNA, "en", added_at)
        session.execute(update(Supporter).where(Supporter.id == who).values(subscribed=True))
    for number in (1, 0):
        with site.inside():
            assert ledger.replay(ledger.path())["erased"] == number
        assert site.rows(PEOPLE) == [(0,)]
    assert site.rows(select(LedgerEntry.what)) == [("erased",)]


@pytest.mark.plain_sql
def test_whoever_came_back_after_erasing_is_not_erased_by_a_replay(site, visitor, later):
    signed(site, visitor, later)
    page = own_page(site, visitor, later)
    visitor.post(f"{page.path}/erase")
    later(hours=1)
    signed(site, visitor, later)
    site.work()
    with site.inside():
        assert ledger.replay(ledger.path())["erased"] == 0
    assert site.rows(PEOPLE) == [(1,)]


@pytest.mark.plain_sql
def test_what_somebody_erased_stays_erased_also_when_they_came_back_later(site, visitor, later):
    signed(site, visitor, later)
    added_at = clock.now()
    later(hours=1)
    visitor.post(f"{own_page(site, visitor, later).path}/erase")
    later(hours=1)
    signed(site, visitor, later)
    site.work()
    with site.inside(), db.writing() as session:  # the record of the backup, in place of the new one
        session.execute(update(Supporter).values(added_at=added_at))
    with site.inside():
        assert ledger.replay(ledger.path())["erased"] == 1
        with db.reading():
            assert not ledger.refuses(ANNA), "they may be known again: they came back by themselves"
    assert site.rows(PEOPLE) == [(0,)]
