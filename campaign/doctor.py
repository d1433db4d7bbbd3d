"""`campaign doctor`: looks at everything a site needs, one line each, also when nothing else works any more.

Nothing of the site is imported before the check that needs it; a check that fails says so, and the others go on.
"""

import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection, HTTPException
from typing import Any

from . import clock
from .config import Config, read_env_file
from .errors import Away, Misconfigured, Passing, Permanent, Stopped

ROOM = 500_000_000  # bytes that should be free
SILENT = 300  # seconds after which a worker is missed
SELECTORS = ("default", "mail", "dkim", "s1", "k1", "k2", "k3", "google", "selector1", "selector2")


@dataclass(frozen=True)
class Finding:
    """One line: whether it is well, of what it speaks, and what there is to do or to know."""

    well: bool
    what: str
    words: str

    def __str__(self) -> str:
        return f"{'✓' if self.well else '✗'} {self.what}: {self.words}"


def findings(environ: Mapping[str, str] | None = None, *, names: bool = True) -> Iterator[Finding]:
    """Every finding, one after the other; without `names` no name server is asked."""
    try:
        config = Config.read(environ)
    except Misconfigured as error:
        yield from (Finding(False, "Settings", problem) for problem in error.problems)
        return
    for check in CHECKS:
        yield from _guarded(check, config)
    if names:
        yield from _guarded(dns, config)


def _guarded(check: Callable[[Config], Iterator[Finding]], config: Config) -> Iterator[Finding]:
    from .archive import in_words

    name = check.__name__.replace("_", " ").capitalize()
    try:
        with in_words():
            yield from check(config)
    except Stopped as error:
        yield Finding(False, name, str(error))
    except Exception as error:  # noqa: BLE001 (a doctor who falls over helps nobody)
        yield Finding(False, name, f"could not be looked at ({type(error).__name__}).")


def settings(config: Config) -> Iterator[Finding]:
    """What a start would refuse, and who may read the secrets."""
    path = config.data_dir / "campaign.env"
    problems = config.problems()
    yield from (Finding(False, "Settings", problem) for problem in problems)
    if not path.exists():
        words = f"there is no {path}. Set DATA_DIR to the folder of your site, or make one with `campaign init`."
        yield Finding(False, "Settings", words)
    elif path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding(False, "Settings", f"others may read the secrets in {path}. Run: chmod 600 {path}")
    elif not read_env_file(path):
        yield Finding(False, "Settings", f"{path} is empty or not yours to read.")
    elif not problems:
        yield Finding(True, "Settings", f"{path}, for {config.base_url}")
    if config.old_secrets:
        words = f"{len(config.old_secrets)} old ones are still taken. Later: campaign rotate-secret --forget-old"
        yield Finding(True, "Secrets", words)


def disk(config: Config) -> Iterator[Finding]:
    """Room, and the right to write."""
    free = shutil.disk_usage(config.data_dir).free
    probe = config.data_dir / f".probe-{os.getpid()}"
    probe.touch()
    probe.unlink()
    room = f"{free / 1e9:.1f} GB are free in {config.data_dir}"
    if free < ROOM:
        yield Finding(False, "Disk", f"only {room}. Make room before it is full.")
    else:
        yield Finding(True, "Disk", room)


def time_of_day(config: Config) -> Iterator[Finding]:
    """Whether this machine keeps its clock by others: codes of staff apps are good for seconds only."""
    if not shutil.which("timedatectl"):
        yield Finding(True, "Clock", f"it is {clock.now():%Y-%m-%d %H:%M} UTC here; please compare")
        return
    asked = ["timedatectl", "show", "--property", "NTPSynchronized", "--value"]
    said = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=False).stdout.strip()
    if said == "no":
        yield Finding(False, "Clock", "nothing keeps it right. Run: timedatectl set-ntp true")
    else:
        yield Finding(True, "Clock", f"it is {clock.now():%Y-%m-%d %H:%M} UTC here")


def records(config: Config) -> Iterator[Finding]:
    """Whether they can be read, are whole, and have the shape that this program expects."""
    from . import copies, schema

    if copies.is_empty(config.database_url):
        words = "there are none at DATABASE_URL. Begin with `campaign init`, or restore a backup."
        yield Finding(False, "Records", words)
        return
    version, rows = copies.look(config.database_url)
    if version not in schema.versions():
        words = f"they are of a newer version ({version}) than this program. Install the newer program again."
        yield Finding(False, "Records", words)
    elif version != schema.versions()[-1]:
        words = f"they are of an older version ({version}). Stop the site and run `campaign upgrade`."
        yield Finding(False, "Records", words)
    else:
        kind = copies.kind_of(config.database_url)
        yield Finding(True, "Records", f"{kind}, version {version}, {sum(rows.values())} rows")


def content(config: Config) -> Iterator[Finding]:
    """The words of the campaign."""
    from .checking import mistakes

    found = mistakes(config)
    for mistake in found[:5]:
        yield Finding(False, "Content", mistake)
    if len(found) > 5:
        yield Finding(False, "Content", f"and {len(found) - 5} more; `campaign check` names them.")
    if not found:
        yield Finding(True, "Content", f"the words in {config.place('content')} are in order")


def site(config: Config) -> Iterator[Finding]:
    """Whether it answers on this machine."""
    connection = HTTPConnection(config.host, config.port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, HTTPException):
        words = (
            f"nothing answers on {config.host}:{config.port}. Start it: systemctl start campaign-web (or campaign run)"
        )
        yield Finding(False, "Site", words)
        return
    finally:
        connection.close()
    if status == 200:
        yield Finding(True, "Site", f"it answers on {config.host}:{config.port}")
    else:
        yield Finding(False, "Site", f"something else answers on {config.host}:{config.port} (status {status}).")


def queue(config: Config) -> Iterator[Finding]:
    """Whether wake-ups can be left."""
    from . import jobs

    if not config.queue_url and not (config.data_dir / "queue.db").exists():
        yield Finding(True, "Queue", "nothing was ever left in it")
    else:
        yield Finding(True, "Queue", f"{jobs.pending(config)} wake-ups wait")


def worker(config: Config) -> Iterator[Finding]:
    """Whether somebody heeds them."""
    from . import jobs

    try:
        seen = datetime.fromisoformat((config.data_dir / jobs.SEEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        yield Finding(
            False, "Worker", "none has been seen. Start it: systemctl start campaign-worker (or campaign run)"
        )
        return
    silent = (clock.now() - seen).total_seconds()
    if silent > SILENT:
        words = f"none was seen for {silent / 60:.0f} minutes. Start it: systemctl restart campaign-worker"
        yield Finding(False, "Worker", words)
    else:
        yield Finding(True, "Worker", f"one was at work {silent:.0f} seconds ago")


def mail_server(config: Config) -> Iterator[Finding]:
    """Whether it takes us; no letter is sent."""
    from .post import Server

    if not config.smtp_url:
        words = f"SMTP_URL is not set: letters stay in {config.data_dir / 'outbox'}"
        yield Finding(config.demo, "Mail server", words + ("" if config.demo else ". Nobody gets a letter; set it."))
        return
    try:
        Server(config.smtp_url).greet()
    except Away as error:
        words = (
            f"it does not take us ({error}). Compare host, port, user and password in SMTP_URL with your provider's."
        )
        yield Finding(False, "Mail server", words)
    else:
        yield Finding(True, "Mail server", "it took our greeting, the encryption and the password")


def mailing_list(config: Config) -> Iterator[Finding]:
    """Whether the list can be reached, and is not held."""
    from . import copies, db
    from .mailing import homes
    from .mailing.mailchimp import Unknown
    from .mailing.models import ListContact

    try:
        homes.ours(config, once=True).ping()
    except (Passing, Permanent, Unknown) as error:
        yield Finding(False, "Mailing list", f"{error}")
    else:
        yield Finding(True, "Mailing list", f"{homes.name(config)} answers")
    if copies.is_empty(config.database_url):
        return
    with db.Database(config.database_url).reading() as session:
        contact = session.get(ListContact, 1)
        if contact and contact.held_since:
            words = "it is held since a restore. Run: campaign sync check, then campaign sync check --repair"
            yield Finding(False, "Mailing list", words)


def list_hook(config: Config) -> Iterator[Finding]:
    """Whether we hear of those who leave at the list: the webhook is there, and what changed was read not long ago."""
    from . import copies, db
    from .app import create_app
    from .mailing import intake, wiring

    if not config.mailchimp_key or copies.is_empty(config.database_url):
        return
    with create_app(config).app_context():
        with db.reading():
            trouble, row = intake.trouble(config.mailchimp_key, clock.now()), intake.look()
            heard = f"last heard {_ago(row.heard_at, clock.now())}" if row and row.heard_at else "nothing heard yet"
            paused = bool(row and row.paused_at)
        trouble = trouble or wiring.of_this_site(once=True).missing()
    yield Finding(not trouble, "Hearing from the list", trouble or f"the webhook is there; {heard}")
    if paused:
        yield Finding(False, "Mailing list", "staff have paused it: nobody is told anything. See Mailing list there.")


def newsletters(config: Config) -> Iterator[Finding]:
    """Whether a newsletter at Mailchimp waits for somebody."""
    from . import copies, db
    from .newsletters.mailchimp.models import waits_for_somebody

    if copies.is_empty(config.database_url):
        return
    with db.Database(config.database_url).reading() as session:
        number = len(session.scalars(waits_for_somebody()).all())
    if number:
        words = f"{number} wait for somebody to decide. Look at their pages: Newsletters, Send it"
        yield Finding(False, "Newsletters at Mailchimp", words)


def backups(config: Config) -> Iterator[Finding]:
    """Their age, and whether the key is one."""
    from . import archive, backup

    if not config.backup_key:
        yield Finding(False, "Backups", "none are made. Run: campaign backup --make-key")
        return
    if problem := archive.problem_with(config.backup_key):
        yield Finding(False, "Backups", problem)
    standing, now = backup.standing(config), clock.now()
    if standing.newest is None or standing.late(now):
        last = f"the last is of {standing.newest:%Y-%m-%d %H:%M} UTC" if standing.newest else "there is none"
        yield Finding(False, "Backups", f"{last}. {standing.trouble or 'Run: campaign backup'}")
    else:
        yield Finding(
            True, "Backups", f"{standing.number}, the last {_ago(standing.newest, now)} in {config.backup_folder}"
        )


def dns(config: Config, resolver: Any = None) -> Iterator[Finding]:
    """What the domain of our sender tells other mail servers about us."""
    from .content import Content

    domain = Content(config.place("content")).site.mail.sender_address.rpartition("@")[2]
    ask = _Asked(resolver)
    if ask.silent(domain):
        yield Finding(False, "DNS", "no name server answers from here; try again later.")
        return
    records = {"SPF": ask.starts(domain, "v=spf1"), "DMARC": ask.starts(f"_dmarc.{domain}", "v=DMARC1")}
    for kind, found in records.items():
        none = f"{domain} has none, so letters are taken for spam. Add it: docs/running.md"
        yield Finding(bool(found), kind, f"{domain} has its record" if found else none)
    named = next((one for one in SELECTORS if ask.starts(f"{one}._domainkey.{domain}", "")), "")
    words = f"found under {named}" if named else "not under the usual names; ask your mail provider whether it is there"
    yield Finding(True, "DKIM", words)  # its name can be anything, so that it cannot be said to be missing


class _Asked:
    """Questions to DNS about texts; no answer is an empty one."""

    def __init__(self, resolver: Any) -> None:
        from dns.resolver import Resolver

        self.resolver = resolver or Resolver()
        self.resolver.lifetime = 5.0

    def silent(self, domain: str) -> bool:
        """Whether nobody answers at all; "there is no such name" is an answer."""
        from dns.exception import Timeout
        from dns.resolver import NXDOMAIN, NoAnswer, NoNameservers

        try:
            self.resolver.resolve(domain, "TXT")
        except (NXDOMAIN, NoAnswer):
            return False
        except (Timeout, NoNameservers, OSError):
            return True
        return False

    def starts(self, name: str, beginning: str) -> list[str]:
        """The texts under a name that begin so."""
        from dns.exception import DNSException

        try:
            answer = self.resolver.resolve(name, "TXT")
        except DNSException:
            return []
        texts = [b"".join(one.strings).decode("utf-8", "replace") for one in answer]
        return [one for one in texts if one.lower().startswith(beginning.lower())]


def _ago(moment: datetime, now: datetime) -> str:
    hours = (now - moment).total_seconds() / 3600
    return f"{hours:.0f} hours ago" if hours >= 1 else "within the hour"


CHECKS = (
    settings,
    disk,
    time_of_day,
    records,
    content,
    site,
    queue,
    worker,
    mail_server,
    mailing_list,
    list_hook,
    newsletters,
    backups,
)
