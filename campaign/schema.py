"""The shape of the database: brought up to date, and back, by Alembic with settings built here."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, event
from sqlalchemy.pool import NullPool

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(url: str, to: str = "head") -> None:
    """Bring the database at this address up to a version; all of it or nothing."""
    _run(url, lambda settings: command.upgrade(settings, to))


def downgrade(url: str, to: str) -> None:
    """Take the database back to an earlier version; `base` is the empty one."""
    _run(url, lambda settings: command.downgrade(settings, to))


def settings() -> AlembicConfig:
    """Alembic's settings, without a file."""
    made = AlembicConfig()
    made.set_main_option("script_location", str(MIGRATIONS))
    return made


def versions() -> list[str]:
    """All versions, oldest first."""
    return [script.revision for script in reversed(list(ScriptDirectory.from_config(settings()).walk_revisions()))]


def is_current(connection: Connection) -> bool:
    """Whether the database has the shape that this program expects."""
    return MigrationContext.configure(connection).get_current_revision() == _newest()


@cache
def _newest() -> str:
    return versions()[-1]


def _run(url: str, act) -> None:  # type: ignore[no-untyped-def]
    engine = create_engine(url, poolclass=NullPool)
    lite = url.startswith("sqlite")
    if lite:
        # Python's own handling commits before each change of a table; ours keeps a migration in one piece.
        @event.listens_for(engine, "connect")
        def _plain(connection, _record) -> None:  # type: ignore[no-untyped-def]
            connection.isolation_level = None
            connection.execute("PRAGMA journal_mode=WAL")
            # A batch alter of a parent table would delete its children; they are checked at the end instead.
            connection.execute("PRAGMA foreign_keys=OFF")

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.begin() as connection:
        if not lite:
            connection.exec_driver_sql("SET lock_timeout = '5s'")
        made = settings()
        made.attributes["connection"] = connection
        act(made)
        if lite and (lost := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
            raise RuntimeError(f"{len(lost)} rows point nowhere after the migration; nothing was changed")
    engine.dispose()
