"""A backup is whole, sealed and read back; it is made daily and forgotten in time; trouble is a sentence."""

import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from campaign import archive, backup, clock
from campaign.errors import Stopped
from campaign.supporters import retention
from tests import nursery
from tests.house.everything import contents, on_sqlite
from tests.keeping.conftest import KEY
from tests.pledges.acts import signed
from tests.processes import environment


def test_what_is_restored_is_what_was_backed_up(kept, elsewhere, back_up, later):
    signed(kept, kept.visitor(), later, newsletter="y")
    kept.work()
    before = contents(kept)
    elsewhere.bring(back_up())
    after = contents(elsewhere.site())
    for known in (before, after):
        for name in ("list_contact", "audit_rows", "audit_ends"):  # held there, and written down; see test_restore
            known.pop(name)
    assert after == before and after["signatures"]


@pytest.mark.plain_sql
def test_nothing_in_the_file_can_be_read_without_the_key(kept, back_up, later):
    signed(kept, kept.visitor(), later)
    file = back_up()
    assert file.name == "campaign-20270111T120600Z.tar.gz.age" or file.name.startswith("campaign-20270111T")
    sealed = file.read_bytes()
    assert sealed.startswith(b"age-encryption.org/v1") and b"example.org" not in sealed and b"SQLite" not in sealed
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.plain_sql
def test_the_secret_of_the_site_is_not_in_it(kept, back_up, tmp_path):
    (kept.config.data_dir / "campaign.env").write_text(
        "BASE_URL=https://campaign.example\nSMTP_URL=smtp://user:canary@mail.example\nSECRET_KEY=canary\nNEW_TOKEN=canary\n"
    )
    manifest = archive.unseal(back_up(), tmp_path / "opened", KEY)
    assert manifest.settings["BASE_URL"] == "https://campaign.example"
    assert manifest.settings["SMTP_URL"] == manifest.settings["SECRET_KEY"] == manifest.settings["NEW_TOKEN"] == ""
    for file in (tmp_path / "opened").rglob("*"):
        assert file.is_dir() or b"canary" not in file.read_bytes(), file.name


@on_sqlite
def test_bytes_of_deleted_people_do_not_travel(kept, back_up, tmp_path, later):
    signed(kept, kept.visitor(), later, email="canary@example.org")
    with kept.inside(), kept.app.extensions["database"].engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA secure_delete=OFF")
        for table in ("letters", "signatures", "consents", "supporters"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    archive.unseal(back_up(), tmp_path / "opened", KEY)
    assert b"canary@example.org" not in (tmp_path / "opened" / "records" / "site.db").read_bytes()


@pytest.mark.plain_sql
def test_the_words_of_the_campaign_travel_with_it(kept, tmp_path):
    words = tmp_path / "words"
    words.mkdir()
    (words / "campaign.toml").write_text("name = 'ours'")
    file = backup.make(replace(kept.config, content_dir=words)).path
    archive.unseal(file, tmp_path / "opened", KEY)
    assert (tmp_path / "opened" / "content" / "campaign.toml").read_text() == "name = 'ours'"


@pytest.mark.plain_sql
def test_a_key_that_only_seals_makes_backups_that_the_whole_key_opens(kept, tmp_path):
    public = archive.public(KEY)
    made = backup.make(replace(kept.config, backup_key=public))
    assert not made.read_back
    with pytest.raises(Stopped, match="only seals"):
        archive.unseal(made.path, tmp_path / "one", public)
    assert archive.unseal(made.path, tmp_path / "two", KEY).copied.rows["pledges"] == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"backup_key": ""}, "BACKUP_KEY is not set"),
        ({"backup_key": "age1abc"}, "is not a key"),
        ({"backup_key": "AGE-SECRET-KEY-1ABC"}, "a character is missing"),
        ({"backup_dir": Path("/proc/nowhere")}, "cannot be read or written"),
    ],
    ids=lambda value: str(value)[:30],
)
@on_sqlite
def test_settings_that_cannot_be_are_said_in_a_sentence(kept, changes, said):
    with pytest.raises(Stopped, match=said) as stopped:
        backup.make(replace(kept.config, **changes))
    assert str(stopped.value).endswith(".")


def test_records_that_are_not_there_are_said_and_leave_no_half_backup(kept, tmp_path):
    if kept.config.sqlite:
        away = f"sqlite:///{tmp_path / 'nowhere.db'}"
    else:
        away = kept.config.database_url.replace("/test_", "/gone_")
    with pytest.raises(Stopped):
        backup.make(replace(kept.config, database_url=away))
    assert [path.name for path in kept.config.backup_dir.iterdir()] == [".lock"]


@on_sqlite
def test_a_damaged_database_makes_no_backup_that_looks_like_one(kept):
    path = kept.config.data_dir / "site.db"
    kept.app.extensions["database"].engine.dispose()
    content = bytearray(path.read_bytes())
    content[4096 : 3 * 4096] = b"\x07" * 8192
    path.write_bytes(content)
    with pytest.raises(Stopped):
        backup.make(kept.config)
    assert not backup.found(kept.config.backup_dir)


SMALL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
sys.dont_write_bytecode = True  # a bytecode file cut short by the limit would stay
from campaign.cli import main
main()
"""


def _command(site, *words, limit=0, **settings):
    env = environment(site.config) | {"BACKUP_DIR": str(site.config.backup_dir), "BACKUP_KEY": KEY}
    return nursery.run(["-c", SMALL.format(limit=limit or -1), *words], env | settings)


@on_sqlite
def test_a_full_disk_is_a_sentence_and_nothing_half_is_left(kept):
    for limit in (4096, 60_000):  # while the records are copied; while they are sealed
        done = _command(kept, "backup", limit=limit)
        assert done.returncode == 1 and "disk is full" in done.stderr and "Traceback" not in done.stderr, done.stderr
    assert not backup.found(kept.config.backup_dir) and not list(kept.config.data_dir.glob(".at-work-*"))
    assert not list(kept.config.backup_dir.glob(".*part*"))
    assert _command(kept, "backup").returncode == 0


@on_sqlite
def test_two_at_once_are_one(kept):
    with backup._alone(backup._folder(kept.config)), pytest.raises(Stopped, match="Another backup"):
        backup.make(kept.config)
    backup.make(kept.config)


@pytest.mark.plain_sql
def test_the_worker_makes_one_a_day(kept, later):
    kept.work()
    assert len(backup.found(kept.config.backup_dir)) == 1
    later(hours=23)
    kept.work()
    assert len(backup.found(kept.config.backup_dir)) == 1
    later(hours=1)
    kept.work()
    assert len(backup.found(kept.config.backup_dir)) == 2


@on_sqlite
def test_without_a_key_the_worker_makes_none(site):
    site.work()
    assert not backup.standing(site.config).configured


@on_sqlite
def test_what_is_older_than_the_table_says_is_forgotten(kept, back_up, later):
    days = retention.RULES["backups"].days or 0
    first = back_up()
    later(days=days - 1)
    second = back_up()
    assert first.exists()
    later(days=1, minutes=1)
    with kept.inside():
        assert retention.forgotten(dry_run=True)["backups"] == 1 and first.exists()
        assert retention.forgotten(dry_run=False)["backups"] == 1
    assert not first.exists() and second.exists()


@on_sqlite
def test_a_new_backup_forgets_old_ones_and_leaves_other_files_alone(kept, back_up, later):
    first = back_up()
    other = first.with_name("campaign-notes.tar.gz.age")
    other.touch()
    later(days=36)
    back_up()
    assert not first.exists() and other.exists()


@on_sqlite
def test_trouble_is_kept_for_staff_and_tried_again_after_an_hour(kept, later):
    kept.config.backup_dir.write_text("a file where the folder should be")
    kept.work()
    standing = backup.standing(kept.config)
    assert standing.late(clock.now()) and standing.trouble.startswith("A file cannot be read or written")
    kept.config.backup_dir.unlink()
    later(minutes=30)
    kept.work()
    assert backup.standing(kept.config).newest is None
    later(minutes=31)
    kept.work()
    standing = backup.standing(kept.config)
    assert standing.newest == clock.now().replace(microsecond=0) and not standing.trouble
    assert not standing.late(clock.now()) and standing.late(clock.now() + timedelta(days=3))


@on_sqlite
def test_staff_see_how_the_backups_stand(kept, site, staff, staff_of, back_up, later):
    assert "No backups are made" in staff.get("/staff/").text
    person = staff_of(kept)
    assert "Backups need somebody. The last one has still to be made." in person.get("/staff/").text
    back_up()
    assert "The last backup is of" in person.get("/staff/").text
    later(days=3)
    assert "Backups need somebody. The last one is of" in staff_of(kept).get("/staff/").text
