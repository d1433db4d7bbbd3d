"""The settings: read once, from the environment and `DATA_DIR/campaign.env`, and never changed after."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from .errors import Misconfigured

HERE = Path(__file__).resolve().parent
SHORTEST_TOKEN, SHORTEST_SECRET, FEWEST_CHARACTERS = 20, 32, 10  # `changemechangeme…` is long, and says nothing


@dataclass(frozen=True)
class Config:
    """Everything that differs between two places where the site runs.

    `mode` is `demo` (sample data, http on this machine) or `production`. Sizes are bytes, times seconds.
    """

    mode: Literal["demo", "production"]
    data_dir: Path
    database_url: str
    secret_key: str
    base_url: str
    host: str = "127.0.0.1"
    port: int = 8000
    processes: int = 2
    smtp_url: str = ""
    queue_url: str = ""
    mailchimp_key: str = ""
    mailchimp_audience: str = ""
    mailchimp_host: str = ""
    trusted_proxies: int = 0
    content_dir: Path | None = None
    salts_dir: Path | None = None
    prints_dir: Path | None = None
    metrics_token: str = ""
    access_log: bool = False
    backup_dir: Path | None = None
    ledger_key: str = ""
    backup_key: str = ""
    old_secrets: tuple[str, ...] = ()
    hsts_subdomains: bool = False
    largest_body: int = 1_000_000

    @classmethod
    def read(cls, environ: Mapping[str, str] | None = None, **changes: object) -> "Config":
        """The settings of this process. Raises Misconfigured when one of them cannot be read at all."""
        given = dict(os.environ if environ is None else environ)
        data_dir = Path(given.get("DATA_DIR") or "data").absolute()
        values = {**read_env_file(data_dir / "campaign.env"), **{k: v for k, v in given.items() if v}}
        mode = values.get("MODE", "production")
        if mode not in ("demo", "production"):
            raise Misconfigured([f"MODE is {mode!r}; it must be demo or production."])
        port = _number(values, "PORT", 8000)
        fields: dict[str, object] = {
            "mode": mode,
            "data_dir": data_dir,
            "database_url": normal_url(values.get("DATABASE_URL") or f"sqlite:///{data_dir / 'site.db'}"),
            "secret_key": values.get("SECRET_KEY", ""),
            "base_url": values.get("BASE_URL", f"http://localhost:{port}").rstrip("/"),
            "host": values.get("HOST", "127.0.0.1"),
            "port": port,
            "processes": _number(values, "WEB_PROCESSES", 2),
            "smtp_url": values.get("SMTP_URL", ""),
            "queue_url": values.get("QUEUE_URL", ""),
            "mailchimp_key": values.get("MAILCHIMP_API_KEY", ""),
            "mailchimp_audience": values.get("MAILCHIMP_AUDIENCE", ""),
            "mailchimp_host": values.get("MAILCHIMP_HOST", ""),
            "trusted_proxies": _number(values, "TRUSTED_PROXIES", 0),
            "prints_dir": Path(values["PRINTS_DIR"]).absolute() if values.get("PRINTS_DIR") else None,
            "metrics_token": values.get("METRICS_TOKEN", ""),
            "access_log": _number(values, "ACCESS_LOG", 0) == 1,
            "content_dir": Path(values["CONTENT_DIR"]).absolute() if values.get("CONTENT_DIR") else None,
            "salts_dir": Path(values["SALTS_DIR"]).absolute() if values.get("SALTS_DIR") else None,
            "backup_dir": Path(values["BACKUP_DIR"]).absolute() if values.get("BACKUP_DIR") else None,
            "ledger_key": values.get("LEDGER_KEY", ""),
            "backup_key": values.get("BACKUP_KEY", ""),
            "old_secrets": tuple(unquote(one) for one in values.get("SECRET_KEY_OLD", "").split(",") if one),
            "hsts_subdomains": values.get("HSTS_SUBDOMAINS", "no").lower() in ("yes", "true", "1"),
        }
        return cls(**{**fields, **changes})  # type: ignore[arg-type]

    @property
    def demo(self) -> bool:
        """Whether this is a demonstration with sample data."""
        return self.mode == "demo"

    @property
    def sqlite(self) -> bool:
        """Whether the records lie in a file beside us."""
        return self.database_url.startswith("sqlite")

    @property
    def backup_folder(self) -> Path:
        """Where backups lie, and the ledger of those who left beside them."""
        return self.backup_dir or self.data_dir / "backups"

    @property
    def host_name(self) -> str:
        """The name under which visitors know the site, without a port."""
        return urlsplit(self.base_url).hostname or "localhost"

    @property
    def secure(self) -> bool:
        """Whether visitors reach the site by https."""
        return self.base_url.startswith("https://")

    @property
    def salts(self) -> Path:
        """Where the salt of the day lies: never backed up, and one folder for all machines that share visitors."""
        return self.salts_dir or self.data_dir / "salts"

    @property
    def prints(self) -> Path:
        """Where the files of prints lie, a folder each: one shared folder for many machines."""
        return self.prints_dir or self.data_dir / "prints"

    def place(self, name: str) -> Path:
        """A folder of the site's words and pictures: the checkout's own, or the one inside the wheel."""
        if name == "content" and self.content_dir:
            return self.content_dir
        beside, packed = HERE.parent / name, HERE / "_site" / name
        return packed if packed.is_dir() else beside

    def problems(self) -> list[str]:
        """Why a production start must be refused, a sentence each; a demonstration needs only a secret."""
        found = []
        if _is_weak(self.secret_key):
            found.append(f"SECRET_KEY must be {SHORTEST_SECRET} random characters or more; `campaign init` makes one.")
        if self.mode == "production" and not self.secure:
            found.append(f"BASE_URL is {self.base_url}; a real site needs an address that begins with https://.")
        if self.mode == "production" and self.trusted_proxies < 1:
            found.append("TRUSTED_PROXIES is 0; put a proxy that speaks https in front and set it to 1.")
        if self.metrics_token and len(self.metrics_token) < SHORTEST_TOKEN:
            found.append(f"METRICS_TOKEN must be {SHORTEST_TOKEN} random characters or more, or empty.")
        if any(map(_is_weak, self.old_secrets)):
            found.append("SECRET_KEY_OLD holds a weak secret; whoever guesses it could make links. Take it out.")
        if self.mailchimp_key and not self.mailchimp_audience:
            found.append("MAILCHIMP_API_KEY is set and MAILCHIMP_AUDIENCE is not; name the audience, or empty both.")
        return found

    def checked(self) -> "Config":
        """These settings, or Misconfigured with all that is wrong with them."""
        if problems := self.problems():
            raise Misconfigured(problems)
        return self


def change_env_file(path: Path, changes: Mapping[str, str]) -> None:
    """Set KEY=value lines and keep all others, in one step; nobody but the owner may read the file."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept = [line for line in lines if line.partition("=")[0].strip() not in changes]
    draft = path.with_name(f".{path.name}.part")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123
        file.writelines(f"{line}\n" for line in [*kept, *(f"{key}={value}" for key, value in changes.items())])
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _is_weak(secret: str) -> bool:
    return len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_CHARACTERS


def read_env_file(path: Path) -> dict[str, str]:
    """The KEY=value lines of a file; nothing when it is not there or may not be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.lstrip().startswith("#"))
    return {key.strip(): value.strip() for key, value in pairs}


def normal_url(url: str) -> str:
    """A database address that names its driver (`postgres://` is what many hosts hand out)."""
    scheme, colon, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if colon and scheme in ("postgres", "postgresql") else url


def _number(values: Mapping[str, str], key: str, default: int) -> int:
    try:
        return int(values.get(key, default))
    except ValueError as error:
        raise Misconfigured([f"{key} is {values[key]!r}; it must be a whole number."]) from error
