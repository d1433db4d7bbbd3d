"""P12: a newsletter to 200,000 people needs hardly more memory than one to 1,000, and its readers are soon listed."""

import json
import subprocess
import sys
from tempfile import TemporaryDirectory

from .gates import Figure, Finding, gate
from .stand import Stand

FEW, MANY = 1_000, 200_000
# Two processes of their own: one makes so many readers; one lists them, and sends to a mail server that is not there.
FILL = """
import sys
from campaign import schema
from campaign.app import create_app
from tests.bench.p11_newsletters import Bare
from tests.bench.site import Order
from tests.newsletters.readers import ready, readers

url, folder, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
schema.upgrade(url)
app = create_app(Order("campaign", url, folder, 8000).config)
ready(Bare(app), 1)
for begin in range(1, number, 10_000):
    readers(Bare(app), min(10_000, number - begin), begin=begin)
"""
SEND = """
import json, sys
from pathlib import Path
from time import perf_counter
from campaign import clock, db, post
from campaign.app import create_app
from campaign.config import Config
from campaign.newsletters import recipients, sending, starting, who

url, folder, secret = sys.argv[1], sys.argv[2], sys.argv[4]

class Nowhere(post.Folder):
    def _write(self, name, content):
        pass

post.carrier = lambda config: Nowhere(Path(folder))
build, told = recipients.build, {"build": 0.0, "sent": 0}

def timed(newsletter_id, audience):
    began = perf_counter()
    number = build(newsletter_id, audience)
    told["build"] = perf_counter() - began
    return number

recipients.build = timed
app = create_app(Config("demo", Path(folder), url, secret, "http://localhost"))
app.extensions["jobs"].tasks  # the queue and its library, as in each worker
with app.app_context():
    with db.writing():
        starting.let_go(1, starting.Wish(100_000_000), None, clock.now())
    while sent := sending.send():
        told["sent"] += sent
    hwm = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    told["peak"] = int(hwm.split()[1]) / 1024
    with db.reading() as session:  # now, for no worker would do that
        began = perf_counter()
        told["listed"] = sum(1 for _ in session.execute(who.chosen(None).execution_options(yield_per=1000)))
        told["select"] = perf_counter() - began
print(json.dumps(told))
"""


@gate("P12", "A newsletter to 200,000 people needs hardly more memory than one to 1,000.", ("sqlite",))
def measure(stand: Stand, finding: Finding) -> None:
    """The peak of a process that sends to few, and of one that sends to many; and how long the list takes."""
    few, many = _sent(stand, FEW), _sent(stand, MANY)
    finding.figures += [
        Figure("MB more at 200,000 than at 1,000", many["peak"] - few["peak"], 15, 8, "MB", upwards=False),
        Figure("peak of the whole worker", many["peak"], 120, unit="MB", upwards=False),
        Figure("listing 200,000 readers ÷ the plain SELECT", many["build"] / many["select"], 1.5, upwards=False),
    ]
    finding.remarks.append(
        f"{MANY:,} readers were found in {many['select']:.2f} s and listed in {many['build']:.2f} s."
    )


def _sent(stand: Stand, number: int) -> dict[str, float]:
    with TemporaryDirectory(dir=stand.folder, ignore_cleanup_errors=True) as folder:
        known = [stand._new_database(folder), folder, str(number), "a secret for measuring, long enough to be one"]
        subprocess.run([sys.executable, "-c", FILL, *known], check=True, capture_output=True)
        said = subprocess.run([sys.executable, "-c", SEND, *known], check=True, capture_output=True, text=True).stdout
    told: dict[str, float] = json.loads(said.splitlines()[-1])
    assert told["sent"] == told["listed"] == number, told
    return told
