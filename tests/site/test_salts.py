"""The salt of the day: one for all processes, outside the records, gone with the day."""

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from campaign import clock, salts, security
from campaign.config import Config
from campaign.pledges.models import Signature
from tests.house.everything import on_sqlite
from tests.pledges.acts import sign

MONDAY, TUESDAY = date(2027, 1, 11), date(2027, 1, 12)


@pytest.fixture
def config(tmp_path):
    """Settings of a process that has read nothing yet."""
    salts._held.clear()
    return Config("demo", tmp_path, "sqlite://", "x" * 40, "http://localhost")


def _afresh(config, day):
    """What a process reads that has just been started."""
    salts._held.clear()
    return salts.of(config, day)


def test_every_process_of_a_day_reads_the_same_salt_and_the_next_day_has_another(config):
    first = _afresh(config, MONDAY)
    assert len(first) == 32 and _afresh(config, MONDAY) == first
    assert _afresh(config, TUESDAY) != first


def test_when_many_come_first_at_midnight_they_agree(config):
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: salts._read_or_make(config.salts, MONDAY), range(64)))
    assert len(found) == 1 and [path.name for path in config.salts.iterdir()] == ["2027-01-11.salt"]


def test_a_salt_goes_with_its_day_at_the_first_use_of_the_next(config):
    salts.of(config, MONDAY)
    (config.salts / ".2027-01-11.999.abcd").touch()  # what a killed process left behind
    salts.of(config, TUESDAY)
    assert [path.name for path in config.salts.iterdir()] == ["2027-01-12.salt"]


def test_only_the_site_itself_may_read_it(config):
    salts.of(config, MONDAY)
    for path in (config.salts, config.salts / "2027-01-11.salt"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_machines_that_share_a_folder_share_the_salt(config, tmp_path):
    one, other = (replace(config, data_dir=tmp_path / name, salts_dir=tmp_path / "shared") for name in ("a", "b"))
    assert _afresh(one, MONDAY) == _afresh(other, MONDAY)
    assert _afresh(config, MONDAY) != _afresh(one, MONDAY)


def test_the_setting_is_read_from_the_environment(tmp_path):
    given = {"DATA_DIR": str(tmp_path), "SALTS_DIR": str(tmp_path / "shared")}
    assert Config.read(given).salts == tmp_path / "shared"
    assert Config.read({"DATA_DIR": str(tmp_path)}).salts == tmp_path / "salts"


@on_sqlite
def test_upkeep_removes_old_salts_also_where_nobody_comes(site, visitor, later):
    sign(visitor, later)
    assert [path.stem for path in site.config.salts.iterdir()] == ["2027-01-11"]
    later(hours=12)
    site.work()
    assert list(site.config.salts.iterdir()) == []


@on_sqlite
@pytest.mark.parametrize("damage", [b"", b"short"])
def test_without_a_salt_people_sign_all_the_same_and_no_network_is_kept(site, visitor, later, damage):
    salts._held.clear()
    site.config.salts.mkdir(parents=True)
    (site.config.salts / f"{clock.today()}.salt").write_bytes(damage)
    assert sign(visitor, later).path.endswith("/thanks")
    assert site.rows(select(Signature.network)) == [(None,)]


@on_sqlite
def test_the_same_network_has_another_key_on_another_day(site, later):
    def key():
        with site.app.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.7"}):
            return security.network()

    first = key()
    assert first == key()
    later(days=1)
    assert key() != first
