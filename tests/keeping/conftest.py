"""A site that makes backups, and the way back into an empty place."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from campaign import archive, backup, restore
from campaign.config import Config, normal_url
from campaign.supporters import ledger
from tests import servers
from tests.conftest import MakeSite, Site

KEY = archive.new_key()


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
