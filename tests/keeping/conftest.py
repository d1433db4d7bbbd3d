"""A site that makes backups, and the way back into an empty place."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, event

from campaign import archive, backup, copies, restore, schema
from campaign.config import Config, normal_url
from campaign.copies import tables
from campaign.copies.shape import connected
from campaign.supporters import ledger
from tests import servers
from tests.conftest import MakeSite, Site

KEY = archive.new_key()
# By the version that they lead to: what the migrations say to an empty PostgreSQL.
SAID: dict[str, str] = {}


@pytest.fixture(autouse=True)
def migrations_thought_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each copy that is put back walks all migrations; what they say to an empty PostgreSQL is said again at once.

    tests/house/test_migrations.py walks them one by one.
    """
    walk = schema.upgrade

    def upgrade(url: str, to: str = "head") -> None:
        if url.startswith("sqlite") or not copies.is_empty(url):
            walk(url, to)
        elif to not in SAID:
            with _heard() as said:
                walk(url, to)
            SAID[to] = ";\n".join(said)
        else:
            with connected(url) as connection:
                tables.native(connection).execute(SAID[to].encode())

    monkeypatch.setattr(schema, "upgrade", upgrade)


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What is said to PostgreSQL meanwhile, with its values in it; questions are left out."""
    said: list[str] = []

    def hear(connection: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if not statement.lstrip().upper().startswith(("SELECT", "SHOW", "SET ")):
            said.append(psycopg.ClientCursor(cursor.connection).mogrify(statement, values))

    event.listen(Engine, "before_cursor_execute", hear)
    yield said
    event.remove(Engine, "before_cursor_execute", hear)


@pytest.fixture
def kept(noon: Any, make_site: MakeSite, tmp_path: Path) -> Site:
    """A site at noon with a folder for backups."""
    return make_site(backup_dir=tmp_path / "backups", backup_key=KEY)


@dataclass
class Elsewhere:
    """Another machine: settings that name an empty place, and the site that is restored there."""

    config: Config
    make_site: MakeSite

    def bring(self, file: Path, *, over: bool = False, key: str = KEY, replay: bool = True) -> restore.Restored:
        """Restore a file there, as the command does."""
        with backup.workplace(self.config) as place:
            manifest, book = restore.opened(file, place / "opened", key), file.parent / ledger.FILE
            return restore.restore(self.config, place / "opened", manifest, book, over=over, replay=replay)

    def site(self) -> Site:
        """The site that runs there now."""
        changed = {
            name: getattr(self.config, name) for name in ("data_dir", "database_url", "backup_dir", "backup_key")
        }
        return self.make_site(seeded=False, **changed)


@pytest.fixture
def elsewhere(kept: Site, make_site: MakeSite, tmp_path: Path, request: pytest.FixtureRequest) -> Elsewhere:
    """An empty second machine with a database of the same kind."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    if kept.config.sqlite:
        url = f"sqlite:///{folder / 'site.db'}"
    else:
        url = normal_url(servers.new_database(request.getfixturevalue("postgres")))
    return Elsewhere(replace(kept.config, data_dir=folder, database_url=url), make_site)


@pytest.fixture
def back_up(kept: Site) -> Callable[[], Path]:
    """Makes a backup of the site."""
    return lambda: backup.make(kept.config).path
