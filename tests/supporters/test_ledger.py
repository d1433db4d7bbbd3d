"""The ledger: what people did stays done after a restore, and only they themselves can undo it."""

import json
import shutil
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from campaign import clock, db
from campaign.pledges import counting
from campaign.pledges.models import Signature
from campaign.supporters import ledger, service
from campaign.supporters.models import Consent, LedgerEntry, Supporter
from tests.conftest import Site
from tests.house.everything import contents
from tests.pledges.acts import link_in, sign, signed

ANNA = "anna@example.org"
ENTRIES = select(LedgerEntry.what).order_by(LedgerEntry.id)


def _file(site: Site) -> Path:
    return site.config.data_dir / "backups" / "ledger.jsonl"


def _lines(site) -> list[dict[str, str]]:
    return [json.loads(line) for line in _file(site).read_text().splitlines()]


def _refuses(site, mailbox: str = ANNA) -> bool:
    with site.inside(), db.reading():
        return ledger.refuses(mailbox)


def _replay(site) -> dict[str, int]:
    with site.inside():
        return ledger.replay(_file(site))


def _subscriber(site, visitor, later) -> dict[str, str]:
    """Signs with the news ticked; the links of the letter that follows."""
    signed(site, visitor, later, newsletter="y")
    letter = site.letter()
    return {kind: link_in(letter, kind) for kind in ("unsubscribe", "withdraw")}


def _as_before(site, *what: object) -> None:
    """What an older backup would bring back."""
    with site.inside(), db.writing() as session:
        session.execute(delete(LedgerEntry))
        for statement in what:
            session.execute(statement)


@pytest.mark.plain_sql
def test_leaving_is_noted_without_an_address_and_written_beside_the_backups(site, visitor, later):
    visitor.post(_subscriber(site, visitor, later)["unsubscribe"])
    site.work("count-signatures", "write-ledger")
    [line] = _lines(site)
    assert line["what"] == "left" and len(line["mark"]) == 64
    assert "anna" not in _file(site).read_text()
    assert _file(site).stat().st_mode & 0o077 == 0


@pytest.mark.plain_sql
def test_who_left_is_refused_until_they_say_yes_again_themselves(site, visitor, later):
    links = _subscriber(site, visitor, later)
    assert not _refuses(site)
    visitor.post(links["unsubscribe"])
    assert _refuses(site) and not _refuses(site, "bela@example.org")
    visitor.press(visitor.get(links["withdraw"]), "Take my signature back")
    later(days=1)
    sign(visitor, later, newsletter="y")
    assert _refuses(site), "whoever types an address need not own it"
    visitor.press(visitor.get(link_in(site.letter(), "confirm")), "Yes")
    assert not _refuses(site)


@pytest.mark.plain_sql
def test_signing_without_the_news_does_not_lift_a_leaving(site, visitor, later):
    visitor.post(_subscriber(site, visitor, later)["unsubscribe"])
    later(days=1)
    sign(visitor, later, name="Bela Sample")
    visitor.press(visitor.get(link_in(site.letter(), "confirm")), "Yes")
    assert _refuses(site)


@pytest.mark.plain_sql
def test_an_act_repeated_is_noted_once(site, visitor, later):
    links = _subscriber(site, visitor, later)
    for _ in range(3):
        visitor.post(links["unsubscribe"])
        visitor.post(links["withdraw"])
    assert sorted(row[0] for row in site.rows(ENTRIES)) == ["left", "withdrawn"]


def test_whoever_left_since_the_backup_has_left_again_after_it_is_restored(site, visitor, later):
    visitor.post(_subscriber(site, visitor, later)["unsubscribe"])
    site.work("count-signatures", "write-ledger")
    _as_before(site, update(Supporter).values(subscribed=True, left_at=None), delete(Consent).where(~Consent.given))
    later(days=1)
    assert _replay(site)["left"] == 1
    assert site.rows(select(Supporter.subscribed)) == [(False,)] and _refuses(site)


def test_what_was_taken_back_since_the_backup_is_taken_back_again_and_the_count_is_right(site, visitor, later):
    visitor.post(_subscriber(site, visitor, later)["withdraw"])
    site.work("count-signatures", "write-ledger")
    _as_before(site, update(Signature).values(withdrawn_at=None, to_count=1))
    assert _replay(site)["withdrawn"] == 1
    site.work("count-signatures", "write-ledger")
    assert site.rows(select(Signature.withdrawn_at))[0][0] is not None
    with site.inside(), db.reading():
        assert counting.drift() == {}


@pytest.mark.plain_sql
def test_what_was_disowned_since_the_backup_is_disowned_again(site, visitor, later):
    sign(visitor, later)
    visitor.press(visitor.get(link_in(site.letter(), "confirm")), "This was not me")
    site.work("count-signatures", "write-ledger")
    _as_before(site, update(Signature).values(disowned_at=None, name="Anna Sample"))
    assert _replay(site)["disowned"] == 1
    assert site.rows(select(Signature.name)) == [("",)]


@pytest.mark.plain_sql
def test_repeating_a_replay_changes_nothing_more(site, visitor, later):
    links = _subscriber(site, visitor, later)
    visitor.post(links["unsubscribe"])
    visitor.post(links["withdraw"])
    site.work("count-signatures", "write-ledger")
    _as_before(
        site, update(Supporter).values(subscribed=True, left_at=None), update(Signature).values(withdrawn_at=None)
    )
    first = _replay(site)
    site.work("count-signatures", "write-ledger")
    before = contents(site)
    assert (first["left"], first["withdrawn"], first["new"]) == (1, 1, 2)
    second = _replay(site)
    assert set(second.values()) == {0} and contents(site) == before


@pytest.mark.plain_sql
def test_what_its_person_has_lifted_since_is_left_alone(site, visitor, later):
    visitor.post(_subscriber(site, visitor, later)["unsubscribe"])
    later(days=1)
    with site.inside(), db.writing():
        service.agree(1, "Yes", "en", "test", clock.now())
    site.work("count-signatures", "write-ledger")
    _as_before(site)
    done = dict.fromkeys(["erased", "left", "withdrawn", "disowned", "unshared", "moved"], 0)
    assert _replay(site) == done | {"new": 2, "unreadable": 0}
    assert site.rows(select(Supporter.subscribed)) == [(True,)] and not _refuses(site)


@pytest.mark.plain_sql
def test_a_signature_taken_back_and_signed_again_is_left_alone(site, visitor, later):
    visitor.post(_subscriber(site, visitor, later)["withdraw"])
    later(days=1)
    sign(visitor, later)
    visitor.press(visitor.get(link_in(site.letter(), "confirm")), "Yes")
    site.work("count-signatures", "write-ledger")
    _as_before(site)
    assert _replay(site)["withdrawn"] == 0
    assert site.rows(select(Signature.withdrawn_at)) == [(None,)]


def test_killed_between_the_file_and_the_records_it_writes_a_line_twice_and_reads_it_once(site, visitor, later):
    visitor.post(_subscriber(site, visitor, later)["unsubscribe"])
    site.work("count-signatures", "write-ledger")
    with site.inside(), db.writing() as session:
        session.execute(update(LedgerEntry).values(written_at=None))
    site.work("count-signatures", "write-ledger")
    assert len(_lines(site)) == 2
    _as_before(site)
    assert _replay(site)["new"] == 1


@pytest.mark.plain_sql
def test_a_line_that_a_crash_cut_short_spoils_no_other(site, visitor, later):
    visitor.post(_subscriber(site, visitor, later)["unsubscribe"])
    _file(site).parent.mkdir(exist_ok=True)
    _file(site).write_bytes(b'{"key": "cut')
    site.work("count-signatures", "write-ledger")
    numbers = _replay(site)
    assert numbers["unreadable"] == 1 and numbers["new"] == 0
    assert _file(site).read_bytes().count(b"\n") == 2


@pytest.mark.plain_sql
@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "[]",
        "7",
        "null",
        '{"key": "a", "mark": "b", "what": "made up", "about": "", "at": "2027-01-11T12:00:00+00:00"}',
        '{"key": "a", "mark": "b", "what": "left", "about": "", "at": "yesterday"}',
        '{"key": "a", "mark": "b", "what": "left", "about": "", "at": "2027-01-11T12:00:00"}',
        '{"key": "a", "mark": "b", "what": "left", "about": "", "at": 7}',
        "\udcff",
    ],
)
def test_a_line_that_is_no_entry_is_counted_and_does_nothing(site, line):
    _file(site).parent.mkdir(exist_ok=True)
    _file(site).write_bytes(line.encode("utf-8", "surrogateescape") + b"\n\n")
    numbers = _replay(site)
    assert numbers["unreadable"] == 1 and numbers["new"] == 0


@pytest.mark.plain_sql
def test_the_file_lies_where_the_settings_say(noon, make_site, tmp_path, later):
    site = make_site(backup_dir=tmp_path / "elsewhere")
    visitor = site.visitor()
    visitor.post(_subscriber(site, visitor, later)["unsubscribe"])
    site.work("count-signatures", "write-ledger")
    assert (tmp_path / "elsewhere" / "ledger.jsonl").exists() and not _file(site).exists()


def test_an_act_that_is_rolled_back_is_not_noted(site, visitor, later):
    _subscriber(site, visitor, later)

    def fail() -> None:
        with db.writing():
            service.leave(1, "No", "en", "test", clock.now())
            raise ZeroDivisionError

    with site.inside(), pytest.raises(ZeroDivisionError):
        fail()
    assert site.rows(ENTRIES) == []


@pytest.mark.plain_sql
def test_a_site_with_another_secret_and_the_same_key_knows_the_same_people(site, make_site, visitor, later, tmp_path):
    visitor.post(_subscriber(site, visitor, later)["unsubscribe"])
    other = make_site(
        seeded=False,
        secret_key="another secret for tests, long enough",
        ledger_key="a secret for tests, long enough to be one",
    )
    assert _refuses(other)
    stranger = make_site(seeded=False, secret_key="another secret for tests, long enough")
    assert not _refuses(stranger)


def test_many_people_are_gone_through_in_pieces(site, monkeypatch, tmp_path):
    monkeypatch.setattr(ledger, "AT_ONCE", 3)
    with site.inside(), db.writing():
        for number in range(10):
            address = f"anna{number}@example.org"
            who = service.find_or_add(address, address, "en", clock.now())
            service.agree(who, "Yes", "en", "test", clock.now())
            service.leave(who, "No", "en", "test", clock.now())
    site.work("count-signatures", "write-ledger")
    assert len(_lines(site)) == 10
    shutil.copy(_file(site), tmp_path / "copy.jsonl")
    _as_before(site, update(Supporter).values(subscribed=True, left_at=None))
    with site.inside():
        assert ledger.replay(tmp_path / "copy.jsonl")["left"] == 10
    assert set(site.rows(select(Supporter.subscribed))) == {(False,)}
