"""Made-up facts of a made-up person, each unlike anything else, and a look for them in any spelling."""

import base64
import json
import unicodedata
from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import quote, quote_plus

PERSON = {
    "name": "Quetzal Canaryname",
    "email": "canary-7f3a91@birdcage.example",
    "place": "Canaryville 90777",
    "message": "Canarymessage für meine Schwester",
}
STAFF = {"email": "keeper-5b2c@birdcage.example", "password": "canary password of a keeper"}
BROWSER = "CanaryBrowser/7.3"
ADDRESSES = ("203.0.113.77", "2001:db8:77:0:0:0:0:7f3a")
EVERYTHING = (*PERSON.values(), *STAFF.values(), BROWSER, *ADDRESSES)


def spellings(fact: str) -> set[bytes]:
    """A fact as it is and as programs write it: cases, Unicode forms, percent, HTML, JSON, base64, hex, UTF-16."""
    forms = {
        fact,
        fact.upper(),
        fact.lower(),
        fact.casefold(),
        *(unicodedata.normalize(f, fact) for f in ("NFD", "NFKC")),
    }
    forms |= {quote(one, safe="") for one in [*forms]} | {quote_plus(one) for one in [*forms]}
    forms |= {json.dumps(one)[1:-1] for one in [*forms]} | {one.replace("@", "&#64;") for one in forms}
    plain = {one.encode() for one in forms}
    found = plain | {fact.encode("utf-16-le"), fact.encode().hex().encode(), fact.encode().hex().upper().encode()}
    found |= {part for one in (fact, fact.lower()) for part in _in_base64(one.encode())}
    return found | _as_numbers(fact)


def _in_base64(fact: bytes) -> Iterator[bytes]:
    """What of it can be seen in the base64 of any text that holds it, wherever it begins."""
    for shift in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            begins, ends = -(-shift * 8 // 6), (shift + len(fact)) * 8 // 6
            yield encode(b"\0" * shift + fact)[begins:ends]


def _as_numbers(fact: str) -> set[bytes]:
    try:
        address = ip_address(fact)
    except ValueError:
        return set()
    return {str(address).encode(), address.exploded.encode(), address.packed.hex().encode(), str(int(address)).encode()}


LOOKED_FOR = {one: fact for fact in EVERYTHING for one in spellings(fact)}


def found_in(content: bytes | str) -> list[str]:
    """The facts that stand in this, in whatever spelling."""
    content = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    return sorted({fact for spelling, fact in LOOKED_FOR.items() if spelling in content})


def found_in_files(folder: Path, leave_out: Iterable[str] = ()) -> dict[str, list[str]]:
    """The facts in every file below a folder, but for those that are there to hold them."""
    found = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith(tuple(leave_out)) and (facts := found_in(path.read_bytes())):
            found[name] = facts
    return found
