"""A final edition as Mailchimp takes it: our slots become its merge tags, and nothing that staff wrote becomes one.

The name is Mailchimp's own where its audience has a field for it; else, and in the subject, what stands in for it does.
Only the link to leave knows its reader: Mailchimp makes it. The way to one's own page is the one without a key.
"""

import re
from itertools import groupby

from ...mailing.campaigns import NAME_FIELD
from ..models import FinalEdition
from ..personal import SLOT

JOINER = "\u2060"  # seen by nobody; between the two signs that begin a merge tag it makes them two signs
BEGINS = re.compile(r"\*(?=\|)")
IN_ADDRESS = re.compile(r"""((?:href|src)=)("[^"]*"|'[^']*')""")
ENCODED = re.compile(r"\*(?=\||%7C)", re.IGNORECASE)  # Mailchimp reads a tag in an address in this form, too
LEAVE = "*|UNSUB|*"
LONGEST = 150  # characters of a subject or a preview at Mailchimp


def html(edition: FinalEdition, own_page: str, *, names: bool) -> str:
    """The HTML part. Where a tag begins in an address, its sign is written as a number: it leads to the same place."""
    safe = IN_ADDRESS.sub(lambda found: found[1] + ENCODED.sub("%2A", found[2]), edition.html)
    return _filled(safe, own_page, names)


def text(edition: FinalEdition, own_page: str, *, names: bool) -> str:
    """The text part."""
    return _filled(edition.text, own_page, names)


def line(words: str) -> str:
    """A subject or a preview: for somebody whose name we do not know, in one line."""
    return literal(" ".join(SLOT.sub(lambda slot: slot[2], words).split()))[:LONGEST]


def literal(words: str) -> str:
    """Words in which no merge tag begins."""
    return BEGINS.sub(f"*{JOINER}", words)


def _filled(whole: str, own_page: str, names: bool) -> str:
    """With what stands for each slot. What was typed is looked at as it will stand, and beside our own tags."""
    parts = SLOT.split(whole)
    pieces = [(parts[0], False)]
    for field, otherwise, after in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        pieces += [*_said(field, otherwise, own_page, names), (after, False)]
    out = ""
    for is_ours, some in groupby(pieces, key=lambda piece: piece[1]):
        words = "".join(one for one, _ in some)
        if not words:
            continue
        if not is_ours:
            words = literal(words)
            words = f"{JOINER}{words}" if words.startswith("|") and out.endswith("*") else words
        out += words
    return out


def _said(field: str, otherwise: str, own_page: str, names: bool) -> list[tuple[str, bool]]:
    """What stands for a slot, in pieces, each with whether it is a tag of ours."""
    if field == "unsubscribe":
        return [(LEAVE, True)]
    if field == "own_page":
        return [(own_page, False)]
    if field == "name" and names:
        return [(f"*|IF:{NAME_FIELD}|**|{NAME_FIELD}|**|ELSE:|*", True), (otherwise, False), ("*|END:IF|*", True)]
    return [(otherwise, False)]
