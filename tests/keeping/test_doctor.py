"""The doctor says what is wrong and what to do about it, each in a line, whatever else is broken."""

import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import dns.message
import dns.resolver
import dns.rrset
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult

from campaign import backup, clock, db, doctor, jobs, schema
from campaign.config import Config
from campaign.mailing import service as mailing
from tests import nursery
from tests.conftest import ROOT, SECRET
from tests.house.everything import on_sqlite
from tests.processes import environment, free_port

DOMAIN = "example.org"


@pytest.fixture
def config(tmp_path):
    """Settings alone; time passes, for without it nobody would ever stop waiting for an answer."""
    return Config("demo", tmp_path, f"sqlite:///{tmp_path / 'site.db'}", SECRET, "http://localhost")


@contextmanager
def _names(texts):
    """A name server on loopback that knows these texts, and says that there is no other name."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))

    def answer():
        while True:
            try:
                asked, place = server.recvfrom(4096)
            except OSError:
                return
            question = dns.message.from_wire(asked)
            said = dns.message.make_response(question)
            name = question.question[0].name
            found = texts.get(str(name).rstrip("."))
            if found is None:
                said.set_rcode(dns.rcode.NXDOMAIN)
            else:
                said.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", f'"{found}"'))
            server.sendto(said.to_wire(), place)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], server.getsockname()[1]
    try:
        yield resolver
    finally:
        server.close()


def _said(config, check):
    return {finding.what: finding for finding in doctor._guarded(check, config)}


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({DOMAIN: "v=spf1 mx -all", f"_dmarc.{DOMAIN}": "v=DMARC1; p=none"}, (True, True)),
        ({DOMAIN: "something else"}, (False, False)),
        ({}, (False, False)),
        ({DOMAIN: "v=spf1 mx -all", f"k1._domainkey.{DOMAIN}": "k=rsa; p=abc"}, (True, False)),
    ],
)
def test_what_the_domain_says_of_us(config, texts, expected):
    with _names(texts) as resolver:
        said = {one.what: one for one in doctor.dns(config, resolver)}
    assert (said["SPF"].well, said["DMARC"].well) == expected
    assert ("found under k1" in said["DKIM"].words) is any("k1" in name for name in texts)


def test_a_name_server_that_is_away_is_a_sentence(config):
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = ["127.0.0.1"], free_port()
    [finding] = doctor.dns(config, resolver)
    assert not finding.well and "no name server answers" in finding.words


@contextmanager
def _mail_server(*, takes):
    def authenticate(server, session, envelope, mechanism, data):
        return AuthResult(success=takes)

    port = free_port()
    options: dict[str, Any] = {"authenticator": authenticate, "auth_require_tls": False}
    controller = Controller(Sink(), hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield f"smtp://user:password@127.0.0.1:{port}"
    finally:
        controller.stop()


@pytest.mark.filterwarnings("ignore")
def test_a_mail_server_that_takes_us_one_that_does_not_and_one_that_is_away(config):
    for takes in (True, False):
        with _mail_server(takes=takes) as url:
            [finding] = doctor.mail_server(replace(config, smtp_url=url))
            assert finding.well is takes, finding
            assert takes or "does not take us" in finding.words
    [finding] = doctor.mail_server(replace(config, smtp_url=f"smtp://127.0.0.1:{free_port()}"))
    assert not finding.well and "SMTP_URL" in finding.words


def test_records_that_are_well_old_new_damaged_or_away(kept, tmp_path):
    assert _said(kept.config, doctor.records)["Records"].well
    kept.app.extensions["database"].engine.dispose()
    schema.downgrade(kept.config.database_url, schema.versions()[-2])
    assert "campaign upgrade" in _said(kept.config, doctor.records)["Records"].words
    if kept.config.sqlite:
        path = kept.config.data_dir / "site.db"
        path.write_bytes(path.read_bytes()[:4096] + b"\x07" * 9000)
        assert "damaged" in _said(kept.config, doctor.records)["Records"].words
        path.unlink()
        assert "there are none" in _said(kept.config, doctor.records)["Records"].words and not path.exists()
    away = (
        kept.config.database_url.replace("/test_", "/gone_")
        if not kept.config.sqlite
        else "postgresql+psycopg://x@127.0.0.1:1/x"
    )
    assert "cannot be reached" in _said(replace(kept.config, database_url=away), doctor.records)["Records"].words


@on_sqlite
def test_backups_that_are_late_and_a_list_that_is_held_are_named(kept, later):
    assert "there is none" in _said(kept.config, doctor.backups)["Backups"].words
    backup.make(kept.config)
    assert _said(kept.config, doctor.backups)["Backups"].well
    later(days=3)
    assert not _said(kept.config, doctor.backups)["Backups"].well
    assert not _said(replace(kept.config, backup_key="nonsense"), doctor.backups)["Backups"].well
    assert "--make-key" in _said(replace(kept.config, backup_key=""), doctor.backups)["Backups"].words
    assert _said(kept.config, doctor.mailing_list)["Mailing list"].well
    with kept.inside(), db.writing():
        mailing.hold(clock.now())
    assert "sync check" in _said(kept.config, doctor.mailing_list)["Mailing list"].words


@on_sqlite
def test_a_worker_is_missed(kept):
    assert not _said(kept.config, doctor.worker)["Worker"].well
    kept.work()
    assert (kept.config.data_dir / jobs.SEEN).exists() and _said(kept.config, doctor.worker)["Worker"].well


def _doctor(**env):
    return nursery.run(["-m", "campaign", "doctor", "--no-dns"], env)


@on_sqlite
def test_it_works_when_nothing_else_does(kept, tmp_path):
    base = environment(kept.config)
    broken = [
        {"SECRET_KEY": "", "BASE_URL": ""},
        {"DATA_DIR": str(tmp_path / "nowhere"), "DATABASE_URL": ""},
        {"DATABASE_URL": "nonsense://x", "QUEUE_URL": "redis://127.0.0.1:1/0"},
        {"PORT": "many"},
        {"CONTENT_DIR": str(tmp_path), "SMTP_URL": "smtp://127.0.0.1:1", "MAILCHIMP_API_KEY": "x-us1"},
    ]
    for changes in broken:
        done = _doctor(**{**base, "MODE": "production", "MAILCHIMP_HOST": "http://127.0.0.1:1", **changes})
        assert done.returncode == 1 and "Traceback" not in done.stderr + done.stdout, done.stderr
        assert ("✗ Settings" in done.stdout and "needs somebody" in done.stderr) or "need somebody" in done.stderr
        assert SECRET not in done.stdout
    assert not (tmp_path / "nowhere").exists()


def test_nothing_of_the_site_is_imported_before_it_is_needed():
    code = (
        "import sys, campaign.cli; print([n for n in sys.modules if n in ('campaign.app', 'campaign.content', 'huey')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
