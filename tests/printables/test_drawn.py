"""A file that many want at once is made once."""

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from campaign import drawn


def _crowd(folder, *, in_turn):
    """How often a file is made for eight who ask at once."""
    made, all_here = [], Barrier(8)

    def make():
        made.append(1)
        Event().wait(0.1)
        return b"made"

    def ask(_):
        all_here.wait()
        return drawn.kept(folder / "drawn", "x-en.png", b"sketch", make, in_turn=in_turn)

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(ask, range(8))) == {b"made"}
    return len(made)


def test_a_crowd_has_a_file_made_once_and_without_turns_more_often(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert _crowd(tmp_path / "a", in_turn=True) == 1
    assert _crowd(tmp_path / "b", in_turn=False) > 1


@pytest.mark.parametrize("fails", ["fsync", "replace"])
def test_on_a_full_disk_it_is_handed_out_all_the_same_and_nothing_half_made_is_left(tmp_path, monkeypatch, fails):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, fails, full)
    for _ in range(2):
        assert drawn.kept(tmp_path / "drawn", "x-en.png", b"sketch", lambda: b"made") == b"made"
    assert list((tmp_path / "drawn").iterdir()) == []


def test_an_older_file_that_cannot_be_removed_is_left_and_the_newer_one_handed_out(tmp_path):
    folder = tmp_path / "drawn"
    old = folder / f"x-en-{'0' * 16}.png"
    old.mkdir(parents=True)  # a folder of that name: nobody can unlink it
    assert drawn.kept(folder, "x-en.png", b"sketch", lambda: b"made") == b"made"
    assert old.is_dir() and len(list(folder.iterdir())) == 2
