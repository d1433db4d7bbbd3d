"""The shape of the database: brought up to date, and back, by Alembic with settings built here."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, create_engine, event, inspect, text
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from alembic.config import Config as AlembicConfig

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(url: str, to: str = "head") -> None:
    """Bring the database at this address up to a version; all of it or nothing."""
    from alembic import command  # a third of what a process has to read at its start, and few need it

    _run(url, lambda settings: command.upgrade(settings, to))


def downgrade(url: str, to: str) -> None:
    """Take the database back to an earlier version; `base` is the empty one."""
    from alembic import command

    _run(url, lambda settings: command.downgrade(settings, to))


def settings() -> "AlembicConfig":
    """Alembic's settings, without a file."""
    from alembic.config import Config as AlembicConfig

    made = AlembicConfig()
    made.set_main_option("script_location", str(MIGRATIONS))
    return made


@cache
def versions() -> list[str]:
    """All versions, oldest first: their files begin with them, and a test compares that with Alembic's chain."""
    return sorted(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def is_current(connection: Connection) -> bool:
    """Whether the database has the shape that this program expects."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == versions()[-1])


def _run(url: str, act: "Callable[[AlembicConfig], None]") -> None:
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
