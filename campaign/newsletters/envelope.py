"""A letter's bytes: headers and two parts, written by hand, for a general library needs longer than the mail server."""

from binascii import b2a_base64, b2a_qp
from datetime import datetime
from email.headerregistry import Address
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache

from ..errors import Permanent
from ..post import Parcel

LINE = 76  # characters that an encoded line may have (RFC 2045, 6.7 and 6.8)
END = b"\r\n"
MANY = 6  # where one byte in so many is no ASCII, base64 is shorter than quoted-printable


class Envelope:
    """What is the same around every letter of an edition: sender, list, language."""

    def __init__(self, sender: Address, list_name: str, language_tag: str) -> None:
        self.sender, self.domain = sender.addr_spec, sender.domain
        self.fixed = b"".join(
            [
                _header("From", sender),
                _header("List-Id", f"{list_name} <news.{sender.domain}>"),  # RFC 2919
                b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" + END,  # RFC 8058
                b"Precedence: bulk" + END,
                b"Content-Language: " + language_tag.encode("ascii") + END,
                b"MIME-Version: 1.0" + END,
            ]
        )

    def parcel(self, to: str, name: str, at: datetime, leave: str, said: tuple[str, str, str]) -> Parcel:
        """The letter to one reader: `said` is subject, text and HTML, `name` its own, however often it is made.

        Raises Permanent for an address that cannot stand in a header.
        """
        if not to.isascii() or not to.isprintable() or any(sign in to for sign in " ,<>"):
            raise Permanent("the address cannot be written to")
        subject, text, html = said
        border = f"=_{name}".encode("ascii")
        headers = [
            self.fixed,
            b"To: " + to.encode("ascii") + END,
            _subject(subject),
            b"Date: " + format_datetime(at).encode("ascii") + END,
            b"Message-ID: <" + name.encode("ascii") + b"@" + self.domain.encode("ascii") + b">" + END,
            b"List-Unsubscribe: <" + leave.encode("ascii") + b">" + END,
            b'Content-Type: multipart/alternative; boundary="' + border + b'"' + END,
        ]
        parts = [END + b"--" + border + END + _part(kind, words) for kind, words in (("plain", text), ("html", html))]
        return Parcel(self.sender, to, b"".join([*headers, *parts, END + b"--" + border + b"--" + END]))


def _header(name: str, value: object) -> bytes:
    """One header, folded and encoded as it must be (RFC 5322, RFC 2047)."""
    return SMTP.fold_binary(*SMTP.header_store_parse(name, value))


@lru_cache(maxsize=64)
def _subject(subject: str) -> bytes:
    return _header("Subject", " ".join(subject.split()))


def _part(kind: str, words: str) -> bytes:
    """One part with its own headers, in lines that every mail server takes."""
    raw = "\r\n".join(words.splitlines()).encode() + END
    if (len(raw) - len(words)) * MANY > len(raw):
        way, body = b"base64", _in_base64(raw)
    else:
        way, body = b"quoted-printable", b2a_qp(raw, istext=True)
    head = f'Content-Type: text/{kind}; charset="utf-8"'.encode("ascii")
    return head + END + b"Content-Transfer-Encoding: " + way + END + END + body


def _in_base64(raw: bytes) -> bytes:
    whole = b2a_base64(raw, newline=False)
    return END.join(whole[at : at + LINE] for at in range(0, len(whole), LINE)) + END
