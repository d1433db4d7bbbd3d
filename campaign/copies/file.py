"""A copy on SQLite: the file itself, rewritten by `VACUUM INTO` (one reading transaction; no bytes of deleted rows)."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Connection, func, inspect, make_url, select, table
from sqlalchemy.exc import DatabaseError

from ..db import Base
from .shape import LEAP, VERSION, VERSIONS, Copied, Damaged, connected

KIND = "SQLite"


def path_of(url: str) -> Path:
    """Where the file lies."""
    return Path(str(make_url(url).database))


def take(url: str, folder: Path) -> Copied:
    """Copy all records of this moment into a folder."""
    source, copy = path_of(url), folder / "site.db"
    with closing(sqlite3.connect(f"file:{source}?mode=rw", uri=True, timeout=30)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    with copy.open("rb") as file:
        os.fsync(file.fileno())
    version, rows = _look_into(copy)
    return Copied(KIND, version, rows)


def put(_copied: Copied, folder: Path, url: str) -> None:
    """Put a copy where nothing lies yet."""
    shutil.copyfile(folder / "site.db", path_of(url))


def look(url: str) -> tuple[str, dict[str, int]]:
    """The shape, and how many rows each table has. Raises Damaged when the file is not whole."""
    return _look_into(path_of(url))


def _look_into(path: Path) -> tuple[str, dict[str, int]]:
    try:
        with connected(f"sqlite:///file:{path}?mode=ro&uri=true") as connection:
            if connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() != "ok":
                raise Damaged("The database file is damaged.")
            names = inspect(connection).get_table_names()
            version = connection.exec_driver_sql(VERSION).scalar() if names else ""
            counts = {name: select(func.count()).select_from(table(name)) for name in names if name != VERSIONS}
            return str(version), {name: int(connection.scalar(count) or 0) for name, count in counts.items()}
    except DatabaseError as error:
        raise Damaged("The database file is damaged.") from error


def is_empty(url: str) -> bool:
    """Whether nothing lies there yet."""
    return not path_of(url).exists() or not path_of(url).stat().st_size


@contextmanager
def scratch(_url: str, folder: Path) -> Iterator[str]:
    """A file in this folder, gone afterwards."""
    try:
        yield f"sqlite:///{folder / 'scratch.db'}"
    finally:
        for file in folder.glob("scratch.db*"):
            file.unlink()


def in_use(url: str) -> bool:
    """Whether another process has the file open now: it leaves its write-ahead log only when nobody else has."""
    if not path_of(url).exists():
        return False
    with closing(sqlite3.connect(path_of(url), timeout=1)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            return "locked" in str(error)
        except sqlite3.DatabaseError:  # damaged: that may be why somebody is here
            return False
    return False


def leap(url: str) -> None:
    """Let the next ids of each table begin far above the last."""
    with connected(url) as connection:
        for one in Base.metadata.sorted_tables:
            if one.dialect_options["sqlite"]["autoincrement"]:
                _leap_over(connection, one.name)


def _leap_over(connection: Connection, name: str) -> None:
    values = {"name": name, "leap": LEAP}
    moved = connection.exec_driver_sql("UPDATE sqlite_sequence SET seq = seq + :leap WHERE name = :name", values)
    if not moved.rowcount:
        connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :leap)", values)


def settle(url: str) -> None:
    """Bring the file into one piece, so that it can be moved."""
    with closing(sqlite3.connect(path_of(url))) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    with path_of(url).open("rb") as file:
        os.fsync(file.fileno())


def move_in(scratch_url: str, url: str, aside: str) -> str:
    """Move the scratch file into the place of the old one, which goes into a folder beside it."""
    new, old = path_of(scratch_url), path_of(url)
    kept = old.parent / aside
    parts = [path for path in (old, *(old.with_name(old.name + end) for end in ("-wal", "-shm"))) if path.exists()]
    if parts:
        kept.mkdir(mode=0o700)
    for path in parts:
        path.replace(kept / path.name)
    try:
        new.replace(old)
    except OSError:
        for path in parts:
            (kept / path.name).replace(path)
        raise
    return str(kept) if parts else ""


def names_aside(url: str) -> list[str]:
    """The folders beside the file."""
    return [path.name for path in path_of(url).parent.glob("before_restore_*") if path.is_dir()]


def remove_aside(url: str, name: str) -> None:
    """Remove such a folder."""
    shutil.rmtree(path_of(url).parent / name)
