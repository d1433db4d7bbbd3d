"""The salt of the day: under it an address becomes a network's key, and when it is gone nobody can go back.

It lies in a file of its own, outside the records and their backups, and lives until midnight UTC. Whichever process
comes first makes it; those that share the folder share the salt.
"""

import os
from contextlib import suppress
from datetime import date
from pathlib import Path
from secrets import token_bytes

from .config import Config

LENGTH = 32  # bytes
_held: dict[Path, tuple[date, bytes]] = {}  # what this process has read, for the day that it was for


def of(config: Config, day: date) -> bytes:
    """The salt of this day, made if nobody has made it yet; those of other days go. Raises OSError."""
    folder = config.salts
    held = _held.get(folder)
    if held is None or held[0] != day:
        forget(config, day)
        held = _held[folder] = day, _read_or_make(folder, day)
    return held[1]


def _read_or_make(folder: Path, day: date) -> bytes:
    path = folder / f"{day.isoformat()}.salt"
    with suppress(FileNotFoundError):
        return _whole(path)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{day.isoformat()}.{os.getpid()}.{token_bytes(4).hex()}"
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
        file.write(token_bytes(LENGTH))
    try:
        path.hardlink_to(draft)  # all of it or nothing, and only for the first who comes, on a shared folder too
    except FileExistsError:
        pass
    finally:
        draft.unlink(missing_ok=True)
    return _whole(path)


def _whole(path: Path) -> bytes:
    if len(salt := path.read_bytes()) != LENGTH:
        raise OSError(f"{path.name} is damaged; remove it, and a new one is made")
    return salt


def forget(config: Config, today: date, *, dry_run: bool = False) -> int:
    """Remove the salts of the days before this one, and what a killed process left behind; how many."""
    old = [path for path in config.salts.glob("*.salt") if path.stem < today.isoformat()]
    old += [path for path in config.salts.glob(".*") if path.name[1:11] < today.isoformat()]
    if not dry_run:
        for path in old:
            path.unlink(missing_ok=True)
    return len(old)
