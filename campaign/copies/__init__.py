"""A copy of all records in a folder: of one moment, taken while the site runs, and put back into an empty place.

On SQLite it is the file itself, rewritten by `VACUUM INTO` (one reading transaction; no bytes of deleted rows). On
PostgreSQL it is every table by COPY, in one snapshot: the program that reads it back is the one that wrote it, so no
`pg_dump` of the right version has to be there, and a copy can be put beside the living records to look at it.
"""

import os
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, LiteralString, cast
from uuid import uuid4

from psycopg import Connection as Native
from psycopg import sql
from sqlalchemy import Connection, create_engine, func, inspect, make_url, select, table
from sqlalchemy.exc import DatabaseError, ProgrammingError
from sqlalchemy.pool import NullPool

from . import schema
from .db import Base
from .errors import Stopped

Columns = Mapping[str, list[str]]  # by table

VERSIONS, VERSION = "alembic_version", "SELECT version_num FROM alembic_version"
A_PIECE = 1 << 20  # bytes held in memory at once
ASIDE = "before_restore_%Y%m%d_%H%M%S"
OTHERS = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
LEAVING = 2.0  # seconds; PostgreSQL lists a connection for a moment after its client has closed it
LEAP_ALL = """SELECT setval(one, nextval(one) + %(leap)s) FROM (
SELECT quote_ident(sequencename)::regclass AS one FROM pg_sequences WHERE schemaname = current_schema()) AS ours"""
LEAP = 10_000_000  # ids; more than a site gives away between two backups


class Damaged(Stopped):
    """A copy is not what it should be."""


@dataclass(frozen=True)
class Copied:
    """What lies in a copy: of which kind of database, in which shape, and how many rows each table has."""

    kind: str
    version: str
    rows: Mapping[str, int]
    sequences: Mapping[str, int] = field(default_factory=dict)


def take(url: str, folder: Path) -> Copied:
    """Copy all records of this moment into a folder. Nobody who writes meanwhile has to wait."""
    folder.mkdir(parents=True, exist_ok=True)
    return _take_file(_path(url), folder) if _lite(url) else _take_tables(url, folder)


def put(copied: Copied, folder: Path, url: str) -> None:
    """Put a copy into an empty database (or schema) in the shape that it had. Raises Damaged."""
    if copied.kind != kind_of(url):
        raise Damaged(f"This is a copy of {copied.kind}; DATABASE_URL names {kind_of(url)}.")
    if _lite(url):
        shutil.copyfile(folder / "site.db", _path(url))
    else:
        _put_tables(copied, folder, url)
    if (found := look(url)) != (copied.version, dict(copied.rows)):
        raise Damaged(f"What was put back is not what was copied: {_difference(found, copied)}.")


def look(url: str) -> tuple[str, dict[str, int]]:
    """The shape of the records and how many rows each table has; on SQLite also whether the file is whole."""
    if _lite(url):
        return _look_into(_path(url))
    with _engine(url) as connection:
        return _version(connection), {name: _count(connection, name) for name in _tables(connection)}


def kind_of(url: str) -> str:
    """`SQLite` or `PostgreSQL`."""
    return "SQLite" if _lite(url) else "PostgreSQL"


def is_empty(url: str) -> bool:
    """Whether nothing lies there yet."""
    if _lite(url):
        return not _path(url).exists() or not _path(url).stat().st_size
    with _engine(url) as connection:
        return not inspect(connection).get_table_names()


@contextmanager
def scratch(url: str, folder: Path) -> Iterator[str]:
    """An empty place beside the records, gone afterwards: a file in this folder, or a schema of its own."""
    if _lite(url):
        try:
            yield f"sqlite:///{folder / 'scratch.db'}"
        finally:
            for file in folder.glob("scratch.db*"):
                file.unlink()
        return
    name = f"scratch_{uuid4().hex[:12]}"
    with _engine(url) as connection:
        _run(connection, "CREATE SCHEMA {}", name)
    try:
        yield within(url, name)
    finally:
        with _engine(url) as connection:  # a restore may have moved it into its place meanwhile
            _run(connection, "DROP SCHEMA IF EXISTS {} CASCADE", name)


def in_use(url: str) -> bool:
    """Whether another process has these records open now."""
    if _lite(url):
        return _path(url).exists() and _is_open_elsewhere(_path(url))
    until = time.monotonic() + LEAVING
    while _others(url):
        if time.monotonic() > until:
            return True
        time.sleep(0.05)
    return False


def _others(url: str) -> int:
    with _engine(url) as connection:  # a new one for each look: within a transaction the list stays as it was
        return cast(int, connection.exec_driver_sql(OTHERS).scalar())


def leap(url: str) -> None:
    """Let the next ids begin far above the last: those given away since the copy stand in mailed links by now."""
    with _engine(url) as connection:
        if _lite(url):
            for one in Base.metadata.sorted_tables:
                if one.dialect_options["sqlite"]["autoincrement"]:
                    _leap_over(connection, one.name)
        else:
            connection.exec_driver_sql(LEAP_ALL, {"leap": LEAP})


def _leap_over(connection: Connection, name: str) -> None:
    values = {"name": name, "leap": LEAP}
    moved = connection.exec_driver_sql("UPDATE sqlite_sequence SET seq = seq + :leap WHERE name = :name", values)
    if not moved.rowcount:
        connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :leap)", values)


def settle(url: str) -> None:
    """Bring a file into one piece, so that it can be moved."""
    if _lite(url):
        with closing(sqlite3.connect(_path(url))) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        with _path(url).open("rb") as file:
            os.fsync(file.fileno())


def move_in(scratch_url: str, url: str, aside: str) -> str:
    """Put what lies in the scratch place where the site looks for it; what lay there is kept under the name `aside`.

    Says where it is kept, or nothing when there was nothing. All of it happens, or nothing.
    """
    if _lite(url):
        return _move_file(_path(scratch_url), _path(url), _path(url).parent / aside)
    name = str(make_url(scratch_url).query["options"]).partition("=")[2]
    with _engine(url) as connection:
        here = connection.exec_driver_sql("SELECT current_schema()").scalar()
        if here is None:
            raise Stopped("The database has no schema for us: CREATE SCHEMA public in it, and try again.")
        was_empty = not _tables(connection)
        _run(connection, "ALTER SCHEMA {} RENAME TO {}", here, aside)
        _run(connection, "ALTER SCHEMA {} RENAME TO {}", name, here)
        if was_empty:
            _run(connection, "DROP SCHEMA {} CASCADE", aside)
    return "" if was_empty else f"the schema {aside} of the database"


def _move_file(new: Path, old: Path, aside: Path) -> str:
    parts = [path for path in (old, *(old.with_name(old.name + end) for end in ("-wal", "-shm"))) if path.exists()]
    if parts:
        aside.mkdir(mode=0o700)
    for path in parts:
        path.replace(aside / path.name)
    try:
        new.replace(old)
    except OSError:
        for path in parts:
            (aside / path.name).replace(path)
        raise
    return str(aside) if parts else ""


def name_aside(now: datetime) -> str:
    """The name under which the records that a restore finds are kept."""
    return now.strftime(ASIDE)


def forget_aside(url: str, until: datetime, *, dry_run: bool) -> int:
    """Remove records that were moved aside before this moment: they are people's data like a backup. How many."""
    old = [name for name in _aside(url) if _moment_of(name) < until]
    if not dry_run:
        for name in old:
            if _lite(url):
                shutil.rmtree(_path(url).parent / name)
            else:
                with _engine(url) as connection:
                    _run(connection, "DROP SCHEMA {} CASCADE", name)
    return len(old)


def _aside(url: str) -> list[str]:
    if _lite(url):
        names = [path.name for path in _path(url).parent.glob("before_restore_*") if path.is_dir()]
    else:
        with _engine(url) as connection:
            names = inspect(connection).get_schema_names()
    return [name for name in names if re.fullmatch(r"before_restore_\d{8}_\d{6}", name)]


def _moment_of(name: str) -> datetime:
    return datetime.strptime(name, ASIDE).replace(tzinfo=UTC)


def within(url: str, name: str) -> str:
    """The address of a schema in this database."""
    return make_url(url).update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(hide_password=False)


def _lite(url: str) -> bool:
    return url.startswith("sqlite")


def _path(url: str) -> Path:
    return Path(str(make_url(url).database))


# ------------------------------------------------------------------------------------------------ SQLite


def _take_file(source: Path, folder: Path) -> Copied:
    copy = folder / "site.db"
    with closing(sqlite3.connect(f"file:{source}?mode=rw", uri=True, timeout=30)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    with copy.open("rb") as file:
        os.fsync(file.fileno())
    version, rows = _look_into(copy)
    return Copied("SQLite", version, rows)


def _is_open_elsewhere(path: Path) -> bool:
    """SQLite lets a file leave its write-ahead log only when nobody else has it open."""
    with closing(sqlite3.connect(path, timeout=1)) as connection:
        try:
            connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError as error:
            return "locked" in str(error)
        except sqlite3.DatabaseError:  # damaged: that may be why somebody is here
            return False
    return False


def _look_into(path: Path) -> tuple[str, dict[str, int]]:
    try:
        with _engine(f"sqlite:///file:{path}?mode=ro&uri=true") as connection:
            if connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar() != "ok":
                raise Damaged("The database file is damaged.")
            names = inspect(connection).get_table_names()
            version = connection.exec_driver_sql(VERSION).scalar() if names else ""
            counts = {name: select(func.count()).select_from(table(name)) for name in names if name != VERSIONS}
            return str(version), {name: int(connection.scalar(count) or 0) for name, count in counts.items()}
    except DatabaseError as error:
        raise Damaged("The database file is damaged.") from error


# ------------------------------------------------------------------------------------------------ PostgreSQL


@contextmanager
def _engine(url: str, **options: Any) -> Iterator[Connection]:
    """One connection, one transaction, without the limits that a visitor's request has."""
    engine = create_engine(url, poolclass=NullPool, connect_args={} if _lite(url) else {"connect_timeout": 5})
    try:
        with engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection
    finally:
        engine.dispose()


def _take_tables(url: str, folder: Path) -> Copied:
    with _engine(url, isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection:
        version = _version(connection)
        columns = _columns(connection)
        rows = {name: _copy_out(connection, name, columns, folder) for name in _tables(connection)}
        asked = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()"
        given = {name: last for name, last in connection.exec_driver_sql(asked).all() if last is not None}
    return Copied("PostgreSQL", version, rows, given)


def _put_tables(copied: Copied, folder: Path, url: str) -> None:
    if set(copied.rows) - {file.stem for file in folder.glob("*.rows")}:
        raise Damaged("The copy lacks a table.")
    schema.upgrade(url, copied.version)
    with _engine(url) as connection:
        tables = [name for name in _parents_first(connection) if name in copied.rows]
        if len(tables) != len(copied.rows):
            raise Damaged("The copy holds a table that this program does not know.")
        for name in reversed(tables):  # what the migrations themselves have written
            _run(connection, "ALTER TABLE {} DISABLE TRIGGER USER", name)
            _run(connection, "DELETE FROM {}", name)
        columns = _columns(connection)
        for name in tables:
            _copy_in(connection, name, columns, folder)
        for name in tables:
            _run(connection, "ALTER TABLE {} ENABLE TRIGGER USER", name)
        for name, last in copied.sequences.items():
            connection.exec_driver_sql(
                "SELECT setval(quote_ident(%(name)s)::regclass, %(last)s)", {"name": name, "last": last}
            )


def _tables(connection: Connection) -> list[str]:
    """Ours: the queue's may lie in the same database, and hold nothing that is not owed anyway."""
    names = inspect(connection).get_table_names()
    return sorted(name for name in names if name != VERSIONS and not name.startswith("huey"))


def _version(connection: Connection) -> str:
    try:
        return str(connection.exec_driver_sql(VERSION).scalar_one())
    except ProgrammingError as error:
        raise Damaged("There are no records of a site at this address.") from error


def _count(connection: Connection, name: str) -> int:
    return int(_run(connection, "SELECT count(*) FROM {}", name).fetchone()[0])


def _parents_first(connection: Connection) -> Iterator[str]:
    return (name for name, _ in inspect(connection).get_sorted_table_and_fkc_names() if name)


def _columns(connection: Connection) -> Columns:
    """The columns of each table that hold something of their own, asked for at once: there are a hundred tables."""
    found = inspect(connection).get_multi_columns().items()
    return {name: [one["name"] for one in columns if not one.get("computed")] for (_, name), columns in found}


def _copy(words: LiteralString, name: str, columns: Columns) -> sql.Composed:
    return sql.SQL(words).format(sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, columns[name])))


def _copy_out(connection: Connection, name: str, columns: Columns, folder: Path) -> int:
    said = _copy("COPY {} ({}) TO STDOUT", name, columns)
    with (folder / f"{name}.rows").open("wb") as file, _native(connection).cursor() as cursor:
        with cursor.copy(said) as rows:
            for piece in rows:
                file.write(piece)
        return cursor.rowcount


def _copy_in(connection: Connection, name: str, columns: Columns, folder: Path) -> None:
    said = _copy("COPY {} ({}) FROM STDIN", name, columns)
    with (
        (folder / f"{name}.rows").open("rb") as file,
        _native(connection).cursor() as cursor,
        cursor.copy(said) as rows,
    ):
        while piece := file.read(A_PIECE):
            rows.write(piece)


def _run(connection: Connection, words: LiteralString, *names: str) -> Any:
    """A statement with names in it, which psycopg quotes."""
    statement = sql.SQL(words).format(*map(sql.Identifier, names))
    return _native(connection).execute(statement)


def _native(connection: Connection) -> "Native[Any]":
    return cast("Native[Any]", connection.connection.driver_connection)


def _difference(found: tuple[str, dict[str, int]], copied: Copied) -> str:
    if found[0] != copied.version:
        return f"version {found[0]} instead of {copied.version}"
    wrong = sorted(name for name in {*found[1], *copied.rows} if found[1].get(name) != copied.rows.get(name))
    return f"other numbers of rows in {', '.join(wrong)}"
