"""The records: how to read them, how to change them, and the one place that commits."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app
from sqlalchemy import (
    BigInteger,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Executable,
    Integer,
    MetaData,
    Table,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from .errors import Stale

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
# SQLite gives the id of a deleted row to the next one; where ids stand in mailed links, it must not.
NEVER_REUSED = {"sqlite_autoincrement": True}
# Goes with a column as its `info`: what `seals.seal` has sealed is found again when the secret changes.
SEALED = {"sealed": True}
# The connection that was used last is taken first: in turns, each of them would keep pages of its own in memory (2 MB
# on SQLite), also where one or two would do.
WARM: dict[str, Any] = {"pool_use_lifo": True}
BigId = BigInteger().with_variant(Integer(), "sqlite")


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets time zones, so they are taken off going in and put back coming out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment must say its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The mother of all tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: Moment()}


_session: ContextVar[Session | None] = ContextVar("session", default=None)
_writing: ContextVar[bool] = ContextVar("writing", default=False)


class Database:
    """One database, SQLite or PostgreSQL, and the two ways into it.

    On SQLite a writer first takes a lock file, in which the kernel queues writers fairly; SQLite's own busy
    handler lets one of them starve for seconds. `lock_file=False` is the negative control of that, `overwrite=False` of
    "what is deleted is gone from the file".
    """

    def __init__(self, url: str, *, lock_file: bool = True, overwrite: bool = True) -> None:
        self.sqlite, self.overwrite = url.startswith("sqlite"), overwrite
        self.engine = _sqlite_engine(url, overwrite) if self.sqlite else _postgres_engine(url)
        self.writer = self.engine.execution_options(writing=True)
        path = self.engine.url.database
        self.lock_path = Path(f"{path}.lock") if self.sqlite and path and lock_file else None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only looks; joins one that is already open. On SQLite it sees one state of the records."""
        if (open_one := _session.get()) is not None:
            yield open_one
            return
        with Session(self.engine, autoflush=False) as session:
            token = _session.set(session)
            try:
                yield session
            finally:
                _session.reset(token)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose changes are committed together at its end, or not at all; joins an open one.

        What `after_commit` was given runs when the commit is done and the lock is free again.
        """
        if _session.get() is not None:
            if not _writing.get():
                raise RuntimeError("records are being read here; begin writing before you read")
            yield cast(Session, _session.get())
            return
        afterwards: list[Callable[[], None]] = []
        # What can be made ready before the turn is, and what can be put away after it: all other writers wait for it.
        with self.writer.connect() as connection, Session(connection, expire_on_commit=False) as session:
            session.info["afterwards"] = afterwards
            with self._turn():
                tokens = _session.set(session), _writing.set(True)
                try:
                    yield session
                    session.commit()
                except BaseException:
                    session.close()  # in this turn still, for the database has a lock of its own
                    raise
                finally:
                    _session.reset(tokens[0])
                    _writing.reset(tokens[1])
        for act in afterwards:
            act()

    def scrub(self) -> bool:
        """Move the write-ahead log into the file and empty it: it holds pages as they were before rows were deleted.

        False while somebody is reading in it. PostgreSQL looks after its own: VACUUM frees what deleted rows held.
        """
        if not self.sqlite or not self.overwrite:
            return True
        with closing(sqlite3.connect(self.engine.url.database or "", timeout=0.5, isolation_level=None)) as connection:
            busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """This writer's turn: the lock file, held until the commit is on the disk."""
        if self.lock_path is None:
            yield
            return
        file = os.open(self.lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        finally:
            os.close(file)  # gives the lock back, as the system does for who is killed


def _sqlite_engine(url: str, overwrite: bool) -> Engine:
    engine = create_engine(url, pool_size=8, **WARM, connect_args={"timeout": 5, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        deleting = f"secure_delete={'ON' if overwrite else 'OFF'}"
        # A megabyte of pages, half of what SQLite takes: there is a connection for each thread, and the system keeps
        # the file in memory anyway. Eight that told the list about 100,000 people held 19 MB of the same pages.
        for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", deleting, "cache_size=-1024"):
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # SQLAlchemy's own BEGIN is deferred: it takes the write lock too late and fails with "busy".
        writing = connection.get_execution_options().get("writing")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _postgres_engine(url: str) -> Engine:
    """A server that says nothing is taken for away after a few seconds, or it would hold every visitor."""
    given = str(make_url(url).query.get("options", ""))  # such as a schema of our own
    patience = {"connect_timeout": 3, "options": f"{given} -c lock_timeout=5000 -c statement_timeout=30000".strip()}
    return create_engine(url, pool_size=5, max_overflow=5, pool_timeout=5, **WARM, connect_args=patience)


def install(app: Flask, url: str, *, lock_file: bool = True, overwrite: bool = True) -> Database:
    """Give the site its database; nothing is opened before it is needed."""
    database = app.extensions["database"] = Database(url, lock_file=lock_file, overwrite=overwrite)
    return database


def database() -> Database:
    """The database of the site that is running."""
    return cast(Database, current_app.extensions["database"])


def reading() -> Any:
    """See Database.reading."""
    return database().reading()


def writing() -> Any:
    """See Database.writing."""
    return database().writing()


def session() -> Session:
    """The session that the door opened. Raises RuntimeError when none is open: services never open one."""
    if (open_one := _session.get()) is None:
        raise RuntimeError("no records are open here; the door opens them with reading() or writing()")
    return open_one


def execute(statement: Executable, values: Mapping[str, object] | None = None) -> CursorResult[Any]:
    """Execute a statement that names tables and no classes: the session would take as long over it as the database."""
    return session().connection().execute(statement, values)


def must_be(version: int, seen: int | None) -> None:
    """Raise Stale unless the row, locked before, is as it was seen; who saw none (a command) is not asked."""
    if seen is not None and seen != version and current_app.extensions["switches"].one_editor:
        raise Stale


def take_turn(name: str) -> None:
    """Wait until nobody else is changing what this name stands for, and keep it until the commit.

    For what has no row that could be locked. On SQLite all who write take turns anyway.
    """
    if not database().sqlite:
        number = int.from_bytes(sha256(name.encode()).digest()[:8], signed=True)
        session().execute(select(func.pg_advisory_xact_lock(number)))


def after_commit(act: Callable[[], None]) -> None:
    """Do this once the change that is being made is safely on the disk."""
    session().info["afterwards"].append(act)


def add(table: type[Base], values: Mapping[str, object]) -> int | None:
    """Add a row unless a unique key says that it is there already; its id, or None when it was there."""
    return cast("int | None", execute(_adding(_dialect(), table), values).scalar())


def add_many(table: type[Base], rows: Sequence[Mapping[str, object]], key: str) -> dict[str, int]:
    """Add rows but those that a unique key says are there already; the ids of the new ones by their key."""
    columns = table.__table__.c
    adding = _insert(_dialect(), table).on_conflict_do_nothing().returning(columns[key], columns.id)
    return {row[0]: row[1] for row in session().execute(adding, rows)}


def add_or_find(table: type[Base], values: Mapping[str, object], key: str) -> int:
    """The id of the row with this key, added when new, and locked until the commit: two at once become one."""
    return cast(int, execute(_adding_or_finding(_dialect(), table, key), values).scalar_one())


def adding(table: type[Base]) -> Any:
    """An INSERT, for `from_select`, that passes over what a unique key says is there already."""
    return _insert(_dialect(), table).on_conflict_do_nothing()


def _dialect() -> str:
    return "sqlite" if database().sqlite else "postgresql"


# Built once for each table: building a statement takes longer than the database takes to obey it.
@cache
def _adding(dialect: str, table: type[Base]) -> Any:
    return _insert(dialect, table).on_conflict_do_nothing().returning(table.__table__.c.id)


@cache
def _adding_or_finding(dialect: str, table: type[Base], key: str) -> Any:
    insert = _insert(dialect, table)
    # Setting the key to itself changes nothing, but makes PostgreSQL lock the row and both answer with its id.
    setting = insert.on_conflict_do_update(index_elements=[key], set_={key: insert.excluded[key]})
    return setting.returning(table.__table__.c.id)


def add_up(table: type[Base], key: Mapping[str, object], column: str, number: int) -> None:
    """Add a number to the row with this key, which is made if need be; in SQL, so that two at once add up."""
    insert = _insert(_dialect(), table).values(**key, **{column: number})
    total = table.__table__.c[column] + insert.excluded[column]
    session().execute(insert.on_conflict_do_update(index_elements=list(key), set_={column: total}))


def _insert(dialect: str, table: type[Base]) -> Any:
    return {"sqlite": sqlite, "postgresql": postgresql}[dialect].insert(cast(Table, table.__table__))
