"""A restore brings back all or nothing; nobody suffers who left, or whose letter went out, since the backup."""

import io
from dataclasses import replace

import pyrage
import pytest
from sqlalchemy import func, select

from campaign import archive, backup, clock, copies, db, schema
from campaign.copies.shape import connected
from campaign.errors import Stopped
from campaign.mail import Letter
from campaign.mailing import service as mailing
from campaign.mailing.models import ListDeletion
from campaign.pledges.models import Signature
from campaign.supporters import erasure, retention
from campaign.supporters.models import Supporter
from tests.house.everything import contents, on_sqlite
from tests.keeping.conftest import KEY
from tests.pledges.acts import link_in, sign, signed


@pytest.fixture
def signer(kept, later):
    """Somebody whose confirmation letter still waits."""
    sign(kept.visitor(), later)
    return kept


def _sealed_again(file, tmp_path, change):
    """The same backup with its manifest changed, as another version of the program would have written it."""
    place = tmp_path / "changed"
    manifest = archive.unseal(file, place, KEY)
    (place / archive.MANIFEST).unlink()
    target = file.with_name("campaign-20270101T000000Z.tar.gz.age")
    archive.seal(place, target, KEY, change(manifest))
    return target


@pytest.mark.plain_sql
def test_a_backup_of_a_newer_version_is_refused(signer, elsewhere, back_up, tmp_path):
    def newer(manifest):
        return replace(manifest, copied=replace(manifest.copied, version="9999"))

    with pytest.raises(Stopped, match="newer version"):
        elsewhere.bring(_sealed_again(back_up(), tmp_path, newer))
    assert copies.is_empty(elsewhere.config.database_url)
    with pytest.raises(Stopped, match="newer version"):
        elsewhere.bring(_sealed_again(back_up(), tmp_path / "2", lambda manifest: replace(manifest, format=2)))


def test_a_backup_of_an_older_version_is_brought_up(kept, elsewhere, later):
    kept.app.extensions["database"].engine.dispose()
    schema.downgrade(kept.config.database_url, schema.versions()[-2])
    file = backup.make(kept.config).path
    elsewhere.bring(file)
    assert copies.look(elsewhere.config.database_url)[0] == schema.versions()[-1]


def test_another_kind_of_database_is_refused(kept, elsewhere, back_up, tmp_path):
    other = f"sqlite:///{tmp_path / 'other.db'}" if not kept.config.sqlite else "postgresql+psycopg://nobody@/nothing"
    elsewhere.config = replace(elsewhere.config, database_url=other)
    with pytest.raises(Stopped):
        elsewhere.bring(back_up())


@pytest.mark.plain_sql
def test_another_secret_is_refused_and_an_old_one_that_is_still_known_is_not(kept, elsewhere, back_up):
    file, config = back_up(), elsewhere.config
    elsewhere.config = replace(config, secret_key="another secret, as long as it has to be")
    with pytest.raises(Stopped, match="SECRET_KEY is not the one"):
        elsewhere.bring(file)
    elsewhere.config = replace(elsewhere.config, old_secrets=(config.secret_key,))
    elsewhere.bring(file)


def test_records_in_the_way_are_kept_or_moved_aside(signer, elsewhere, back_up):
    file = back_up()
    elsewhere.bring(file)
    url = elsewhere.config.database_url
    before = copies.look(url)
    with pytest.raises(Stopped, match="--replace"):
        elsewhere.bring(file)
    assert copies.look(url) == before
    done = elsewhere.bring(file, over=True)
    assert copies.look(url) == before
    if elsewhere.config.sqlite:
        assert copies.look(f"sqlite:///{done.aside}/site.db") == before
    else:
        assert copies.look(copies.within(url, done.aside.split()[2])) == before


def test_what_was_moved_aside_is_forgotten_like_a_backup(signer, elsewhere, back_up, later):
    file, url = back_up(), elsewhere.config.database_url
    elsewhere.bring(file)
    elsewhere.bring(file, over=True)
    site = elsewhere.site()
    for days, left in ((35, 1), (1, 0)):
        later(days=days)
        with site.inside():
            retention.forgotten(dry_run=True)
            retention.forgotten(dry_run=False)
        assert len(copies.aside(url)) == left


def test_a_running_site_is_not_restored_over(signer, elsewhere, back_up):
    file = back_up()
    elsewhere.bring(file)
    site = elsewhere.site()
    before = contents(site)
    with site.inside(), db.reading() as session:
        session.execute(select(Supporter.id)).all()
        with pytest.raises(Stopped, match="Stop it first"):
            elsewhere.bring(file, over=True)
    assert contents(site) == before


def test_a_failure_on_the_way_leaves_everything_as_it_was(signer, elsewhere, back_up, tmp_path):
    elsewhere.bring(back_up())
    url = elsewhere.config.database_url
    before = copies.look(url)

    def lying(manifest):
        return replace(manifest, copied=replace(manifest.copied, rows={**manifest.copied.rows, "signatures": 7}))

    with pytest.raises(Stopped, match="other numbers of rows in signatures"):
        elsewhere.bring(_sealed_again(back_up(), tmp_path, lying), over=True)
    assert copies.look(url) == before
    assert not list(elsewhere.config.data_dir.glob(".at-work-*"))
    if not elsewhere.config.sqlite:
        with connected(url) as connection:
            asked = "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, 'scratch_')"
            assert connection.exec_driver_sql(asked).all() == []


@on_sqlite
def test_a_damaged_database_can_be_restored_over(kept, elsewhere, back_up):
    file = back_up()
    (elsewhere.config.data_dir / "site.db").write_bytes(b"\x07" * 9000)
    assert elsewhere.bring(file, over=True).aside


@pytest.mark.plain_sql
def test_letters_that_waited_are_held_until_a_person_lets_them_go(signer, elsewhere, back_up, staff_of):
    done = elsewhere.bring(back_up())
    assert done.letters_held == 1
    site = elsewhere.site()
    assert site.letters() == []
    [(trouble,)] = site.rows(select(Letter.trouble))
    assert "may have gone out" in trouble
    staff = staff_of(site)
    page = staff.get("/staff/letters")
    assert "restored from a backup: 1" in page.text
    assert "Held since" not in staff.press(page, "Send all of them").text
    assert len(site.letters()) == 1


@pytest.mark.plain_sql
def test_the_list_is_held_and_nobody_is_told_anything(kept, elsewhere, back_up, later):
    signed(kept, kept.visitor(), later, newsletter="y")
    elsewhere.bring(back_up())
    site = elsewhere.site()
    site.work()
    with site.inside():
        assert mailing.sync(at_once=True) == 0
        with db.reading():
            assert mailing.is_held() and mailing.standing().waiting == 1


def test_an_id_that_was_given_away_since_is_not_given_again(signer, elsewhere, back_up, later):
    file = back_up()
    sign(signer.visitor(), later, email="bela@example.org")
    [(given,)] = signer.rows(select(func.max(Signature.id)))
    elsewhere.bring(file)
    site = elsewhere.site()
    sign(site.visitor(), later, email="carla@example.org")
    [(new,)] = site.rows(select(func.max(Signature.id)))
    [(person,)] = site.rows(select(func.max(Supporter.id)))
    assert new > given + 1_000_000 and person > 1_000_000


@pytest.mark.plain_sql
def test_who_left_or_withdrew_since_has_left_and_withdrawn(kept, elsewhere, back_up, later):
    visitor = kept.visitor()
    signed(kept, visitor, later, newsletter="y")
    thanks = kept.letter()
    file = back_up()
    for kind, button in (("unsubscribe", "Unsubscribe"), ("withdraw", "Take my signature back")):
        page = visitor.get(link_in(thanks, kind))
        visitor.press(page, button)
    kept.work()
    assert elsewhere.bring(file).repeated == 2
    site = elsewhere.site()
    assert site.rows(select(Supporter.subscribed, Supporter.left_at.is_not(None))) == [(False, True)]
    assert site.rows(select(Signature.withdrawn_at.is_not(None))) == [(True,)]
    site.work()
    assert site.letters() == []


def test_who_was_erased_since_is_erased_here_and_owed_to_the_list(kept, elsewhere, back_up, later):
    signed(kept, kept.visitor(), later, newsletter="y")
    kept.work()
    file = back_up()
    later(hours=1)
    with kept.inside(), db.writing():
        assert erasure.erase(kept.rows(select(Supporter.id))[0][0], clock.now())
    kept.work()
    elsewhere.config = replace(elsewhere.config, mailchimp_key="key-us1", mailchimp_audience="a")
    assert elsewhere.bring(file).repeated == 1
    site = elsewhere.site()
    assert site.rows(select(Supporter.id)) == site.rows(select(Signature.id)) == []
    assert len(site.rows(select(ListDeletion.id))) == 1


@pytest.mark.plain_sql
def test_without_the_ledger_the_same_person_would_be_written_to(kept, elsewhere, back_up, later):
    visitor = kept.visitor()
    signed(kept, visitor, later, newsletter="y")
    thanks = kept.letter()
    file = back_up()
    visitor.press(visitor.get(link_in(thanks, "unsubscribe")), "Unsubscribe")
    kept.work()
    elsewhere.bring(file, replay=False)
    assert elsewhere.site().rows(select(Supporter.subscribed)) == [(True,)]


@pytest.mark.plain_sql
def test_the_ledger_goes_on_on_the_new_machine(kept, elsewhere, back_up, later, tmp_path):
    visitor = kept.visitor()
    signed(kept, visitor, later, newsletter="y")
    visitor.press(visitor.get(link_in(kept.letter(), "unsubscribe")), "Unsubscribe")
    kept.work()
    elsewhere.config = replace(elsewhere.config, backup_dir=tmp_path / "new")
    elsewhere.bring(back_up())
    assert (tmp_path / "new" / "ledger.jsonl").read_bytes() == (kept.config.backup_dir / "ledger.jsonl").read_bytes()


def test_the_row_counts_of_a_copy_are_those_of_one_moment(kept, tmp_path):
    copied = copies.take(kept.config.database_url, tmp_path / "copy")
    assert copied.rows["pledges"] == 1 and copied.rows["signatures"] == 0
    assert copied.version == schema.versions()[-1]


@on_sqlite
def test_what_is_no_file_of_ours_is_refused(kept, elsewhere, tmp_path):
    file = tmp_path / "file"
    for content in (b"", b"hello", b"age-encryption.org/v1\n" * 3):
        file.write_bytes(content)
        with pytest.raises(Stopped, match="cannot be opened"):
            elsewhere.bring(file)
    with pytest.raises(Stopped, match="There is no file"):
        elsewhere.bring(tmp_path / "nowhere")
    sealed = io.BytesIO()
    pyrage.encrypt_io(io.BytesIO(b"not a tar"), sealed, [pyrage.x25519.Identity.from_str(KEY).to_public()])
    file.write_bytes(sealed.getvalue())
    with pytest.raises(Stopped, match="is no backup"):
        elsewhere.bring(file)
