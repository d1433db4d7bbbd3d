"""The shape of the records: every step forwards and back keeps what is there; the last is what the tables say."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import DateTime, MetaData, create_engine, func, insert, inspect, select, table, text
from sqlalchemy.pool import NullPool

from campaign import schema
from campaign.app import TABLES
from campaign.config import normal_url
from tests import servers

VERSIONS = schema.versions()
STEPS = list(zip(["base", *VERSIONS], VERSIONS, strict=False))


def test_the_versions_are_those_of_alembics_chain():
    chain = ScriptDirectory.from_config(schema.settings()).walk_revisions()
    assert [script.revision for script in chain] == VERSIONS[::-1]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def nothing(request, tmp_path: Path):
    """An empty database without any table."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return normal_url(servers.new_database(request.getfixturevalue("postgres")))


def _connect(url):
    return create_engine(url, poolclass=NullPool).begin()


def _tables(connection):
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


def _fill(url):
    """One row in every table, made up from the types of its columns."""
    with _connect(url) as connection:
        for table in _tables(connection):
            connection.execute(insert(table).values({c.name: _value(c) for c in table.columns}))


def _value(column):
    if isinstance(column.type, DateTime):
        return datetime(2027, 1, 11, tzinfo=UTC)
    known = {bool: False, str: "x", int: 1, bytes: b"x", date: date(2027, 1, 11)}
    return known[column.type.python_type]


def _names(connection):
    return [name for name in inspect(connection).get_table_names() if name != "alembic_version"]


def _counts(url):
    with _connect(url) as connection:
        return {name: connection.scalar(select(func.count()).select_from(table(name))) for name in _names(connection)}


def _empty(url):
    """No row in any table, and nothing else changed."""
    with _connect(url) as connection:
        if names := _names(connection):
            if url.startswith("sqlite"):  # where keys are not enforced unless one asks for it
                for name in names:
                    connection.execute(table(name).delete())
            else:
                connection.exec_driver_sql(f"TRUNCATE {', '.join(names)}")


def _shape(url):
    """What the database itself says of its shape: on SQLite every statement, on PostgreSQL columns and indexes."""
    with _connect(url) as connection:
        if url.startswith("sqlite"):
            asked = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'"
            return {name: _parts(sql) for name, sql in connection.execute(text(asked))}
        columns = (
            "SELECT table_name, column_name, data_type, is_nullable, character_maximum_length"
            " FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'"
        )
        rules = (
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE 'alembic%' AND contype <> 'n'"
        )
        indexes = (
            "SELECT tablename, indexname, indexdef FROM pg_indexes"
            " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
        )
        return {one: sorted(map(tuple, connection.execute(text(one)))) for one in (columns, rules, indexes)}


def _parts(sql):
    """A statement cut at its commas: the order of columns and rules says nothing, nor do quotes around a name."""
    sql = sql.replace('"', "")
    return sorted(" ".join(part.split()).strip("() ") for part in sql.replace("\n)", "").replace("(\n", ",").split(","))


def test_each_step_forwards_and_back_keeps_every_row(nothing):
    """One walk from nothing to today: each step is made with a row in every table, taken back, and made again."""
    for before, after in STEPS:
        _fill(nothing)
        there = _counts(nothing)
        schema.upgrade(nothing, after)
        forwards = _counts(nothing)
        assert {name: number for name, number in forwards.items() if name in there} == there, after
        schema.downgrade(nothing, before)
        assert _counts(nothing) == there, after
        _empty(nothing)
        schema.upgrade(nothing, after)
    assert set(_counts(nothing).values()) == {0}


def test_all_the_way_up_down_and_up_again_with_rows_gives_the_same_shape(nothing):
    schema.upgrade(nothing)
    first = _shape(nothing)
    _fill(nothing)
    assert set(_counts(nothing).values()) == {1}
    schema.downgrade(nothing, "base")
    assert _counts(nothing) == {}
    schema.upgrade(nothing)
    assert _shape(nothing) == first
    assert set(_counts(nothing).values()) == {0}


def test_the_migrations_make_what_the_tables_say(nothing):
    schema.upgrade(nothing)
    with _connect(nothing) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, TABLES) == []


def test_also_in_what_alembic_does_not_compare(nothing, request, tmp_path):
    schema.upgrade(nothing)
    if nothing.startswith("sqlite"):
        other = f"sqlite:///{tmp_path / 'other.db'}"
    else:
        other = normal_url(servers.new_database(request.getfixturevalue("postgres")))
    with _connect(other) as connection:
        TABLES.create_all(connection)
    assert _shape(nothing) == _shape(other)


def test_a_difference_is_noticed(nothing):
    schema.upgrade(nothing)
    with _connect(nothing) as connection:
        connection.execute(text("ALTER TABLE pledges ADD COLUMN forgotten INTEGER"))
    with _connect(nothing) as connection:
        assert compare_metadata(MigrationContext.configure(connection), TABLES) != []


def test_the_database_knows_whether_it_is_current(nothing):
    with _connect(nothing) as connection:
        assert not schema.is_current(connection)
    schema.upgrade(nothing)
    with _connect(nothing) as connection:
        assert schema.is_current(connection)


def _rebuild_people(connection):
    """What Alembic does on SQLite to alter a table that others point at: copy it, drop it, rename the copy."""
    with Operations(MigrationContext.configure(connection)).batch_alter_table("supporters", recreate="always") as batch:
        batch.alter_column("language", nullable=True)


def test_rebuilding_a_table_keeps_the_rows_that_point_at_it(tmp_path):
    url = f"sqlite:///{tmp_path / 'site.db'}"
    schema.upgrade(url)
    _fill(url)
    schema._run(url, lambda settings: _rebuild_people(settings.attributes["connection"]))
    assert _counts(url)["consents"] == 1


def test_with_foreign_keys_on_rebuilding_a_table_would_delete_them(tmp_path):
    url = f"sqlite:///{tmp_path / 'site.db'}"
    schema.upgrade(url)
    _fill(url)
    with create_engine(url, poolclass=NullPool).connect() as connection:
        for table in ("signatures", "rsvps"):  # they would not let go of their supporter
            connection.exec_driver_sql(f"DELETE FROM {table}")
        connection.commit()
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        connection.commit()
        _rebuild_people(connection)
        connection.commit()
    assert _counts(url)["consents"] == 0


def test_a_migration_that_leaves_rows_pointing_nowhere_is_undone(tmp_path):
    url = f"sqlite:///{tmp_path / 'site.db'}"
    schema.upgrade(url)
    _fill(url)
    with pytest.raises(RuntimeError, match="point nowhere"):
        schema._run(url, lambda settings: settings.attributes["connection"].exec_driver_sql("DELETE FROM supporters"))
    assert _counts(url)["supporters"] == 1


def test_a_migration_that_fails_halfway_changes_nothing(nothing):
    schema.upgrade(nothing)
    before = _shape(nothing)

    def fail(settings):
        settings.attributes["connection"].exec_driver_sql("CREATE TABLE halfway (id INTEGER)")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        schema._run(nothing, fail)
    assert _shape(nothing) == before and inspect(create_engine(nothing, poolclass=NullPool)).has_table("pledges")
