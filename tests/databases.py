"""One PostgreSQL database for one test after the other: emptied between them, made anew if a test changed its shape."""

from contextlib import suppress
from dataclasses import dataclass, field

import psycopg

from tests import servers

# What is dropped and made again has another number, and copies of a template have the same ones.
SHAPE = """
SELECT concat_ws(' ',
  (SELECT sum(oid::bigint * (relnatts + 1)) FROM pg_class WHERE relnamespace = 'public'::regnamespace),
  (SELECT sum(oid::bigint) FROM pg_constraint WHERE connamespace = 'public'::regnamespace),
  (SELECT sum(oid::bigint) FROM pg_trigger WHERE NOT tgisinternal))
"""
OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
# As a replica nobody is asked: neither foreign keys, nor the triggers that keep the audit trail as it is.
EMPTY = """
DO $$ DECLARE it record; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR it IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %I', it.name);
  END LOOP;
  FOR it IN SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
    PERFORM setval(it.name::regclass, 1, false);
  END LOOP;
END $$
"""


@dataclass
class Databases:
    """Copies of a template in a cluster; those that have been emptied are used again."""

    cluster: str
    template: str
    shape: str = ""
    made: int = 0
    free: list[str] = field(default_factory=list)

    def take(self) -> str:
        """The address of an empty database."""
        if self.free:
            return self.free.pop()
        self.made += 1
        name = f"test_{self.made}"
        with psycopg.connect(self.cluster, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{self.template}"')
        address = servers.named(self.cluster, name)
        if not self.shape:
            with psycopg.connect(address, autocommit=True) as connection:
                self.shape = _shape(connection)
        return address

    def give_back(self, address: str) -> None:
        """Empty it for the next test. Whoever is still at work in it is cut off; one in another shape is left alone."""
        with suppress(psycopg.OperationalError), psycopg.connect(address, autocommit=True) as connection:
            connection.execute(OTHERS)
            if _shape(connection) == self.shape:
                connection.execute(EMPTY)
                self.free.append(address)


def _shape(connection: psycopg.Connection) -> str:
    found = connection.execute(SHAPE).fetchone()
    return str(found[0]) if found else ""
