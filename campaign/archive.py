"""A backup as one file: a tar of a folder, compressed, and sealed with age (https://age-encryption.org/v1).

Without this program, `age -d -i KEY_FILE backup.tar.gz.age | tar xz` opens it. Every piece of 64 KiB is authenticated,
and the last is marked as the last: a flipped byte or a missing end is refused.
"""

import errno
import gzip
import hashlib
import json
import os
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy.exc import DBAPIError

from .copies import Copied
from .errors import Stopped

FORMAT = 1
MANIFEST = "manifest.json"
WHOLE, PUBLIC = "AGE-SECRET-KEY-1", "age1"
NOT_OURS = "This file cannot be opened: the key is another one, or the file is damaged or cut short."
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. `secret` tells whether a SECRET_KEY is the one that belongs to it."""

    made_at: str
    copied: Copied
    secret: str
    settings: dict[str, str]
    format: int = FORMAT
    files: dict[str, str] = field(default_factory=dict)


def _age() -> Any:
    """What seals and opens, read when it is first needed: a worker makes one backup a day."""
    import pyrage

    return pyrage


def new_key() -> str:
    """A new key that seals and opens."""
    return str(_age().x25519.Identity.generate())


def public(key: str) -> str:
    """The part of a key that only seals."""
    return str(_recipient(key))


def opens(key: str) -> bool:
    """Whether this key can open what it seals; one that begins with `age1` only seals."""
    return key.startswith(WHOLE)


def problem_with(key: str) -> str:
    """Why this is no key, in a sentence; empty when it is one."""
    try:
        _recipient(key)
    except Stopped as error:
        return str(error)
    return ""


def seal(folder: Path, target: Path, key: str, manifest: Manifest) -> Manifest:
    """Make one sealed file of a folder and its manifest; gives the manifest with the hash of every file in it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = Manifest(**{**_fields(manifest), "files": {str(p.relative_to(folder)): _hash(p) for p in files}})
    (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
    plain = target.with_name(f".{target.name}.tar")
    try:
        with gzip.open(plain, "wb", compresslevel=6) as squeezed, tarfile.open(fileobj=squeezed, mode="w|") as tar:
            for path in [folder / MANIFEST, *files]:
                tar.add(path, str(path.relative_to(folder)), filter=_anonymous)
        with plain.open("rb") as source, target.open("wb") as sealed:
            _age().encrypt_io(source, _Sink(sealed), [_recipient(key)])
            sealed.flush()
            os.fsync(sealed.fileno())
    finally:
        plain.unlink(missing_ok=True)
    return manifest


def unseal(source: Path, folder: Path, key: str) -> Manifest:
    """Open a sealed file into an empty folder. Raises Stopped for a wrong key and for every kind of damage."""
    folder.mkdir(parents=True, exist_ok=True)
    plain = folder / ".opened"
    try:
        _decrypt(source, plain, key)
        with gzip.open(plain, "rb") as squeezed, tarfile.open(fileobj=squeezed, mode="r|") as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, EOFError, gzip.BadGzipFile) as error:
        raise Stopped("This file is sealed with your key, but is no backup of a campaign's site.") from error
    finally:
        plain.unlink(missing_ok=True)
    return _read(folder)


@contextmanager
def in_words() -> Iterator[None]:
    """Turns what a disk or a database says into a sentence. What was begun under other names is gone by then."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise Stopped("The disk is full. Nothing was changed; make room and try again.") from error
        where = f": {error.filename}" if error.filename else ""
        raise Stopped(f"A file cannot be read or written ({error.strerror or type(error).__name__}{where}).") from error
    except sqlite3.Error as error:
        full = "full" in str(error) or "disk I/O" in str(error)
        said = "The disk is full. Nothing was changed; make room and try again." if full else f"SQLite says: {error}."
        raise Stopped(said) from error
    except DBAPIError as error:  # its own words may hold values
        raise Stopped(f"The database cannot be reached or said no ({type(error.orig).__name__}).") from error


class _Sink:
    """Writes on; remembers a failure, which the library would only call a failure."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.error: OSError | None = None

    def write(self, piece: bytes) -> int:
        try:
            return self.file.write(piece)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        self.file.flush()


def _decrypt(source: Path, plain: Path, key: str) -> None:
    identity = _identity(key)
    with source.open("rb") as sealed, plain.open("wb") as file:
        sink = _Sink(file)
        try:
            _age().decrypt_io(sealed, sink, [identity])
        except (_age().DecryptError, OSError) as error:
            raise sink.error or Stopped(NOT_OURS) from error


def _identity(key: str) -> Any:
    if not opens(key):
        raise Stopped(f"BACKUP_KEY only seals; to open a backup give the key that begins with {WHOLE}.")
    try:
        return _age().x25519.Identity.from_str(key)
    except _age().IdentityError as error:
        raise Stopped("BACKUP_KEY is not a key: a character is missing or wrong.") from error


def _recipient(key: str) -> Any:
    if opens(key):
        return _identity(key).to_public()
    try:
        return _age().x25519.Recipient.from_str(key)
    except _age().RecipientError as error:
        raise Stopped("BACKUP_KEY is not a key. `campaign backup --make-key` makes one.") from error


def _read(folder: Path) -> Manifest:
    try:
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if said["format"] > FORMAT:
            raise Stopped("This backup was made by a newer version of the program. Install that version first.")
        manifest = Manifest(**{**said, "copied": Copied(**said["copied"])})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Stopped("This file is sealed with your key, but is no backup of a campaign's site.") from error
    for name, expected in manifest.files.items():
        if not (folder / name).is_file() or _hash(folder / name) != expected:
            raise Stopped(f"The backup is damaged: {name} is not what was put into it.")
    return manifest


def _fields(manifest: Manifest) -> dict[str, Any]:
    return {name: getattr(manifest, name) for name in manifest.__dataclass_fields__}


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    return entry
