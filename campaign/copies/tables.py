"""A copy on PostgreSQL: every table by COPY, in one snapshot.

The program that reads it back is the one that wrote it, so no `pg_dump` of the right version has to be there, and a
copy can be put beside the living records to look at it.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString, cast
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import Connection, inspect, make_url
from sqlalchemy.exc import ProgrammingError

from .. import schema
from ..errors import Stopped
from . import within
from .shape import LEAP, VERSION, VERSIONS, Copied, Damaged, connected

Columns = Mapping[str, list[str]]  # by table

KIND = "PostgreSQL"
A_PIECE = 1 << 20  # bytes held in memory at once
OTHERS = """SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""
LEAVING = 2.0  # seconds; PostgreSQL lists a connection for a moment after its client has closed it
LEAP_ALL = """SELECT setval(one, nextval(one) + %(leap)s) FROM (
SELECT quote_ident(sequencename)::regclass AS one FROM pg_sequences WHERE schemaname = current_schema()) AS ours"""


def take(url: str, folder: Path) -> Copied:
    """Copy all records of this moment into a folder."""
    with connected(url, isolation_level="REPEATABLE READ", postgresql_readonly=True) as connection:
        version = version_of(connection)
        columns = columns_of(connection)
        rows = {name: copy_out(connection, name, columns, folder) for name in tables_of(connection)}
        asked = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()"
        given = {name: last for name, last in connection.exec_driver_sql(asked).all() if last is not None}
    return Copied(KIND, version, rows, given)


def put(copied: Copied, folder: Path, url: str) -> None:
    """Put a copy into an empty schema. Raises Damaged."""
    if set(copied.rows) - {file.stem for file in folder.glob("*.rows")}:
        raise Damaged("The copy lacks a table.")
    schema.upgrade(url, copied.version)
    with connected(url) as connection:
        names = [name for name in _parents_first(connection) if name in copied.rows]
        if len(names) != len(copied.rows):
            raise Damaged("The copy holds a table that this program does not know.")
        for name in reversed(names):  # what the migrations themselves have written
            _run(connection, "ALTER TABLE {} DISABLE TRIGGER USER", name)
            _run(connection, "DELETE FROM {}", name)
        columns = columns_of(connection)
        for name in names:
            _copy_in(connection, name, columns, folder)
        for name in names:
            _run(connection, "ALTER TABLE {} ENABLE TRIGGER USER", name)
        for name, last in copied.sequences.items():
            connection.exec_driver_sql(
                "SELECT setval(quote_ident(%(name)s)::regclass, %(last)s)", {"name": name, "last": last}
            )


def look(url: str) -> tuple[str, dict[str, int]]:
    """The shape, and how many rows each table has."""
    with connected(url) as connection:
        return version_of(connection), {name: _count(connection, name) for name in tables_of(connection)}


def is_empty(url: str) -> bool:
    """Whether nothing lies there yet."""
    with connected(url) as connection:
        return not inspect(connection).get_table_names()


@contextmanager
def scratch(url: str, _folder: Path) -> Iterator[str]:
    """A schema of its own, gone afterwards."""
    name = f"scratch_{uuid4().hex[:12]}"
    with connected(url) as connection:
        _run(connection, "CREATE SCHEMA {}", name)
    try:
        yield within(url, name)
    finally:
        with connected(url) as connection:  # a restore may have moved it into its place meanwhile
            _run(connection, "DROP SCHEMA IF EXISTS {} CASCADE", name)


def in_use(url: str) -> bool:
    """Whether another client is connected now."""
    until = time.monotonic() + LEAVING
    while _others(url):
        if time.monotonic() > until:
            return True
        time.sleep(0.05)
    return False


def _others(url: str) -> int:
    with connected(url) as connection:  # a new one for each look: within a transaction the list stays as it was
        return cast(int, connection.exec_driver_sql(OTHERS).scalar())


def leap(url: str) -> None:
    """Let the next ids of each table begin far above the last."""
    with connected(url) as connection:
        connection.exec_driver_sql(LEAP_ALL, {"leap": LEAP})


def settle(_url: str) -> None:
    """Nothing: a schema is moved as it is."""


def move_in(scratch_url: str, url: str, aside: str) -> str:
    """Give the scratch schema the name of ours, and ours the name `aside`; an empty one goes."""
    name = str(make_url(scratch_url).query["options"]).partition("=")[2]
    with connected(url) as connection:
        here = connection.exec_driver_sql("SELECT current_schema()").scalar()
        if here is None:
            raise Stopped("The database has no schema for us: CREATE SCHEMA public in it, and try again.")
        was_empty = not tables_of(connection)
        _run(connection, "ALTER SCHEMA {} RENAME TO {}", here, aside)
        _run(connection, "ALTER SCHEMA {} RENAME TO {}", name, here)
        if was_empty:
            _run(connection, "DROP SCHEMA {} CASCADE", aside)
    return "" if was_empty else f"the schema {aside} of the database"


def names_aside(url: str) -> list[str]:
    """The schemas of the database."""
    with connected(url) as connection:
        return inspect(connection).get_schema_names()


def remove_aside(url: str, name: str) -> None:
    """Remove such a schema."""
    with connected(url) as connection:
        _run(connection, "DROP SCHEMA {} CASCADE", name)


def tables_of(connection: Connection) -> list[str]:
    """Ours: the queue's may lie in the same database, and hold nothing that is not owed anyway."""
    names = inspect(connection).get_table_names()
    return sorted(name for name in names if name != VERSIONS and not name.startswith("huey"))


def version_of(connection: Connection) -> str:
    """The version of the shape. Raises Damaged where nothing of ours lies."""
    try:
        return str(connection.exec_driver_sql(VERSION).scalar_one())
    except ProgrammingError as error:
        raise Damaged("There are no records of a site at this address.") from error


def _count(connection: Connection, name: str) -> int:
    return int(_run(connection, "SELECT count(*) FROM {}", name).fetchone()[0])


def _parents_first(connection: Connection) -> Iterator[str]:
    return (name for name, _ in inspect(connection).get_sorted_table_and_fkc_names() if name)


def columns_of(connection: Connection) -> Columns:
    """The columns of each table that hold something of their own, asked for at once: there are a hundred tables."""
    found = inspect(connection).get_multi_columns().items()
    return {name: [one["name"] for one in columns if not one.get("computed")] for (_, name), columns in found}


def _copy(words: LiteralString, name: str, columns: Columns) -> sql.Composed:
    return sql.SQL(words).format(sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, columns[name])))


def copy_out(connection: Connection, name: str, columns: Columns, folder: Path) -> int:
    """Write a table into a file of this folder; how many rows."""
    said = _copy("COPY {} ({}) TO STDOUT", name, columns)
    with (folder / f"{name}.rows").open("wb") as file, native(connection).cursor() as cursor:
        with cursor.copy(said) as rows:
            for piece in rows:
                file.write(piece)
        return cursor.rowcount


def _copy_in(connection: Connection, name: str, columns: Columns, folder: Path) -> None:
    said = _copy("COPY {} ({}) FROM STDIN", name, columns)
    with (
        (folder / f"{name}.rows").open("rb") as file,
        native(connection).cursor() as cursor,
        cursor.copy(said) as rows,
    ):
        while piece := file.read(A_PIECE):
            rows.write(piece)


def _run(connection: Connection, words: LiteralString, *names: str) -> Any:
    """A statement with names in it, which psycopg quotes."""
    statement = sql.SQL(words).format(*map(sql.Identifier, names))
    return native(connection).execute(statement)


def native(connection: Connection) -> "psycopg.Connection[Any]":
    """The driver's own connection, which alone can COPY."""
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)
