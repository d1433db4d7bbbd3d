"""Many at once: a site of several server processes, and clients of their own that all send at the same moment."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlencode, urlsplit

from campaign import seals
from tests.conftest import Site
from tests.processes import ROOT, free_port, serving

SITE = "campaign.serve:site"
CLIENTS = 4

# A client of its own: it waits until told, sends all it has at once, and says how each was answered.
CLIENT = """
import sys, threading
from http.client import HTTPConnection
host, *jobs = sys.stdin.readline().split()
ready, answers = threading.Barrier(len(jobs) + 1), []
def send(job):
    path, body = job.split("|", 1)
    connection = HTTPConnection(host, timeout=120)
    connection.connect()
    ready.wait()
    connection.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    answer.read()
    answers.append(str(answer.status))
threads = [threading.Thread(target=send, args=(job,)) for job in jobs]
[thread.start() for thread in threads]
print("ready", flush=True)
sys.stdin.readline()
ready.wait()
[thread.join() for thread in threads]
print(*answers, flush=True)
"""


@contextmanager
def servers(make_site: Callable[..., Site], target: str = SITE) -> Iterator[tuple[Site, str]]:
    """A site of two server processes, and its address."""
    site = make_site(port=free_port(), processes=2)
    with serving(replace(site.config, base_url=f"http://localhost:{site.config.port}"), target) as address:
        yield site, urlsplit(address).netloc


def rendered_now(site: Site) -> str:
    """The mark of a form that was read long enough ago to be sent."""
    with site.inside():
        rendered = seals.render_time()
    time.sleep(seals.YOUNGEST + 0.1)
    return rendered


def ask(rendered: str, number: int, party: int = 1, slug: str = "evening") -> str:
    """What a client sends to ask for a seat."""
    mailbox = f"guest{number}@example.org"
    fields = {"name": "Sample Person", "email": mailbox, "party": party, "rendered": rendered}
    return f"/events/{slug}|{urlencode(fields)}"


def at_once(host: str, jobs: Sequence[str]) -> Counter[str]:
    """Send all these at once, from four processes that wait for each other; the answers."""
    parts = [jobs[n::CLIENTS] for n in range(CLIENTS) if jobs[n::CLIENTS]]
    command = [sys.executable, "-c", CLIENT]
    clients = [subprocess.Popen(command, stdin=-1, stdout=-1, text=True, cwd=ROOT) for _ in parts]
    for client, part in zip(clients, parts, strict=True):
        print(host, *part, file=client.stdin, flush=True)
    for client in clients:
        assert client.stdout is not None and client.stdout.readline() == "ready\n"
    for client in clients:
        print("go", file=client.stdin, flush=True)
    said = [client.communicate(timeout=180)[0].split() for client in clients]
    return Counter(status for one in said for status in one)
