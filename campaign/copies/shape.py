"""What a copy is, and a connection to make one with."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from ..errors import Stopped

VERSIONS, VERSION = "alembic_version", "SELECT version_num FROM alembic_version"
ASIDE = "before_restore_%Y%m%d_%H%M%S"
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


@contextmanager
def connected(url: str, **options: Any) -> Iterator[Connection]:
    """One connection, one transaction, without the limits that a visitor's request has. Raises DBAPIError.

    Errors of the driver itself, which copies without SQLAlchemy, come in the same form.
    """
    patience = {} if url.startswith("sqlite") else {"connect_timeout": 5}
    engine = create_engine(url, poolclass=NullPool, connect_args=patience)
    try:
        with engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection
    except engine.dialect.loaded_dbapi.Error as error:
        raise DBAPIError(None, None, error) from error
    finally:
        engine.dispose()
