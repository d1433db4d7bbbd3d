"""What tests stand on: a site of their own on either database, people in front of it, a clock that stands still."""

import filecmp
import gc
import os
import shutil
from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import huey  # noqa: F401 (before there is a site: with the driver of every queue, for here are sites of all kinds)
import pytest
import time_machine
from flask import Flask
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from werkzeug.routing import Rule

from campaign import clock, db, jobs, schema
from campaign.app import Switches, create_app
from campaign.config import Config, normal_url
from campaign.content import Content
from campaign.pledges import seed
from campaign.settings import read_campaign
from campaign.staff import service
from tests import routes, servers
from tests.databases import Databases
from tests.visitor import Visitor

ROOT = Path(__file__).parents[1]
SECRET = "a secret for tests, long enough to be one"
NOON = datetime(2027, 1, 11, 12, 0, tzinfo=UTC)
# What the hours bring and no letter waits for. They ask more of the records than all the rest of the work together.
HOUSEKEEPING = {"backup", "check-audit-trail", "forget", "make-prints", "repair-counts", "say-alive", "scrub"}
HOUSEKEEPING |= {"write-ledger"}


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The last lines say which tests could not run here, and how to make them."""
    for line in servers.closing_lines():
        terminalreporter.write_line(line)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a drill, keep only the gates that were named; elsewhere leave out those that have no quick form.

    Of files marked `plain_sql`, what runs on PostgreSQL is left to the drill, too: tests/house/test_on_postgresql.py
    asks there once for every page and every act.
    """
    wanted, drill = os.environ.get("GATES", "").split(), os.environ.get("DRILL") == "1"
    gates = {item: mark for item in items if (mark := item.get_closest_marker("gate"))}
    if drill and wanted:
        out = [item for item in items if item not in gates or (gates[item].args or ("",))[0] not in wanted]
    else:
        out = [] if drill else [item for item, mark in gates.items() if mark.kwargs.get("quick") == 0]
        marked = [] if drill else [item for item in items if item.get_closest_marker("plain_sql")]
        out += [item for item in marked if item.get_closest_marker("postgres")]
    config.hook.pytest_deselected(items=out)
    items[:] = [item for item in items if item not in set(out)]


def pytest_collection_finish() -> None:
    """Do not look through what was imported for waste, again and again: it stays, and looking cost a fifth of all."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def size(request: pytest.FixtureRequest) -> int:
    """How often a gate is tried: its quick form in `make test`, its full one in `make drill`, or N."""
    mark = request.node.get_closest_marker("gate")
    full = os.environ.get("DRILL") == "1"
    return int(os.environ.get("N") or mark.kwargs["full"]) if full else int(mark.kwargs["quick"])


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """Noon of 11 January 2027; time stands still unless a test moves it."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database in today's shape, to be copied."""
    path = tmp_path_factory.mktemp("template") / "site.db"
    schema.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def seeded_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the campaign's own pledges, as they are brought in at noon: half of what a site takes to make."""
    folder = tmp_path_factory.mktemp("seeded")
    shutil.copy(sqlite_template, folder / "site.db")
    app = create_app(Config("demo", folder, f"sqlite:///{folder / 'site.db'}", SECRET, "http://localhost"))
    with time_machine.travel(NOON, tick=False), app.app_context(), db.writing():
        seed.pledges(clock.now())
    _close(app)
    return folder / "site.db"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """A PostgreSQL server of our own; skips (in CI: fails) where there is none."""
    servers.need("postgresql")
    with servers.postgres_cluster() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_databases(postgres: str) -> Databases:
    """Empty PostgreSQL databases in today's shape."""
    schema.upgrade(normal_url(servers.new_database(postgres, "template_site")))
    return Databases(postgres, "template_site")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database of the test's own, on SQLite and then on PostgreSQL."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "site.db")
        yield f"sqlite:///{tmp_path / 'site.db'}"
        return
    databases = request.getfixturevalue("postgres_databases")
    address = databases.take()
    yield normal_url(address)
    databases.give_back(address)


@dataclass
class Site:
    """A running site, seen from where its people stand."""

    app: Flask
    config: Config
    seen: set[Path] = field(default_factory=set)

    def visitor(self) -> Visitor:
        """Somebody new, without a past."""
        return Visitor(self.app.test_client(), self.forget)

    def forget(self) -> None:
        """Forget what the process keeps: pages, and whose codes are."""
        self.app.extensions["origins"].forget()
        if (cache := self.app.extensions.get("page_cache")) is not None:
            cache.pages.clear()

    def work(self, *names: str) -> None:
        """Let the worker do everything there is to do now, or only the sweeps that are named.

        Prints are made only when they are named: each takes seconds, and strangers' words order many.
        """
        with self.app.app_context():
            if names:
                for name in names:
                    jobs.SWEEPS[name].run()
            else:
                jobs.run_all(but=("make-prints",))

    def letters(self) -> list[EmailMessage]:
        """The letters that have come since this was last asked, oldest first; the house is not kept on the way."""
        self.work(*sorted(sorted(jobs.SWEEPS.keys() - HOUSEKEEPING), key="deliver-letters".__eq__))
        files = sorted(set((self.config.data_dir / "outbox").glob("*.eml")) - self.seen)
        self.seen |= set(files)
        return [BytesParser(policy=policy.default).parsebytes(file.read_bytes()) for file in files]

    def letter(self) -> EmailMessage:
        """The one letter that has come."""
        letters = self.letters()
        assert len(letters) == 1, [str(one["subject"]) for one in letters]
        return letters[0]

    def rows(self, statement: Any) -> list[Any]:
        """What a question to the records answers."""
        with self.app.app_context(), db.reading() as session:
            return list(session.execute(statement).all())

    def inside(self) -> Any:
        """The context in which the site's own functions can be called."""
        return self.app.app_context()


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Templates as code, made once for all the sites of a run: each site would compile them anew."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture(scope="session", autouse=True)
def plain_routes() -> Iterator[routes.Plain]:
    """Addresses of routes, taken to pieces and laid down once for all the sites of a run."""
    plain = routes.Plain()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "compile", routes.compiled_once())
        patch.setattr(Flask, "url_map_class", staticmethod(plain.map_class))
        patch.setattr(Flask, "add_url_rule", plain.add_url_rule())
        yield plain


@pytest.fixture(scope="session", autouse=True)
def settings_read_once() -> Iterator[None]:
    """The campaign's own settings, read once for all the sites of a run; those of a test's own are read by its site."""
    ours = read_campaign(ROOT / "content" / "campaign.toml")
    with pytest.MonkeyPatch.context() as patch:
        reading = "campaign.content.read_campaign"
        patch.setattr(reading, lambda path: ours if path.parent == ROOT / "content" else read_campaign(path))
        yield


@pytest.fixture(scope="session", autouse=True)
def statements_compiled_once() -> Iterator[MutableMapping[Any, Any]]:
    """Questions to the records as SQL, made once for all the sites of a run: each engine would make them anew.

    SQLAlchemy asks of a dialect only whether it is the same one; all of a kind write the same SQL here.
    """
    with pytest.MonkeyPatch.context() as patch:
        for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
            patch.setattr(dialect, "__eq__", lambda one, other: type(one) is type(other))
            patch.setattr(dialect, "__hash__", lambda one: hash(type(one)))
        yield {}


@pytest.fixture(scope="session")
def content_read_once() -> dict[bool, Content]:
    """The campaign's own words, read once for all the sites of a run; words of a test's own are read by its site."""
    return {}


MakeSite = Callable[..., Site]


@pytest.fixture
def make_site(
    database_url: str,
    tmp_path: Path,
    compiled_templates: BytecodeCache,
    statements_compiled_once: MutableMapping[Any, Any],
    content_read_once: dict[bool, Content],
    plain_routes: routes.Plain,
    sqlite_template: Path,
    seeded_template: Path,
) -> Iterator[MakeSite]:
    """Makes sites on the test's database: with other settings, words or switches if asked for."""
    made: list[Site] = []

    def untouched() -> bool:
        return filecmp.cmp(tmp_path / "site.db", sqlite_template, shallow=False)

    def make(*, switches: Switches | None = None, seeded: bool = True, **changes: Any) -> Site:
        plain = database_url.startswith("sqlite") and not (made or changes or switches) and clock.now() == NOON
        if seeded and plain and untouched():
            shutil.copy(seeded_template, tmp_path / "site.db")
            seeded = False
        config = Config("demo", tmp_path, database_url, SECRET, "http://localhost", processes=1)
        config = replace(config, **changes)
        app = create_app(config, switches)
        plain_routes.settle(app)
        app.testing = True
        app.jinja_env.bytecode_cache = compiled_templates
        for engine in (app.extensions["database"].engine, app.extensions["database"].writer):
            engine._compiled_cache = statements_compiled_once
        words = app.extensions["content"]
        if words.folder == ROOT / "content":
            app.extensions["content"] = content_read_once.setdefault(words.drafts, words)
        site = Site(app, config)
        made.append(site)
        if seeded:
            with app.app_context(), db.writing():
                seed.pledges(clock.now())
        return site

    yield make
    for site in made:
        _close(site.app)


def _close(app: Flask) -> None:
    app.extensions["visits"].close()
    app.extensions["jobs"].close()
    app.extensions["database"].engine.dispose()


@pytest.fixture
def site(noon: time_machine.Traveller, make_site: MakeSite) -> Site:
    """The campaign's own site at noon, with its first pledge open and nobody there yet."""
    return make_site()


@pytest.fixture
def visitor(site: Site) -> Visitor:
    """Somebody who comes for the first time."""
    return site.visitor()


@pytest.fixture
def later(noon: time_machine.Traveller) -> Callable[..., None]:
    """Lets time pass: `later(days=2)`."""

    def pass_time(**much: float) -> None:
        noon.shift(timedelta(**much))

    return pass_time


@pytest.fixture
def staff_of() -> Callable[[Site], Visitor]:
    """Signs somebody of the staff in at a site, by a one-time link."""
    return _signed_in


@pytest.fixture
def staff(site: Site) -> Visitor:
    """Somebody on the staff, signed in by a one-time link."""
    return _signed_in(site)


def _signed_in(site: Site) -> Visitor:
    with site.inside(), db.writing():
        key = service.one_time_link(service.add("staff@example.org", "Staff", clock.now()), clock.now())
    person = site.visitor()
    person.press(person.get(f"/staff/link/{key}"), "Sign in")
    return person
