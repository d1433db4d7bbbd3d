"""Restoring a backup: into a place beside the living records, made safe there, and only then moved in.

Since the backup was made, people have left, letters have gone out, ids have been given away. So the records that come
back are made to fit before anybody sees them: who left or was erased is so again (the ledger beside the backups),
letters that waited are held for a person, the mailing list is held until it has been compared, what partners may have
counts as handed over, and new ids begin far above the old ones, because an id in a mailed link must never open somebody
else's record.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from . import archive, backup, clock, copies, db, mail, schema
from .app import create_app
from .archive import Manifest
from .config import Config
from .errors import Stopped
from .mailing import service as mailing
from .newsletters import recipients
from .staff import audit
from .staff.acts import Act
from .supporters import handing, ledger

Then = Callable[[str], None]


@dataclass(frozen=True)
class Restored:
    """What came back: from when, how many rows, where the former records lie, and what was done to make it safe."""

    made_at: datetime
    rows: int
    aside: str
    letters_held: int
    repeated: int | None  # acts of people that the ledger had to repeat; None when there was no ledger
    settings: dict[str, str]
    content: Path | None


def opened(file: Path, place: Path, key: str) -> Manifest:
    """What a backup says of itself, with its content in the folder. Raises Stopped."""
    if not file.is_file():
        raise Stopped(f"There is no file {file}.")
    with archive.in_words():
        manifest = archive.unseal(file, place, key)
    if manifest.copied.version not in schema.versions():
        raise Stopped(
            f"This backup was made by a newer version of the program (records {manifest.copied.version}; this one "
            f"knows {schema.versions()[-1]}). Install that version, and restore again. Nothing was changed."
        )
    return manifest


def restore(
    config: Config, place: Path, manifest: Manifest, book: Path, *, over: bool = False, replay: bool = True
) -> Restored:
    """Put what was opened in `place` where the settings say. Raises Stopped, and then nothing has changed.

    `book`: the ledger that lies beside the backup. `over`: records that lie there are moved aside and kept; without it
    they are in the way. `replay=False` is the negative control: who left since is written to again.
    """
    with archive.in_words():
        _refuse_other_secret(config, manifest)
        _refuse_what_is_there(config, over)
        content = _bring_content(config, place)
        _go_on_with(book, config)
        done: list[tuple[int, int | None]] = []
        known = book if replay and book.is_file() else None
        aside = _bring(config, place, manifest, lambda scratch: done.append(_make_safe(config, scratch, known)))
    made_at, rows = datetime.fromisoformat(manifest.made_at), sum(manifest.copied.rows.values())
    return Restored(made_at, rows, aside, *done[0], manifest.settings, content)


def put_back(config: Config, file: Path) -> str:
    """Undo what was done since this backup, on the same machine in the same hour; where the newer records lie."""
    with backup.workplace(config) as place, archive.in_words():
        manifest = opened(file, place / "opened", config.backup_key)
        return _bring(config, place / "opened", manifest, lambda _scratch: None, forwards=False)


def _bring(config: Config, place: Path, manifest: Manifest, then: Then, *, forwards: bool = True) -> str:
    with copies.scratch(config.database_url, place) as scratch:
        copies.put(manifest.copied, place / "records", scratch)
        if forwards:
            schema.upgrade(scratch)
        then(scratch)
        copies.settle(scratch)
        return copies.move_in(scratch, config.database_url, copies.name_aside(clock.now()))


def _refuse_other_secret(config: Config, manifest: Manifest) -> None:
    if manifest.secret not in map(backup.mark_of, (config.secret_key, *config.old_secrets)):
        raise Stopped(
            "SECRET_KEY is not the one that belongs to this backup: links in letters and the apps of your staff would "
            "not work. Give the right one; if it is lost for good, add --new-secret."
        )


def _refuse_what_is_there(config: Config, over: bool) -> None:
    try:
        if copies.is_empty(config.database_url):
            return
        if copies.in_use(config.database_url):
            raise Stopped("The site is running, or another program has the records open. Stop it first.")
    except copies.Damaged:
        pass
    if not over:
        raise Stopped("There are records here already. Add --replace to move them aside, or name another place.")


def _bring_content(config: Config, place: Path) -> Path | None:
    """The words that lay in CONTENT_DIR: beside the records, unless the settings name a folder that is there."""
    if not (place / "content").is_dir() or (config.content_dir and config.content_dir.is_dir()):
        return None
    target = config.content_dir or config.data_dir / "content"
    if not target.exists():
        shutil.copytree(place / "content", target)
    return target


def _go_on_with(book: Path, config: Config) -> None:
    """The ledger goes on where the new backups will lie."""
    target = config.backup_folder / ledger.FILE
    if book.is_file() and not target.exists():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(book, target)
        target.chmod(0o600)


def _make_safe(config: Config, scratch: str, book: Path | None) -> tuple[int, int | None]:
    """See the head of this file. How many letters are held, and how many acts the ledger had to repeat."""
    copies.leap(scratch)
    # As a demonstration it asks for nothing but a secret: a restore must work where a start would still be refused.
    # It must know where the list lives, for whoever is erased again is deleted there, too.
    key = config.mailchimp_key if config.mailchimp_audience else ""
    changed = replace(config, mode="demo", database_url=scratch, mailchimp_key=key, smtp_url="", content_dir=None)
    site = create_app(changed)
    site.extensions["jobs"] = _Quiet()
    with site.app_context():
        try:
            with db.writing():
                mailing.hold(clock.now())
                held = mail.hold_waiting()
                recipients.hold_all()
                handing.take_as_handed(clock.now())  # nobody knows what a partner took away since
            repeated = _replayed(book) if book else None
            audit.follow_secret()  # the backup may be of a time before the secret was changed
            with db.writing():
                audit.note(Act.RESTORED)
        finally:
            db.database().engine.dispose()
    return held, repeated


def _replayed(book: Path) -> int:
    numbers = ledger.replay(book)
    return sum(numbers.get(what, 0) for what in ledger.What)


class _Quiet:
    """Nobody is woken for records that are not in their place yet."""

    def wake(self, name: str) -> None:
        """Nothing."""
