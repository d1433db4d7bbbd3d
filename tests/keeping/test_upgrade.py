"""An upgrade ends well, or with the records as they were before: each of its steps is broken once."""

import os
import pwd
import tempfile
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from campaign import archive, backup, copies, schema
from campaign.copies.shape import connected
from campaign.errors import Misconfigured, Stopped
from campaign.run import as_owner_of
from campaign.upgrade import Service, upgrade
from tests.house.everything import on_postgresql, on_sqlite
from tests.keeping.conftest import KEY

OLD = schema.versions()[schema.versions().index("0007") - 1]  # 0007 is the one that is broken here


class Units(Service):
    """systemd, as far as an upgrade speaks with it."""

    def __init__(self, *, there=True, fails=""):
        self.there, self.fails, self.acts = there, fails, []

    def present(self):
        return self.there

    def do(self, act):
        self.acts.append(act)
        if act == self.fails:
            raise Stopped(f"systemctl {act} failed")


@pytest.fixture
def old(kept):
    """The site after its program was replaced by a newer one: stopped, its records of the version before."""
    kept.app.extensions["database"].engine.dispose()
    schema.downgrade(kept.config.database_url, OLD)
    return kept


def _upgrade(config, units=None):
    said: list[str] = []
    try:
        upgrade(config, said.append, units or Units(there=False))
    except (Stopped, Misconfigured) as stopped:
        return [*said, str(stopped)]
    return said


def _look(site):
    return copies.look(site.config.database_url)


def _refuse_changes(site, what):
    """Let the database refuse something that the migrations or the checks need."""
    with connected(site.config.database_url) as connection:
        connection.execute(text(what))


def test_the_records_are_brought_up_and_a_backup_is_there(old):
    before = _look(old)
    units = Units()
    said = _upgrade(old.config, units)
    assert said[-1] == "It runs." and units.acts == ["stop", "start"]
    version, numbers = _look(old)
    told = {name for name, number in before[1].items() if numbers[name] != number}
    assert version == schema.versions()[-1] and told == {"audit_rows", "audit_ends"}  # of the backup
    assert len(backup.found(old.config.backup_folder)) == 1


@pytest.mark.plain_sql
def test_where_no_systemd_is_a_person_is_told_how_to_start(old):
    assert "Start the site now" in _upgrade(old.config)[-1]


def test_a_running_site_is_not_upgraded(old):
    before = _look(old)
    with old.app.extensions["database"].engine.connect() as connection:
        connection.execute(text("SELECT count(*) FROM pledges"))
        assert "Stop it first" in _upgrade(old.config)[-1]
    old.app.extensions["database"].engine.dispose()
    assert _look(old) == before


@on_postgresql
def test_a_site_that_stops_this_moment_has_stopped(old):
    connection = old.app.extensions["database"].engine.connect()
    connection.execute(text("SELECT count(*) FROM pledges"))
    leaving = threading.Timer(0.2, lambda: (connection.invalidate(), connection.close()))
    leaving.start()
    said = _upgrade(old.config)[-1]
    leaving.join()
    assert "Start the site now" in said


@on_sqlite
def test_when_it_cannot_be_stopped_nothing_is_done(old):
    before, units = _look(old), Units(fails="stop")
    assert "systemctl stop failed" in _upgrade(old.config, units)[-1]
    assert _look(old) == before and units.acts == ["stop"]


@pytest.mark.plain_sql
def test_when_the_backup_fails_nothing_is_changed_and_the_site_starts_again(old):
    before, units = _look(old), Units()
    old.config.backup_folder.write_text("a file where the folder should be")
    assert "cannot be read or written" in _upgrade(old.config, units)[-1]
    assert _look(old) == before and units.acts == ["stop", "start"]


def test_when_a_migration_fails_the_records_are_as_before(old):
    _refuse_changes(old, "ALTER TABLE list_contact ADD COLUMN held_since INTEGER")  # the name that 0007 wants
    before, units = _look(old), Units()
    said = _upgrade(old.config, units)
    assert "The records are again as they were" in said[-1] and units.acts == ["stop"]
    assert _look(old) == before


def test_when_the_check_fails_the_backup_is_put_back(old, tmp_path):
    before, units = _look(old), Units()
    words = tmp_path / "words"
    words.mkdir()
    (words / "campaign.toml").write_text("name = ")
    said = _upgrade(replace(old.config, content_dir=words), units)
    assert "Checking …" in said and "The records are again as they were" in said[-1]
    assert _look(old) == before and before[0] == OLD and units.acts == ["stop"]


@on_sqlite
def test_when_the_way_back_fails_too_the_person_is_told_the_command(old, tmp_path):
    words = tmp_path / "words"
    words.mkdir()
    (words / "campaign.toml").write_text("name = ")
    folder = old.config.backup_folder

    def lose_the_backup(line):
        if line == "Checking …":
            backup.found(folder)[0][1].write_bytes(b"")

    with pytest.raises(Stopped, match=r"campaign restore .*--replace"):
        upgrade(replace(old.config, content_dir=words), lose_the_backup, Units(there=False))


@on_sqlite
def test_when_it_cannot_be_started_that_is_said(old):
    units = Units(fails="start")
    assert "systemctl start failed" in _upgrade(old.config, units)[-1]
    assert _look(old)[0] == schema.versions()[-1]


@on_sqlite
def test_without_a_key_that_opens_there_is_no_upgrade(old):
    before = _look(old)
    for key in ("", archive.public(KEY)):
        assert "An upgrade needs a backup" in _upgrade(replace(old.config, backup_key=key))[-1]
    assert "SECRET_KEY" in _upgrade(replace(old.config, secret_key="short"))[-1]
    assert _look(old) == before


@pytest.mark.plain_sql
def test_records_of_a_newer_program_are_left_alone(old):
    _refuse_changes(old, "UPDATE alembic_version SET version_num = '9999'")
    assert "newer version (9999)" in _upgrade(old.config)[-1]


def test_what_root_makes_in_the_folder_of_the_site_belongs_to_the_site():
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    nobody = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        with as_owner_of(folder):
            (folder / "made").touch()
        assert (folder / "made").stat().st_uid == nobody.pw_uid and os.geteuid() == 0
