"""What of a member at Mailchimp is ours: the language field, and tags that begin with our prefix. The rest is theirs.

First names are given where there is none; they are never written over, and nothing is ever written over with a blank.
"""

from collections.abc import Iterable

NAME, LANGUAGE = "FNAME", "SITELANG"  # merge fields of the audience, at most ten letters
FIELDS = {NAME: "First Name", LANGUAGE: "Language on the site"}  # as `sync setup` makes them, should one be missing
PREFIX = "site: "  # of every tag that we set, and the only tags that we take off
WIDEST = 255  # bytes of a merge field; Mailchimp cuts what is longer, if need be in the middle of a letter


def tag(group: str) -> str:
    """The tag of a group of ours."""
    return PREFIX + group


def group(tag: str) -> str:
    """The group of a tag of ours."""
    return tag.removeprefix(PREFIX)


def among(tags: Iterable[str]) -> frozenset[str]:
    """Those of these tags that are ours."""
    return frozenset(one for one in tags if one.startswith(PREFIX))


def fitting(text: str) -> str:
    """As much of a text as a merge field holds, in whole letters."""
    return text.encode()[:WIDEST].decode(errors="ignore")
