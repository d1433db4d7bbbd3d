"""Two who come first at once: what is built at first use is built before anybody comes."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier

from markdown_it import MarkdownIt
from mdurl._decode import decode_cache
from mdurl._encode import encode_cache

from campaign import logs, serve
from campaign.config import Config
from campaign.text import ready
from tests.house.everything import on_sqlite

AT_ONCE, OFTEN = 4, 150
WRITTEN = "**All** of it: [help](/en/help?a=1) and <https://example.org/b#c>, `so`\n\n- *one*\n- two\n"
# What Markdown keeps for later, as a fresh process has it when the modules that use it have been read.
LOOK = """
from campaign.newsletters.marking import _reader
from campaign.text import _renderer
from mdurl._decode import decode_cache
from mdurl._encode import encode_cache
for one in (_renderer, _reader):
    for ruler in (one.core.ruler, one.block.ruler, one.inline.ruler, one.inline.ruler2):
        assert ruler.__cache__, "the rules"
assert encode_cache and decode_cache, "the letters of addresses"
"""


def test_pages_and_newsletters_are_ready_before_anybody_reads_them():
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_first_at_once_all_get_the_whole_page():
    assert not any(_go_wrong(lambda: ready(_made())) for _ in range(OFTEN))


def test_without_it_some_would_not():
    assert any(_go_wrong(_made) for _ in range(OFTEN * 20)), "Markdown has learnt to wait: `ready` can go"


def _made() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def _go_wrong(make: Callable[[], MarkdownIt]) -> bool:
    """Whether one of several who read at once, the first of all, gets something else."""
    encode_cache.clear()
    decode_cache.clear()
    renderer, together = make(), Barrier(AT_ONCE)

    def read(_number: int) -> str:
        together.wait(20)
        try:
            return str(renderer.render(WRITTEN))
        except Exception as error:  # noqa: BLE001 (any of them would be the visitor's)
            return type(error).__name__

    with _taking_turns_often(), ThreadPoolExecutor(AT_ONCE) as pool:
        got = set(pool.map(read, range(AT_ONCE)))
    return got != {str(renderer.render(WRITTEN))}


@on_sqlite
def test_the_first_form_does_not_wait_until_the_calls_for_help_are_read(site):
    content = site.app.extensions["content"]
    vars(content).pop("pleas", None)  # as a new process has it; here another test may have read them
    serve.read_ahead(site.app).join(60)
    assert len(vars(content)["pleas"]) == 8


@on_sqlite
def test_every_process_of_the_server_begins_with_that(site, monkeypatch):
    begun: list[object] = []
    monkeypatch.setattr(serve, "read_ahead", begun.append)
    monkeypatch.setattr(serve, "go_with_parent", lambda: None)  # this process stays when its parent goes
    monkeypatch.setattr(logs, "begin", lambda **_: None)
    monkeypatch.setattr(Config, "read", lambda: site.config)
    assert begun == [serve.site()]


@contextmanager
def _taking_turns_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
