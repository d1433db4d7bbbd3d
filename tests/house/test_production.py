"""A real site starts only when it is safe to: what is missing is said, all of it at once."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from campaign import clock, db
from campaign.app import create_app
from campaign.config import Config
from campaign.errors import Misconfigured
from campaign.pledges import seed
from tests.conftest import ROOT, SECRET


@pytest.fixture
def right(sqlite_template: Path, tmp_path: Path):
    """The settings of a real site as they should be."""
    database = shutil.copy(sqlite_template, tmp_path / "site.db")
    content = tmp_path / "content"
    shutil.copytree(ROOT / "content", content)
    settings = content / "campaign.toml"
    text = settings.read_text().replace('postal_address = ""', 'postal_address = "1 Sample Street, Los Angeles"')
    settings.write_text(text)
    config = Config("production", tmp_path, f"sqlite:///{database}", SECRET, "https://campaign.example")
    return replace(config, trusted_proxies=1, content_dir=content)


def _problems(config):
    with pytest.raises(Misconfigured) as refused:
        create_app(config)
    return refused.value.problems


def test_a_right_start_is_accepted_and_serves(right):
    app = create_app(right)
    headers = {"Host": "campaign.example", "X-Forwarded-Proto": "https"}
    answer = app.test_client().get("/", headers=headers)
    assert answer.status_code == 200 and "Demonstration" not in answer.text
    assert app.test_client().get("/style", headers=headers).status_code == 404
    assert app.test_client().get("/", headers={"Host": "localhost"}).status_code == 400


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"base_url": "http://campaign.example"}, "https://"),
        ({"trusted_proxies": 0}, "TRUSTED_PROXIES"),
        ({"secret_key": ""}, "SECRET_KEY"),
        ({"secret_key": "x" * 31}, "SECRET_KEY"),
        ({"secret_key": "changeme"}, "SECRET_KEY"),
        ({"content_dir": None}, "postal_address"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_a_real_site_must_not_have_is_refused_in_a_sentence(right, changes, said):
    problems = _problems(replace(right, **changes))
    assert len(problems) == 1 and said in problems[0] and problems[0].endswith(".")


def test_a_secret_that_is_long_but_says_nothing_is_refused(right):
    for weak in ("a" * 40, "changeme" * 5, "password" * 4):
        assert "SECRET_KEY" in _problems(replace(right, secret_key=weak))[0], weak


def test_all_that_is_wrong_is_said_at_once(right):
    problems = _problems(replace(right, base_url="http://x.example", trusted_proxies=0, secret_key="short"))
    assert len(problems) == 3


def test_sample_people_are_refused(right):
    app = create_app(replace(right, mode="demo"))
    with app.app_context(), db.writing():
        seed.pledges(clock.now())
        assert seed.samples(clock.now())
    assert any("sample people" in problem for problem in _problems(right))


def test_a_mode_that_nobody_knows_is_refused(tmp_path):
    with pytest.raises(Misconfigured, match="MODE"):
        Config.read({"MODE": "staging", "DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize("name", ["PORT", "WEB_PROCESSES", "TRUSTED_PROXIES"])
def test_a_number_that_is_none_is_refused(tmp_path, name):
    with pytest.raises(Misconfigured, match=name):
        Config.read({name: "many", "DATA_DIR": str(tmp_path)})


def test_production_is_what_runs_when_nothing_is_said(tmp_path):
    config = Config.read({"DATA_DIR": str(tmp_path)})
    assert config.mode == "production" and len(config.problems()) == 3


def test_no_switch_that_turns_a_guard_off_is_read_from_the_environment(right, monkeypatch):
    for name in ("LOCK_FILE", "NATURAL_KEYS", "HOT_COUNTER", "PAGE_CACHE", "AUDIT_CHAIN", "FLASK_DEBUG", "TESTING"):
        monkeypatch.setenv(name, "1" if name in ("HOT_COUNTER", "FLASK_DEBUG", "TESTING") else "0")
    app = create_app(right)
    switches = app.extensions["switches"]
    assert (
        switches.lock_file
        and switches.natural_keys
        and switches.page_cache
        and switches.audit_chain
        and not switches.hot_counter
    )
    assert not app.testing
