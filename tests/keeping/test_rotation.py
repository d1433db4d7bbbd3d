"""A new secret: links that were mailed still work, staff still sign in, the ledger still knows who left."""

from dataclasses import replace

import pyotp
import pytest
from sqlalchemy import select, update

from campaign import clock, db, rotation, seals
from campaign.config import Config, read_env_file
from campaign.db import Base
from campaign.errors import Stopped
from campaign.staff import audit
from campaign.staff import service as accounts
from campaign.staff.acts import Act
from campaign.staff.models import Account
from campaign.supporters import ledger
from tests.conftest import SECRET
from tests.house.everything import on_sqlite
from tests.keeping.conftest import KEY
from tests.pledges.acts import link_in, sign

NEW = "the secret that is made when the old one may be known"


@pytest.fixture
def rotated(kept, make_site):
    """Makes the same site again, under a new secret and with some old ones still taken."""
    return lambda *old, **changes: make_site(
        seeded=False, secret_key=NEW, old_secrets=old, backup_dir=kept.config.backup_dir, backup_key=KEY, **changes
    )


def test_a_link_that_was_mailed_before_still_works_until_the_old_secret_is_forgotten(kept, rotated, later):
    sign(kept.visitor(), later)
    path = link_in(kept.letter(), "confirm")
    assert rotated().visitor().get(path).status == 404
    visitor = rotated("another old secret, of an earlier year", SECRET).visitor()
    assert "Your signature counts" in visitor.press(visitor.get(path), "Yes").text


@on_sqlite
def test_an_old_token_is_taken_in_one_spelling_only_and_for_one_purpose(kept, rotated):
    with kept.inside():
        old = seals.sign("confirm", 7)
    with rotated(SECRET).inside():
        new = seals.sign("confirm", 7)
        assert new != old and seals.signed("confirm", old) == seals.signed("confirm", new) == 7
        assert seals.signed("leave", old) is None
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        others = [old[:-1] + last for last in alphabet if last != old[-1]]
        assert {seals.signed("confirm", one) for one in others} == {None}
    with rotated().inside():
        assert seals.signed("confirm", old) is None


@on_sqlite
def test_a_form_that_was_open_meanwhile_is_taken(kept, rotated):
    with kept.inside():
        shown = seals.render_time()
    with rotated(SECRET).inside():
        assert seals.age_of(shown) is not None
    with rotated().inside():
        assert seals.age_of(shown) is None


def _with_an_app(site):
    secret = pyotp.random_base32()
    with site.inside(), db.writing():
        account = db.session().get_one(Account, accounts.add("staff@example.org", "Staff", clock.now()))
        account.code_secret = seals.seal(secret)
    return secret


def test_sealed_columns_move_over_and_then_need_the_old_secret_no_more(kept, rotated):
    secret = _with_an_app(kept)
    assert rotation.reseal(rotated(SECRET).app) == (1, 0)
    site = rotated()
    [(sealed,)] = site.rows(select(Account.code_secret))
    with site.inside():
        assert seals.unseal(sealed) == secret
    assert rotation.reseal(site.app) == (1, 0)


def test_the_audit_trail_fits_under_the_newest_secret_and_one_that_was_changed_is_still_found(kept, rotated):
    with kept.inside(), db.writing():
        audit.note(Act.LIST_TOLD)
        audit.note(Act.LETTERS_RELEASED)
    site = rotated(SECRET)
    rotation.reseal(site.app)
    with site.inside():
        number, trouble = audit.broken()
        assert number >= 4 and trouble is None
        with db.writing() as session:
            session.execute(update(audit.AuditRow).where(audit.AuditRow.number == 2).values(act="list.moved"))
    rotation.reseal(rotated(site.config.secret_key).app)
    with site.inside():
        assert audit.broken()[1] is not None


@on_sqlite
def test_what_no_secret_opens_is_left_as_it_is_and_said(kept, rotated):
    _with_an_app(kept)
    before = kept.rows(select(Account.code_secret))
    assert rotation.reseal(rotated().app) == (0, 1)
    assert kept.rows(select(Account.code_secret)) == before


def test_every_column_that_is_sealed_says_so():
    known = {(t.name, c.name) for t in Base.metadata.sorted_tables for c in t.columns if c.info.get("sealed")}
    assert {("staff_accounts", "code_secret"), ("list_deletions", "sealed")} <= known


@on_sqlite
def test_the_settings_are_rewritten_in_one_step_and_nothing_else_in_them_changes(kept):
    path = kept.config.data_dir / "campaign.env"
    path.write_text(f"# ours\nSECRET_KEY={SECRET}\nSMTP_URL=smtp://mail.example\n")
    for _ in range(2):
        rotation.rotate(Config.read({"DATA_DIR": str(path.parent)}))
    settings = read_env_file(path)
    assert path.read_text().startswith("# ours\nSMTP_URL=smtp://mail.example\n") and path.stat().st_mode & 0o077 == 0
    config = Config.read({"DATA_DIR": str(path.parent)})
    first, second = config.old_secrets
    assert second == SECRET and len({first, second, settings["SECRET_KEY"]}) == 3
    assert settings["LEDGER_KEY"] == SECRET  # from the first rotation on, and not moved by the second
    rotation.forget_old(kept.app, config)
    assert Config.read({"DATA_DIR": str(path.parent)}).old_secrets == ()


@on_sqlite
def test_a_secret_that_is_set_elsewhere_is_not_rewritten(kept, monkeypatch):
    with pytest.raises(Stopped, match="--reseal"):
        rotation.rotate(kept.config)
    (kept.config.data_dir / "campaign.env").write_text(f"SECRET_KEY={SECRET}\n")
    monkeypatch.setenv("SECRET_KEY", SECRET)
    with pytest.raises(Stopped, match="--reseal"):
        rotation.rotate(kept.config)


@on_sqlite
def test_a_weak_old_secret_is_refused(kept):
    assert "SECRET_KEY_OLD" in replace(kept.config, old_secrets=("short",)).problems()[0]


def test_the_ledger_still_knows_who_left(kept, rotated):
    with kept.inside(), db.writing():
        ledger.note("anna@example.org", ledger.What.LEFT, clock.now())
    with rotated(SECRET, ledger_key=SECRET).inside(), db.reading():
        assert ledger.refuses("anna@example.org") and not ledger.refuses("bela@example.org")
