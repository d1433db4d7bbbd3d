"""Handing letters over: to a mail server, or into a folder; the only file that knows SMTP."""

import os
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import unquote, urlsplit

from .config import Config
from .errors import Away, Passing, Permanent

# A folded List-Unsubscribe would be encoded, and no mail program could read it. RFC 5322 allows 998 characters.
LETTER = SMTP.clone(max_line_length=998)
PATIENCE = 20.0  # seconds that a mail server may take for one answer
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Uncertain(Exception):
    """The server fell silent after it had the whole letter: nobody can know whether it was taken."""


@dataclass(frozen=True)
class Parcel:
    """A letter as it travels: from and to which address, and all of its bytes, with CRLF at the end of each line."""

    sender: str
    to: str
    content: bytes


class Carrier(Protocol):
    """Takes letters away. `deliver` and `hand_over` raise Passing, Permanent or Uncertain, with words for staff.

    `claim` is called at the last moment at which nothing has left the house yet.
    """

    def deliver(self, name: str, message: EmailMessage, claim: Callable[[], None]) -> None: ...

    def hand_over(self, name: str, parcel: Parcel, claim: Callable[[], None]) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, kind: object, error: object, trace: object) -> None: ...


def carrier(config: Config) -> Carrier:
    """The mail server in SMTP_URL, or the folder `DATA_DIR/outbox` when there is none."""
    return Server(config.smtp_url) if config.smtp_url else Folder(config.data_dir / "outbox")


class Folder:
    """A folder of .eml files, one per letter: delivering twice writes the same file again."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def deliver(self, name: str, message: EmailMessage, claim: Callable[[], None]) -> None:
        """Write the letter as a whole file or not at all."""
        self._write(name, message.as_bytes(policy=LETTER))

    def hand_over(self, name: str, parcel: Parcel, claim: Callable[[], None]) -> None:
        """The same of a letter that is ready."""
        self._write(name, parcel.content)

    def _write(self, name: str, content: bytes) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            draft = self.path / f".{name}.part"
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.path / f"{name}.eml")
        except OSError as error:
            raise Away(f"the outbox folder cannot be written ({type(error).__name__})") from error

    def probe(self) -> None:
        """Try whether a letter could be written. Raises OSError."""
        self.path.mkdir(parents=True, exist_ok=True)
        trial = self.path / f".probe-{os.getpid()}"
        trial.write_bytes(b"")
        trial.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        pass


class Server:
    """A mail server: `smtp://user:password@host:587` (STARTTLS) or `smtps://…:465`; one connection for a round."""

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)
        self.smtp: smtplib.SMTP | None = None

    def deliver(self, name: str, message: EmailMessage, claim: Callable[[], None]) -> None:
        """Hand one letter over; see `hand_over`."""
        sender, to = (message[one].addresses[0].addr_spec for one in ("From", "To"))
        self.hand_over(name, Parcel(sender, to, message.as_bytes(policy=LETTER)), claim)

    def hand_over(self, name: str, parcel: Parcel, claim: Callable[[], None]) -> None:
        """Hand one letter over, step by step, so that it is known how far it came (RFC 5321, section 3.3)."""
        try:
            smtp = self._connected()
            if smtp.mail(parcel.sender)[0] not in (250, 251):
                raise smtplib.SMTPConnectError(0, "our sender is not welcome")  # about us, not about this letter
            _expect(smtp.rcpt(parcel.to), "address")
            _expect(smtp.docmd("DATA"), "letter")
        except (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError, OSError) as error:
            self._hang_up()
            raise Away(f"the mail server is away ({type(error).__name__})") from error
        except smtplib.SMTPException as error:
            self._hang_up()
            raise Away(f"the mail server did not agree to talk ({type(error).__name__})") from error
        except Exception:  # a refusal, or an address that cannot be said: the next letter must begin anew
            self._start_over()
            raise
        try:
            claim()
        except Exception:  # the server waits for the letter; only a broken line tells it that none comes
            self._hang_up()
            raise
        try:
            smtp.send(_dotted(parcel.content))
            answer = smtp.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            raise Uncertain("the mail server fell silent after it had the letter") from error
        self._must_have_taken(answer)

    def _must_have_taken(self, answer: tuple[int, bytes]) -> None:
        """What it said of the whole letter. Raises Uncertain, Away, Passing, Permanent."""
        if answer[0] < 0:  # an answer that cannot be read is none
            self._hang_up()
            raise Uncertain("the mail server said something strange after it had the letter")
        if answer[0] == 421:  # it hangs up, and says so: it did not take the letter
            self._hang_up()
            raise Away("the mail server hung up (421)")
        _expect(answer, "letter")

    def greet(self) -> None:
        """Say hello, agree on encryption, sign in, and go: no letter is sent. Raises Away."""
        try:
            self._connected()
        except (smtplib.SMTPException, OSError) as error:
            raise Away(f"{type(error).__name__}{_code(error)}") from error
        finally:
            self.__exit__(None, None, None)

    def _connected(self) -> smtplib.SMTP:
        if self.smtp is not None:
            return self.smtp
        host = self.url.hostname or "localhost"
        safe = ssl.create_default_context()
        if self.url.scheme == "smtps":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, self.url.port or 465, timeout=PATIENCE, context=safe)
        else:
            smtp = smtplib.SMTP(host, self.url.port or 587, timeout=PATIENCE)
            smtp.ehlo()
            if smtp.has_extn("starttls") or host not in LOOPBACK:
                smtp.starttls(context=safe)
        smtp.ehlo()
        if self.url.username:
            smtp.login(unquote(self.url.username), unquote(self.url.password or ""))
        self.smtp = smtp
        return smtp

    def _start_over(self) -> None:
        try:
            if self.smtp is not None:
                self.smtp.rset()
        except (smtplib.SMTPException, OSError):
            self._hang_up()

    def _hang_up(self) -> None:
        if self.smtp is not None:
            self.smtp.close()
            self.smtp = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            if self.smtp is not None:
                self.smtp.quit()
        except (smtplib.SMTPException, OSError):
            self._hang_up()


def _code(error: Exception) -> str:
    """The server's number, without its words."""
    return f", {error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else ""


def _expect(answer: tuple[int, bytes], part: str) -> None:
    """Only the code is kept of a refusal: the server's words often repeat the address."""
    code = answer[0]
    if code in (250, 251, 354):
        return
    if code == 421 or code < 0:
        raise smtplib.SMTPServerDisconnected("hung up")
    kind = Passing if 400 <= code < 500 else Permanent
    raise kind(f"the mail server refused the {part} ({code})")


def _dotted(message: bytes) -> bytes:
    """The letter as DATA wants it: a dot doubled at the start of a line, a dot alone at the end."""
    lines = message.replace(b"\r\n.", b"\r\n..")
    return lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"
