"""docs/running.md, word by word: its commands are run as they stand there, on one machine and then on a second."""

import re
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, text
from sqlalchemy.pool import NullPool

from campaign import backup, schema
from campaign.cli import campaign
from campaign.config import Config, read_env_file
from campaign.supporters.models import Supporter
from tests import nursery
from tests.conftest import ROOT
from tests.house.everything import on_sqlite

TEXT = (ROOT / "docs" / "running.md").read_text()


def _section(beginning):
    """The commands of the part under a heading: its indented lines."""
    part = TEXT[TEXT.index(beginning) :]
    end = re.search(r"^#+ ", part[len(beginning) :], re.MULTILINE)
    part = part[: len(beginning) + end.start()] if end else part
    return [line[4:] for line in part.splitlines() if line.startswith("    ")]


@dataclass
class Machine:
    """A machine with an empty home, on which somebody types what the document says."""

    home: Path
    exported: dict[str, str] = field(default_factory=dict)

    def type(self, line, answers="", ends=0):
        """Type a line; `export` is heeded, and what is no command of ours is left to the reader."""
        line = line.replace("/srv/campaign", str(self.home))
        if found := re.fullmatch(r"export (\w+)=(\S+)", line):
            self.exported[found[1]] = found[2]
        if not line.startswith("campaign "):
            return ""
        env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **self.exported}
        done = nursery.run(["-m", "campaign", *line.split()[1:]], env, answers=answers)
        assert done.returncode == ends and "Traceback" not in done.stderr, (line, done.stdout, done.stderr)
        return done.stdout

    @property
    def settings(self):
        return read_env_file(self.home / "campaign.env")


def _words(target):
    """The words of the campaign, with the postal address that everybody has to write in."""
    shutil.copytree(ROOT / "content", target)
    toml = target / "campaign.toml"
    toml.write_text(toml.read_text().replace('postal_address = ""', 'postal_address = "1 Sample Street, Los Angeles"'))


def _people(machine, *emails):
    engine = create_engine(f"sqlite:///{machine.home / 'site.db'}", poolclass=NullPool)
    with engine.begin() as connection:
        for email in emails:
            values = {"language": "en", "added_at": datetime(2027, 1, 11, tzinfo=UTC), "due_version": 0}
            connection.execute(insert(Supporter).values(mailbox=email, email=email, **values))
        return [row[0] for row in connection.execute(text("SELECT email FROM supporters ORDER BY id"))]


@on_sqlite
def test_from_an_empty_server_to_a_second_machine_by_the_document_alone(database_url, tmp_path):
    first, second = Machine(tmp_path / "first"), Machine(tmp_path / "second")
    for machine in (first, second):
        machine.home.mkdir()
    _words(first.home / "content")

    said = "".join(first.type(line) for line in [*_section("## 2. Install"), *_section("## 3. Begin")])
    assert "https://campaign.example/staff/link/" in said
    sheet = dict(re.findall(r"^  (SECRET_KEY|BACKUP_KEY|LEDGER_KEY)=(\S+)$", said, re.MULTILINE))
    assert sheet == {name: first.settings[name] for name in sheet} and {"SECRET_KEY", "BACKUP_KEY"} <= set(sheet)

    doctor = first.type(_section("## 5. Look")[0], ends=1)  # nothing runs here, so some lines are ✗
    assert "✓ Settings" in doctor and "✓ Content" in doctor and "✗ Site" in doctor

    assert _people(first, "anna@example.org") == ["anna@example.org"]
    assert "restored into a scratch place" in first.type("campaign backup")
    [(_, file)] = backup.found(first.home / "backups")

    carried = tmp_path / "restore"
    carried.mkdir()
    shutil.copy(file, carried)
    (carried / "ledger.jsonl").touch()
    lines = _section("### Restoring, on a second machine")
    answers = "".join(f"{sheet[name]}\n" for name in ("BACKUP_KEY", "SECRET_KEY", "LEDGER_KEY") if name in sheet)
    for line in lines:
        there = re.sub(r"/var/tmp/restore/\S+", str(carried / file.name), line)
        said += second.type(there, answers, ends=1 if line == "campaign doctor" else 0)
    assert "The ledger was read" in said and "✗ Mailing list" not in said.rpartition("Restored")[2]
    assert _people(second) == ["anna@example.org"]
    assert (
        second.settings["SECRET_KEY"] == sheet["SECRET_KEY"]
        and second.settings["BASE_URL"] == "https://campaign.example"
    )
    assert (second.home / "content" / "campaign.toml").exists() and not (
        second.home / "campaign.env"
    ).stat().st_mode & 0o077
    Config.read({"DATA_DIR": str(second.home)}).checked()

    schema.downgrade(f"sqlite:///{second.home / 'site.db'}", schema.versions()[-2])
    said = "".join(second.type(line) for line in _section("## 7. Upgrade"))
    assert "Start the site now" in said


def test_every_command_that_the_document_names_is_there():
    named = set(re.findall(r"`(?:[A-Z_]+=\S+ )?campaign ([a-z-]+)", TEXT)) | {
        line.split()[1] for line in TEXT.splitlines() if line.startswith("    campaign ")
    }
    assert (
        {"init", "backup", "restore", "doctor", "upgrade", "sync", "rotate-secret"} <= named <= set(campaign.commands)
    )


def test_every_file_of_deploy_that_the_document_names_is_there_and_none_is_forgotten():
    named = set(re.findall(r"deploy/([\w.-]*\w)", TEXT))
    assert named == {path.name for path in (ROOT / "deploy").iterdir()}


@pytest.mark.parametrize("name", ["SMTP_URL", "CONTENT_DIR", "HSTS_SUBDOMAINS", "DATABASE_URL", "BACKUP_KEY"])
def test_the_settings_that_it_names_are_read(name):
    assert name in TEXT and f'"{name}"' in (ROOT / "campaign" / "config.py").read_text()
