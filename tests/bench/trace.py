"""How often the disk is waited for, seen by strace."""

import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from time import sleep

from . import crowd, records
from .gates import Finding
from .server import free_port, serving
from .site import Order
from .stand import RIPE, Stand

SEEN = 60  # pledges; few enough that SQLite does not tidy its log meanwhile (a checkpoint syncs twice)
CALLS = ("fsync", "fdatasync", "sync_file_range", "msync")


def strace_is_here(finding: Finding) -> bool:
    """Whether strace is installed; notes in the finding when it is not."""
    if shutil.which("strace"):
        return True
    finding.remarks.append("strace is missing, so the fsyncs were not counted (sudo apt-get install strace).")
    return False


def syncs_per_pledge(stand: Stand) -> float:
    """Calls of the server's processes that wait for the disk, for one pledge, over 60 of them one by one."""
    with TemporaryDirectory(dir=stand.folder, ignore_cleanup_errors=True) as folder:
        url, seen = f"sqlite:///{folder}/site.db", Path(folder) / "calls"
        records.prepare(url).dispose()
        strace = ["strace", "-f", "-e", f"trace={','.join(CALLS)}", "-o", str(seen)]
        with serving(Order("campaign", url, folder, free_port()), strace) as server:
            token = server.token("/pledges/p1")
            sleep(RIPE)
            crowd.crowd(server, token, "first", 16, at_once=4)  # opens every process's files
            before = _calls(seen)
            crowd.crowd(server, token, "then", SEEN, at_once=1)
            return (_calls(seen) - before) / SEEN


def _calls(seen: Path) -> int:
    begun = re.compile(rf"^\d+ +({'|'.join(CALLS)})\(", re.MULTILINE)
    return len(begun.findall(seen.read_text(errors="replace")))
