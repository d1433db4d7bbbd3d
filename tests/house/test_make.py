"""`make` on machines that lack something: one sentence, and a way out; and lock files that name no place."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = (
    "sh",
    "make",
    "env",
    "dirname",
    "cat",
    "cksum",
    "grep",
    "mkdir",
    "rm",
    "tail",
    "tee",
    "awk",
    "getconf",
    "id",
)

OLD = """#!/bin/sh
case "$1" in -V) echo "Python 3.8.10" ;; *) exit 1 ;; esac
"""
BARE = """#!/bin/sh
case "$2" in *ensurepip*) echo "No module named ensurepip" >&2; exit 1 ;; *print*) echo 3.12 ;; esac
"""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A copy of the checkout's outer files, and a PATH that leads to the plainest tools and to no Python."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / ".ci", tmp_path / ".ci")
    (tmp_path / "tools").mkdir()
    for tool in TOOLS:
        if place := shutil.which(tool):
            (tmp_path / "tools" / tool).symlink_to(place)
    return tmp_path


def make(machine: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": str(machine / "tools"), "HOME": str(machine), "LC_ALL": "C"}
    return subprocess.run(
        ["make", *words], cwd=machine, env=env, capture_output=True, text=True, timeout=60, check=False
    )


def put_python(machine: Path, script: str) -> None:
    python = machine / "tools" / "python3"
    python.write_text(script)
    python.chmod(0o755)


def the_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """The only thing that was said, besides make's own word that it failed."""
    assert done.returncode != 0
    said = [line for line in (done.stdout + done.stderr).splitlines() if not line.startswith("make: ***")]
    assert len(said) == 1, done
    return said[0]


def test_make_alone_lists_what_can_be_done(machine: Path) -> None:
    listed = make(machine).stdout
    assert all(f"make {target} " in listed for target in ("run", "test", "check", "bench", "lock", "words", "clean"))


def test_no_python_is_one_sentence(machine: Path) -> None:
    assert re.search(r"Python 3\.11 or newer.*there is none.*install", the_sentence(make(machine, "run")))


def test_a_python_that_is_too_old_is_one_sentence(machine: Path) -> None:
    put_python(machine, OLD)
    assert re.search(r"3\.11 or newer.*Python 3\.8\.10.*install", the_sentence(make(machine, "run")))


def test_a_python_without_its_venv_module_is_one_sentence(machine: Path) -> None:
    put_python(machine, BARE)
    assert re.search(r"3\.12.*venv module.*apt-get install python3-venv", the_sentence(make(machine, "run")))


def test_a_folder_that_cannot_be_written_is_one_sentence(machine: Path) -> None:
    put_python(machine, "#!/bin/sh\n")
    (machine / ".venv").symlink_to("/proc/nowhere")  # even root cannot make a folder there
    assert "cannot be written to" in the_sentence(make(machine, "run"))


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_pins_every_package_by_hash_and_names_no_place(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE)
    entries = re.findall(r"^\S+==\S+.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    assert entries
    assert all("--hash=sha256:" in entry for entry in entries)


def test_the_lock_files_hold_all_that_pyproject_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    site, both = project["project"]["dependencies"] + groups["build"], groups["dev"]
    assert names(site) <= pinned("requirements.lock")
    assert names(site + both) <= pinned("requirements-dev.lock")


def test_the_tests_run_on_what_the_site_runs_on() -> None:
    assert versions("requirements.lock").items() <= versions("requirements-dev.lock").items()


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=~! ]", one)[0].lower() for one in requirements}


def versions(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)(?:\[\S+\])?==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))


def pinned(lock: str) -> set[str]:
    return set(versions(lock))
