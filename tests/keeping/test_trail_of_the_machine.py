"""What the machine itself does with all records stands in the audit trail, and staff can read it there."""

from dataclasses import replace

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from campaign import backup, db, rotation
from campaign.app import create_app
from campaign.cli import campaign as command
from campaign.config import Config, read_env_file
from campaign.errors import Misconfigured
from campaign.staff import audit
from campaign.staff.acts import Act
from campaign.staff.audit import AuditRow
from campaign.upgrade import Service, upgrade
from tests.conftest import SECRET
from tests.house.everything import on_sqlite
from tests.keeping.conftest import KEY
from tests.staff.acts import deeds

NEW = "the secret that is made when the old one may be known"


def _acts(site):
    return [row[0] for row in site.rows(select(AuditRow.act).order_by(AuditRow.number))]


def _fits(site):
    with site.inside():
        return audit.broken()[1] is None


@pytest.fixture
def run(kept, opened, monkeypatch):
    """Runs a command of the site in its folder of data, with its settings in the file there."""
    for name in ("SECRET_KEY", "SECRET_KEY_OLD", "LEDGER_KEY"):
        monkeypatch.delenv(name, raising=False)
    values = {"MODE": "demo", "SECRET_KEY": SECRET, "BACKUP_KEY": KEY, "BACKUP_DIR": kept.config.backup_dir}
    values["DATABASE_URL"] = kept.config.database_url
    settings = kept.config.data_dir / "campaign.env"
    settings.write_text("".join(f"{name}={value}\n" for name, value in values.items()), encoding="utf-8")
    monkeypatch.setenv("DATA_DIR", str(kept.config.data_dir))

    def run(*words):
        done = CliRunner().invoke(command, words, obj=opened)
        assert done.exit_code == 0, done.output

    return run


@pytest.fixture
def opened():
    """Opens the site that the settings name, as a command does."""
    sites = []

    def open_site():
        sites.append(create_app(Config.read()))
        return sites[-1]

    yield open_site
    for site in sites:
        site.extensions["database"].engine.dispose()


def _begun(site):
    with site.inside(), db.writing():
        audit.begin()


@pytest.mark.plain_sql
def test_a_backup_by_hand_and_one_by_the_worker_are_read_by_staff(kept, run, staff_of, later):
    run("backup")
    later(days=1)
    kept.work()
    assert _acts(kept) == [Act.TRAIL_BEGUN, Act.BACKUP_MADE, Act.BACKUP_MADE]
    page = staff_of(kept).get("/staff/audit?act=records.backed-up")
    assert deeds(page) == [["the machine", "made a backup of all records"]] * 2


@on_sqlite
def test_a_backup_that_was_not_made_leaves_no_row(kept, later):
    kept.config.backup_dir.write_text("a file where the folder should be")
    kept.work()
    assert _acts(kept) == []
    kept.config.backup_dir.unlink()
    later(hours=2)
    kept.work()
    assert _acts(kept) == [Act.TRAIL_BEGUN, Act.BACKUP_MADE]


@on_sqlite
def test_a_backup_stays_when_the_trail_cannot_be_told_and_that_is_said(kept, run):
    def unready():
        raise Misconfigured(["BASE_URL is not set."])

    done = CliRunner().invoke(command, ["backup"], obj=unready)
    assert "The backup is made, but the audit trail could not be told of it. BASE_URL" in str(done.exception)
    assert len(backup.found(kept.config.backup_dir)) == 1


def test_a_restore_is_written_into_what_it_brought_back(kept, elsewhere, back_up, staff_of):
    _begun(kept)
    elsewhere.bring(back_up())
    site = elsewhere.site()
    assert _acts(site) == [Act.TRAIL_BEGUN, Act.RESTORED] and _fits(site)
    assert _acts(kept) == [Act.TRAIL_BEGUN]
    page = staff_of(site).get("/staff/audit?who=machine")
    assert "put the records back from a backup" in page.text


@pytest.mark.plain_sql
def test_a_backup_from_before_the_secret_was_changed_comes_back_with_a_trail_that_fits(kept, elsewhere, back_up):
    _begun(kept)
    elsewhere.config = replace(elsewhere.config, secret_key=NEW, old_secrets=(SECRET,))
    elsewhere.bring(back_up())
    site = elsewhere.make_site(
        seeded=False, secret_key=NEW, data_dir=elsewhere.config.data_dir, database_url=elsewhere.config.database_url
    )
    assert _acts(site) == [Act.TRAIL_BEGUN, Act.SEALED_ANEW, Act.RESTORED] and _fits(site)


def test_a_restore_that_does_not_come_to_its_end_leaves_no_row(kept, elsewhere, back_up, monkeypatch):
    _begun(kept)
    file = back_up()
    with monkeypatch.context() as broken:
        broken.setattr(audit, "note", _full)
        with pytest.raises(Exception, match="no space"):
            elsewhere.bring(file)
    elsewhere.bring(file)
    assert _acts(elsewhere.site()) == [Act.TRAIL_BEGUN, Act.RESTORED]


def _full(*_args, **_more):
    raise RuntimeError("no space")


@pytest.mark.plain_sql
def test_a_new_secret_and_the_forgetting_of_the_old_are_written_down(kept, run, make_site):
    _begun(kept)
    run("rotate-secret")
    run("rotate-secret", "--reseal")  # nothing is left to do, and nothing is said twice
    assert _acts(kept) == [Act.TRAIL_BEGUN, Act.SEALED_ANEW, Act.SECRET_REPLACED]
    run("rotate-secret", "--forget-old")
    run("rotate-secret", "--forget-old")
    assert _acts(kept)[3:] == [Act.OLD_SECRETS_FORGOTTEN]
    site = make_site(seeded=False, secret_key=Config.read().secret_key)
    assert _fits(site) and not _fits(kept)
    assert {row[0] for row in site.rows(select(AuditRow.who))} == {audit.MACHINE}


@on_sqlite
def test_old_secrets_stay_when_their_going_cannot_be_written_down(kept, run, opened, monkeypatch):
    _begun(kept)
    run("rotate-secret")
    config = Config.read()
    monkeypatch.setattr(audit, "note", _full)
    with pytest.raises(RuntimeError):
        rotation.forget_old(opened(), config)
    assert read_env_file(config.data_dir / "campaign.env")["SECRET_KEY_OLD"] and config.old_secrets == (SECRET,)


@on_sqlite
def test_the_trail_keeps_its_old_seals_when_the_new_secret_cannot_be_written_down(kept, make_site, monkeypatch):
    _begun(kept)
    site = make_site(seeded=False, secret_key=NEW, old_secrets=(SECRET,))
    true_note = audit.note

    def all_but_one(act, *args, **more):
        return _full() if act is Act.SECRET_REPLACED else true_note(act, *args, **more)

    monkeypatch.setattr(audit, "note", all_but_one)
    with pytest.raises(RuntimeError):
        rotation.reseal(site.app)
    assert _fits(kept) and _acts(kept) == [Act.TRAIL_BEGUN]


@pytest.mark.plain_sql
def test_the_backup_of_an_upgrade_is_written_down_when_the_records_are_brought_up(kept):
    class Nobody(Service):
        def present(self):
            return False

    kept.app.extensions["database"].engine.dispose()
    upgrade(kept.config, lambda _words: None, Nobody())
    assert _acts(kept) == [Act.TRAIL_BEGUN, Act.BACKUP_MADE] and _fits(kept)
    assert len(backup.found(kept.config.backup_dir)) == 1
