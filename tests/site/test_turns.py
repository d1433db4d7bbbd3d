"""Who writes on SQLite gives both locks back at once: the lock file and SQLite's own, also when the act fails."""

import sqlite3
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import event, text

from campaign.db import Database


class Watched(Database):
    """Notes what stands within a turn, and looks, the moment it is over, whether somebody else could write."""

    def __init__(self, path):
        super().__init__(f"sqlite:///{path}")
        self.path, self.free = path, None
        self.order: list[str] = []
        event.listen(self.engine, "checkout", lambda *_: self.order.append("ready"))
        event.listen(self.engine, "checkin", lambda *_: self.order.append("away"))

    @contextmanager
    def _turn(self):
        self.order.append("turn")
        try:
            with super()._turn():
                yield
        finally:
            self.order.append("over")
            self.free = self._could_write()

    def _could_write(self):
        with closing(sqlite3.connect(self.path, timeout=0, isolation_level=None)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            return True


@pytest.fixture
def records(tmp_path):
    there = Watched(tmp_path / "turns.db")
    with there.writing() as session:
        session.execute(text("CREATE TABLE turns (words TEXT)"))
    yield there
    there.engine.dispose()


def _write(records, *, fails=False):
    with records.writing() as session:
        session.execute(text("INSERT INTO turns VALUES ('x')"))
        if fails:
            raise ValueError("sample")


def _rows(records):
    with records.reading() as session:
        return session.execute(text("SELECT count(*) FROM turns")).scalar_one()


def test_after_a_commit_the_next_can_write(records):
    _write(records)
    assert records.free and _rows(records) == 1


def test_after_a_failure_the_next_can_write_and_nothing_is_left(records):
    with pytest.raises(ValueError, match="sample"):
        _write(records, fails=True)
    assert records.free and _rows(records) == 0


def test_a_connection_is_taken_before_the_turn_and_given_back_after_it(records):
    records.order.clear()
    _write(records)
    assert records.order == ["ready", "turn", "over", "away"]
