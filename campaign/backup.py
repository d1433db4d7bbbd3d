"""Backups: made while the site runs, read back before they count, named by their moment, gone after 35 days.

The records lie sealed in BACKUP_DIR. The settings travel with them without their secrets: whoever finds a backup and
its key should not also hold the key to every mailed link, so SECRET_KEY is kept apart, on paper (docs/running.md).
"""

import fcntl
import hmac
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from . import archive, clock, copies, db, jobs, web
from .archive import Manifest
from .config import Config, read_env_file
from .copies import Copied
from .errors import Stopped
from .staff import audit
from .staff.acts import Act
from .supporters import retention

log = logging.getLogger("campaign.backup")
NAME = "campaign-%Y%m%dT%H%M%SZ.tar.gz.age"
DAILY, LATE = timedelta(hours=23, minutes=55), timedelta(hours=50)
AGAIN_AFTER = timedelta(hours=1)  # after a failure
# The settings that open nothing. What is not named here is left out, also what later versions add.
HARMLESS = {"MODE", "BASE_URL", "TRUSTED_PROXIES", "HOST", "PORT", "WEB_PROCESSES", "HSTS_SUBDOMAINS"}
HARMLESS |= {"MAILCHIMP_AUDIENCE", "BACKUP_DIR", "CONTENT_DIR"}


@dataclass(frozen=True)
class Made:
    """A backup that is there: its file, its size in bytes, and whether it was opened again and read."""

    path: Path
    size: int
    rows: int
    read_back: bool


@dataclass(frozen=True)
class Standing:
    """How the backups stand: configured or not, the newest, how many, and what went wrong last."""

    configured: bool
    newest: datetime | None = None
    number: int = 0
    trouble: str = ""

    def late(self, now: datetime) -> bool:
        """Whether somebody should look: nothing for two days."""
        return self.newest is None or now - self.newest > LATE


def make(config: Config, take: Callable[[str, Path], Copied] = copies.take) -> Made:
    """Make a backup, read it back, and forget those that are too old. Raises Stopped; nothing half is left behind.

    `take` copies the records; a test gives one that does not look at a single moment.
    """
    folder = _folder(config)
    with archive.in_words(), _alone(folder), workplace(config) as place:
        target = _free_name(folder)
        part = folder / f".{target.name}.part"
        try:
            manifest = _seal(config, place, part, take)
            _read_back(config, place, part, manifest)
            size = part.stat().st_size
            part.replace(target)
            _flush(folder)
        finally:
            part.unlink(missing_ok=True)
        prune(folder, retention.until("backups", clock.now()), dry_run=False)
    return Made(target, size, sum(manifest.copied.rows.values()), archive.opens(config.backup_key))


def _seal(config: Config, place: Path, part: Path, take: Callable[[str, Path], Copied]) -> Manifest:
    moment, inside = clock.now(), place / "inside"
    copied = take(config.database_url, inside / "records")
    if config.content_dir:
        shutil.copytree(config.content_dir, inside / "content")
    manifest = Manifest(moment.isoformat(), copied, mark_of(config.secret_key), _settings(config))
    return archive.seal(inside, part, config.backup_key, manifest)


def _read_back(config: Config, place: Path, part: Path, manifest: Manifest) -> None:
    """Open the sealed file and put it into a scratch place; with a key that only seals, what was sealed."""
    opened = place / "inside"
    if archive.opens(config.backup_key):
        shutil.rmtree(opened)
        opened = place / "opened"
        if archive.unseal(part, opened, config.backup_key) != manifest:
            raise Stopped("The backup does not read back as it was written; it was thrown away.")
    with copies.scratch(config.database_url, place) as scratch:
        copies.put(manifest.copied, opened / "records", scratch)


def _settings(config: Config) -> dict[str, str]:
    """The harmless settings; of the others the name alone, so that a restore can say what is to be typed again."""
    given = {
        **read_env_file(config.data_dir / "campaign.env"),
        **{k: v for k, v in os.environ.items() if k in HARMLESS},
    }
    return {name: value if name in HARMLESS else "" for name, value in sorted(given.items())}


def mark_of(secret: str) -> str:
    """A mark by which a SECRET_KEY is known again; says nothing of the key, which is random."""
    return hmac.new(secret.encode(), b"campaign.backup mark", "sha256").hexdigest()[:16]


def _folder(config: Config) -> Path:
    if not config.backup_key:
        raise Stopped("BACKUP_KEY is not set. `campaign backup --make-key` makes one and says what to do.")
    if problem := archive.problem_with(config.backup_key):
        raise Stopped(problem)
    with archive.in_words():
        config.backup_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return config.backup_folder


def _free_name(folder: Path) -> Path:
    moment = clock.now().astimezone(UTC)
    while (path := folder / moment.strftime(NAME)).exists():
        moment += timedelta(seconds=1)
    return path


@contextmanager
def workplace(config: Config) -> Iterator[Path]:
    """A folder beside the records that nobody else may read, gone afterwards, also with what a dead process left."""
    config.data_dir.mkdir(parents=True, exist_ok=True)
    for old in config.data_dir.glob(".at-work-*"):
        if time.time() - old.stat().st_mtime > DAILY.total_seconds():
            shutil.rmtree(old, ignore_errors=True)
    place = Path(tempfile.mkdtemp(prefix=".at-work-", dir=config.data_dir))
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One backup at a time; the lock goes with the process that held it."""
    with (folder / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Stopped("Another backup is being made now.") from error
        yield


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)  # so that the name survives a power cut, too
    finally:
        os.close(handle)


# ------------------------------------------------------------------------------------------------ keeping


def found(folder: Path) -> list[tuple[datetime, Path]]:
    """The backups in a folder with their moments, oldest first; files with other names are none of ours."""
    pairs = []
    for path in folder.glob("campaign-*.tar.gz.age"):
        try:
            pairs.append((datetime.strptime(path.name, NAME).replace(tzinfo=UTC), path))
        except ValueError:
            continue
    return sorted(pairs)


def prune(folder: Path, until: datetime, *, dry_run: bool) -> int:
    """Remove the backups that were made before this moment; how many."""
    old = [path for moment, path in found(folder) if moment < until]
    for path in [] if dry_run else old:
        path.unlink(missing_ok=True)
    return len(old)


@retention.obeys("backups")
def _forget(until: datetime, dry_run: bool) -> int:
    """The hourly sweep keeps the promise also where no new backup is made, and for what a restore moved aside."""
    config = web.config()
    aside = copies.forget_aside(config.database_url, until, dry_run=dry_run)
    return aside + prune(config.backup_folder, until, dry_run=dry_run)


def standing(config: Config) -> Standing:
    """How the backups stand now; looks at names only."""
    if not config.backup_key:
        return Standing(configured=False)
    try:
        moments = [moment for moment, _ in found(config.backup_folder)]
    except OSError as error:
        return Standing(configured=True, trouble=f"The folder cannot be read ({error.strerror}).")
    return Standing(True, moments[-1] if moments else None, len(moments), _trouble(config))


@jobs.sweep("backup", minute="*/10")
def daily() -> None:
    """Make a backup when the newest is a day old. A failure is kept in words, and tried again after an hour."""
    config, now = web.config(), clock.now()
    if not config.backup_key or not _is_due(config, now):
        return
    note = config.data_dir / "backup-trouble"
    try:
        made = make(config)
    except Stopped as error:
        log.error("no backup: %s", error)  # noqa: TRY400 (a sentence, without values)
        note.write_text(f"{now.isoformat()} {error}", encoding="utf-8")
        return
    note.unlink(missing_ok=True)
    log.info("backup made, %d rows, %d bytes", made.rows, made.size)
    tell_trail()


def tell_trail() -> None:
    """Write down that a backup was made. Only once it is there: what is said of it in the records cannot lie in it."""
    with db.writing():
        audit.note(Act.BACKUP_MADE)


def _is_due(config: Config, now: datetime) -> bool:
    now_standing = standing(config)
    if now_standing.newest and now - now_standing.newest < DAILY:
        return False
    failed_at = _failed(config)[0]
    return failed_at is None or now - failed_at >= AGAIN_AFTER


def _failed(config: Config) -> tuple[datetime | None, str]:
    try:
        moment, _, words = (config.data_dir / "backup-trouble").read_text(encoding="utf-8").partition(" ")
        return datetime.fromisoformat(moment), words
    except (OSError, ValueError):
        return None, ""


def _trouble(config: Config) -> str:
    return _failed(config)[1]
