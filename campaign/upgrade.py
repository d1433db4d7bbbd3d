"""`campaign upgrade`: after a newer program was installed, bring the records up to it, with a way back at each step.

    stop ──> back up ──> migrate ──> check ──> start
               │            └────────┴─failed──> the backup is put back, and the site stays stopped
               └─failed──> nothing was changed

The site is stopped first: whatever somebody signs after the backup would be lost when it has to be put back. The
proxy shows the page with the hotline meanwhile (deploy/nginx.conf).
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from . import archive, backup, checking, copies, restore, schema
from .app import create_app
from .config import Config
from .errors import Misconfigured, Stopped
from .run import as_owner_of

UNITS = ("campaign-web", "campaign-worker")
Say = Callable[[str], None]


class Service:
    """What starts and stops the site: systemd where our units are, else a person."""

    def present(self) -> bool:
        """Whether systemd knows the units, and takes orders from us."""
        if os.geteuid() != 0 or not shutil.which("systemctl") or not Path("/run/systemd/system").is_dir():
            return False
        return subprocess.run(["systemctl", "cat", *UNITS], capture_output=True, check=False).returncode == 0

    def do(self, act: str) -> None:
        """`stop` or `start` them. Raises Stopped."""
        done = subprocess.run(["systemctl", act, *UNITS], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Stopped(f"systemctl {act} {' '.join(UNITS)} failed: {done.stderr.strip()[:200]}")


def upgrade(config: Config, say: Say, service: Service | None = None) -> None:
    """Do all of it. Raises Stopped with what happened and what to do now."""
    service = service or Service()
    with as_owner_of(config.data_dir):
        _refuse_hopeless(config)
    ours = service.present()
    if ours:
        say("Stopping the site …")
        service.do("stop")
    try:
        with as_owner_of(config.data_dir):
            file = _backed_up(config, say)
    except Stopped:
        if ours:
            service.do("start")  # nothing was changed, so what ran before runs again
        raise
    with as_owner_of(config.data_dir):
        _forwards(config, file, say)
    if ours:
        say("Starting the site …")
        service.do("start")
        say("It runs.")
    else:
        say("Start the site now, as you did before (campaign run, or web and worker).")


def _refuse_hopeless(config: Config) -> None:
    config.checked()
    if not archive.opens(config.backup_key):
        raise Stopped(
            "An upgrade needs a backup that this machine can open: BACKUP_KEY must be the key that begins with "
            f"{archive.WHOLE}. Set it for this one command, or run `campaign backup --make-key`."
        )
    with archive.in_words():
        version, _ = copies.look(config.database_url)
    if version not in schema.versions():
        raise Stopped(f"The records are of a newer version ({version}) than this program. Install the newer one.")


def _backed_up(config: Config, say: Say) -> Path:
    with archive.in_words():
        if copies.in_use(config.database_url):
            raise Stopped("The site is running, or another program has the records open. Stop it first.")
    say("Making a backup …")
    return backup.make(config).path


def _forwards(config: Config, file: Path, say: Say) -> None:
    try:
        say("Bringing the records up to date …")
        with archive.in_words():
            schema.upgrade(config.database_url)
        say("Checking …")
        _check(config)
        _tell_trail(config)
    except Exception as error:  # noqa: BLE001 (whatever it is, the records go back)
        why = _words(error)
        say(f"That failed: {why}")
        _backwards(config, file, why)


def _check(config: Config) -> None:
    """Whether the new program and the records fit: content, templates, and pages that read them."""
    if found := checking.mistakes(config):
        raise Stopped(f"{found[0]} ({len(found)} mistakes; `campaign check` names them)")
    site = create_app(config)
    headers = {"Host": config.host_name, "X-Forwarded-Proto": "https"}
    for path in ("/help", "/", "/pledges"):
        status = site.test_client().get(path, headers=headers).status_code
        if status != 200:
            raise Stopped(f"{path} answers {status}")
    site.extensions["database"].engine.dispose()


def _tell_trail(config: Config) -> None:
    """Of the backup that was made: only now, for before the trail may have had another shape, or there was none."""
    site = create_app(config)
    with site.app_context():
        backup.tell_trail()
    site.extensions["database"].engine.dispose()


def _backwards(config: Config, file: Path, why: str) -> None:
    try:
        aside = restore.put_back(config, file)
    except Exception as error:
        raise Stopped(
            f"The upgrade failed ({why}), and putting the backup back failed, too ({_words(error)}). The site is "
            f"stopped. Install the version you had, and run: campaign restore {file} --replace"
        ) from error
    raise Stopped(
        f"The upgrade failed: {why}. The records are again as they were before it (what it had made of them lies in "
        f"{aside}). The site is stopped: install the version you had and start it, or mend this and upgrade again."
    )


def _words(error: Exception) -> str:
    if isinstance(error, Stopped | Misconfigured):
        return str(error).rstrip(".")
    return type(error).__name__  # its own words may hold values
