"""S6: of somebody who was erased no byte is left, in no file of the site; what is counted stays."""

import base64
import random
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import event, select, update

from campaign import clock, db
from campaign.app import Switches
from campaign.links import service as links
from campaign.mailing.fake.account import AUDIENCE, KEY
from campaign.pledges import counting, service
from campaign.pledges.models import NamelessSignatures, Signature
from campaign.supporters import erasure
from campaign.supporters import service as supporters
from tests.house.everything import contents, on_sqlite
from tests.supporters.acts import counted

STAY = 2  # for each one who is erased, so many stay, in between: pages of the file split, merge and are used again


def _canary(number: int) -> str:
    return f"kanarie{number:04d}q{number * 7919 % 104729:06d}"


def _sign(number: int, name: str) -> int:
    """Somebody signs with this word in every field, confirms, agrees, asks for their page and for everything."""
    address, now = f"{name}@example.org", clock.now()
    typed = service.Promise(f"{name} {name}", address, address, name, f"{name} " * 3, True, f"{name} news")
    service.sign("freedom", typed, "en", now)
    who = supporters.find_by_mailbox(address)
    assert who
    if number % 5:
        signature = db.session().scalar(select(Signature.id).where(Signature.supporter_id == who))
        assert signature
        service.confirm(signature, now)
        if not number % 3:
            service.withdraw(signature, now)
    supporters.ask_for_page(address, now)
    supporters.send_everything(who, now)
    if number % 7 == 1:
        supporters.leave(who, f"{name} no more", "en", "page", now)
    return who


def _everywhere(folder: Path) -> dict[str, bytes]:
    """All files below the folder, and what a dump of the records says."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _variants(word: str) -> list[bytes]:
    """A word as it may stand in a file: plain, in other cases and encodings, in base64 at each of three offsets."""
    found = [word.encode(), word.upper().encode(), word.encode("utf-16-le"), word.encode().hex().encode()]
    return found + [base64.b64encode(b"x" * shift + word.encode())[4:-4] for shift in range(3)]


def _remains(site, words: list[str]) -> dict[str, set[str]]:
    files = _everywhere(site.config.data_dir)
    files["records"] = repr(contents(site)).encode()
    found: dict[str, set[str]] = {}
    for word in words:
        for variant in _variants(word):
            for name, content in files.items():
                if variant in content:
                    found.setdefault(Path(name).name, set()).add(word)
    return found


def _people(site, number: int) -> tuple[dict[int, str], list[str]]:
    """Those who will be erased, by id, and those who stay, all of them mixed."""
    dice, gone, stay = random.Random(17), {}, []
    order = list(range(number * (1 + STAY)))
    dice.shuffle(order)
    for one in order:
        with site.inside(), db.writing():
            who = _sign(one, _canary(one))
        if one < number:
            gone[who] = _canary(one)
        else:
            stay.append(_canary(one))
    return gone, stay


def _erase(site, people: dict[int, str]) -> None:
    for who in people:
        with site.inside(), db.writing():
            assert erasure.erase(who, clock.now())
    site.work()


@pytest.mark.plain_sql
@pytest.mark.gate("S6", quick=20, full=100)
def test_of_those_who_were_erased_no_byte_is_left_and_of_the_others_all(noon, make_site, chimp, size):
    site = make_site(mailchimp_key=KEY, mailchimp_audience=AUDIENCE, mailchimp_host=chimp.url)
    gone, stay = _people(site, size)
    site.work()
    before = counted(site)
    assert _remains(site, list(gone.values())), "there was nothing to erase"
    assert any(one.email.startswith(tuple(gone.values())) for one in chimp.members.known.values())
    _erase(site, gone)
    assert _remains(site, list(gone.values())) == {}
    assert _remains(site, stay)["records"] == set(stay)
    assert not any(one.email.startswith(tuple(gone.values())) for one in chimp.members.known.values())
    assert counted(site) == before
    with site.inside(), db.reading():
        assert counting.drift() == {}


@on_sqlite
def test_without_overwriting_the_file_would_still_hold_them(noon, make_site):
    site = make_site(switches=Switches(overwrite=False))
    gone, _ = _people(site, 10)
    _erase(site, gone)
    assert {"site.db", "site.db-wal"} & _remains(site, list(gone.values())).keys()


@on_sqlite
def test_while_somebody_reads_the_log_keeps_them_and_lets_go_at_the_next_round(noon, make_site):
    site = make_site()
    gone, _ = _people(site, 3)
    reader = sqlite3.connect(site.config.data_dir / "site.db")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM supporters").fetchone()
    _erase(site, gone)
    with site.inside():
        assert not erasure.scrub()
        reader.close()
        assert erasure.scrub()
    assert _remains(site, list(gone.values())) == {}


def test_also_when_what_is_to_be_counted_has_not_been_counted_yet(site):
    with site.inside(), db.writing():
        first, second = _sign(1, _canary(1)), _sign(3, _canary(3))
        erasure.erase(first, clock.now())
        erasure.erase(second, clock.now())  # 3 had been taken back: it counts neither before nor after
    with site.inside(), db.reading():
        assert counting.drift() == {}
    assert counted(site) == 1
    assert site.rows(select(NamelessSignatures.number)) == [(1,)]


def test_what_a_code_has_brought_stays_said_of_it(site):
    with site.inside(), db.writing() as session:
        who = _sign(1, _canary(1))
        code = links.make("/pledges/freedom", "en", "Library", clock.now())
        session.execute(update(Signature).values(code_id=code))
        assert service.signatures_by_code() == {code: 1}
        erasure.erase(who, clock.now())
        assert service.signatures_by_code() == {code: 1}


def test_who_is_erased_while_another_act_fails_is_not_erased_by_half(site, monkeypatch):
    with site.inside(), db.writing():
        who = _sign(1, _canary(1))
    before = contents(site)
    with site.inside():
        for number in range(1, 12):
            _fail_at(site, who, number)
    assert contents(site) == before


def _fail_at(site, who: int, number: int) -> None:
    """The records fail at this statement of the erasure, or nothing happens when it has fewer."""
    left = [number]

    def fail(*_: object) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise ZeroDivisionError

    def undone() -> None:
        with db.writing() as session:
            event.listen(session.connection(), "before_cursor_execute", fail)
            erasure.erase(who, clock.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
