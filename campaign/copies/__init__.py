"""A copy of all records in a folder: of one moment, taken while the site runs, and put back into an empty place.

On SQLite it is the file itself (file.py), on PostgreSQL every table (tables.py). Here stands which of them is asked,
and what is the same for both.
"""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import make_url

from .shape import ASIDE, Copied, Damaged

__all__ = ["Copied", "Damaged"]


class Kind(Protocol):
    """What each kind of database can do with a copy; the functions below say what is meant."""

    KIND: str

    def take(self, url: str, folder: Path) -> Copied:
        """See below."""

    def put(self, copied: Copied, folder: Path, url: str) -> None:
        """Without looking at what was put."""

    def look(self, url: str) -> tuple[str, dict[str, int]]:
        """See below."""

    def is_empty(self, url: str) -> bool:
        """See below."""

    def scratch(self, url: str, folder: Path) -> AbstractContextManager[str]:
        """See below."""

    def in_use(self, url: str) -> bool:
        """See below."""

    def leap(self, url: str) -> None:
        """See below."""

    def settle(self, url: str) -> None:
        """See below."""

    def move_in(self, scratch_url: str, url: str, aside: str) -> str:
        """See below."""

    def names_aside(self, url: str) -> list[str]:
        """All that may be the name of something that was moved aside."""

    def remove_aside(self, url: str, name: str) -> None:
        """For good."""


def _at(url: str) -> Kind:
    if url.startswith("sqlite"):
        from . import file

        return file
    from . import tables

    return tables


def take(url: str, folder: Path) -> Copied:
    """Copy all records of this moment into a folder. Nobody who writes meanwhile has to wait."""
    folder.mkdir(parents=True, exist_ok=True)
    return _at(url).take(url, folder)


def put(copied: Copied, folder: Path, url: str) -> None:
    """Put a copy into an empty database (or schema) in the shape that it had. Raises Damaged."""
    if copied.kind != kind_of(url):
        raise Damaged(f"This is a copy of {copied.kind}; DATABASE_URL names {kind_of(url)}.")
    _at(url).put(copied, folder, url)
    if (found := look(url)) != (copied.version, dict(copied.rows)):
        raise Damaged(f"What was put back is not what was copied: {_difference(found, copied)}.")


def look(url: str) -> tuple[str, dict[str, int]]:
    """The shape of the records and how many rows each table has; on SQLite also whether the file is whole."""
    return _at(url).look(url)


def kind_of(url: str) -> str:
    """`SQLite` or `PostgreSQL`."""
    return _at(url).KIND


def is_empty(url: str) -> bool:
    """Whether nothing lies there yet."""
    return _at(url).is_empty(url)


@contextmanager
def scratch(url: str, folder: Path) -> Iterator[str]:
    """An empty place beside the records, gone afterwards: a file in this folder, or a schema of its own."""
    with _at(url).scratch(url, folder) as place:
        yield place


def in_use(url: str) -> bool:
    """Whether another process has these records open now."""
    return _at(url).in_use(url)


def leap(url: str) -> None:
    """Let the next ids begin far above the last: those given away since the copy stand in mailed links by now."""
    _at(url).leap(url)


def settle(url: str) -> None:
    """Bring a file into one piece, so that it can be moved."""
    _at(url).settle(url)


def move_in(scratch_url: str, url: str, aside: str) -> str:
    """Put what lies in the scratch place where the site looks for it; what lay there is kept under the name `aside`.

    Says where it is kept, or nothing when there was nothing. All of it happens, or nothing.
    """
    return _at(url).move_in(scratch_url, url, aside)


def name_aside(now: datetime) -> str:
    """The name under which the records that a restore finds are kept."""
    return now.strftime(ASIDE)


def forget_aside(url: str, until: datetime, *, dry_run: bool) -> int:
    """Remove records that were moved aside before this moment: they are people's data like a backup. How many."""
    old = [name for name in aside(url) if _moment_of(name) < until]
    if not dry_run:
        for name in old:
            _at(url).remove_aside(url, name)
    return len(old)


def aside(url: str) -> list[str]:
    """The names of what restores have moved aside."""
    return [name for name in _at(url).names_aside(url) if re.fullmatch(r"before_restore_\d{8}_\d{6}", name)]


def _moment_of(name: str) -> datetime:
    return datetime.strptime(name, ASIDE).replace(tzinfo=UTC)


def within(url: str, name: str) -> str:
    """The address of a schema in this database."""
    return make_url(url).update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(hide_password=False)


def _difference(found: tuple[str, dict[str, int]], copied: Copied) -> str:
    if found[0] != copied.version:
        return f"version {found[0]} instead of {copied.version}"
    wrong = sorted(name for name in {*found[1], *copied.rows} if found[1].get(name) != copied.rows.get(name))
    return f"other numbers of rows in {', '.join(wrong)}"
