"""A final edition as Mailchimp takes it: our slots become its merge tags, and nothing that staff wrote becomes one.

The name is Mailchimp's own where its audience has a field for it; else, and in the subject, what stands in for it does.
Only the link to leave knows its reader: Mailchimp makes it. The way to one's own page is the one without a key.
"""

import re
from collections.abc import Callable

from ...mailing import ours
from ..models import FinalEdition
from ..personal import SLOT

JOINER = "\u2060"  # seen by nobody; between the two signs that begin a merge tag it makes them two signs
BEGINS = re.compile(r"\*(?=\|)")
IN_ADDRESS = re.compile(r"""((?:href|src)=)("[^"]*"|'[^']*')""")
ENCODED = re.compile(r"\*(?=\||%7C)", re.IGNORECASE)  # Mailchimp reads a tag in an address in this form, too
LEAVE = "*|UNSUB|*"
LONGEST = 150  # characters of a subject or a preview at Mailchimp


def html(edition: FinalEdition, own_page: str, *, names: bool) -> str:
    """The HTML part."""
    return _filled(edition.html, own_page, names, _in_html)


def text(edition: FinalEdition, own_page: str, *, names: bool) -> str:
    """The text part."""
    return _filled(edition.text, own_page, names, literal)


def line(words: str) -> str:
    """A subject or a preview: for somebody whose name we do not know, in one line."""
    return literal(" ".join(SLOT.sub(lambda slot: slot[2], words).split()))[:LONGEST]


def literal(words: str) -> str:
    """Words in which no merge tag begins."""
    return BEGINS.sub(f"*{JOINER}", words)


def _in_html(words: str) -> str:
    """An address keeps its meaning with the sign written as a number; words get a sign that nobody sees."""
    return literal(IN_ADDRESS.sub(lambda found: found[1] + ENCODED.sub("%2A", found[2]), words))


def _filled(whole: str, own_page: str, names: bool, apart: Callable[[str], str]) -> str:
    parts = SLOT.split(apart(whole))
    out = [parts[0]]
    for field, otherwise, after in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        said = _said(field, otherwise, own_page, names)
        out += (said, f"{JOINER}{after}" if said.endswith("|*") and after.startswith("|") else after)
    return "".join(out)


def _said(field: str, otherwise: str, own_page: str, names: bool) -> str:
    if field == "unsubscribe":
        return LEAVE
    if field == "own_page":
        return own_page
    if field == "name" and names:
        safe = f"{JOINER}{otherwise}" if otherwise.startswith("|") else otherwise
        return f"*|IF:{ours.NAME}|**|{ours.NAME}|**|ELSE:|*{safe}*|END:IF|*"
    return otherwise
