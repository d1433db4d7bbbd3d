"""A copy of a newsletter, with which the next one begins: its words in all languages, its pictures, whom it is for.

What was done with the first one stays with it: its times, letters and readers, its codes, its approvals. So do the
links off this site that somebody stood for: they opened the pages that were there then, and others may be there now.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from .. import db
from . import blocks, pictures, segments, service, sources
from .marking import Marked
from .models import Edition, Newsletter
from .service import SLUGS, Facts

COPY = re.compile(r"(.+) \(([0-9]{1,4})\)")  # what a copy is called


def duplicate(newsletter_id: int, account_id: int | None, now: datetime) -> int:
    """A draft that says the same to the same people, whatever became of the first one; its id. Raises LookupError."""
    first = service.locked(newsletter_id)
    title, slug = _free(first)
    copy_id = service.begin(Facts(title, slug, first.from_name, first.accepted), account_id, now)
    db.take_turn(segments.TURN)  # nobody throws the segment away without seeing the copy that is for it
    # A segment that is gone already stays named: the copy is for nobody until somebody chooses, and never for all.
    service.get(copy_id).audience_id = first.audience_id
    numbers = pictures.copy_all(newsletter_id, copy_id, now)
    _editions(service.editions(newsletter_id), copy_id, numbers, account_id, now)
    db.session().flush()
    return copy_id


def _free(first: Newsletter) -> tuple[str, str]:
    """The title and the address with the next number that is free; a copy of a copy is no copy of January (2) (2)."""
    title, slug = first.title, first.slug
    if (copy := COPY.fullmatch(title)) and slug.endswith(f"-{copy[2]}"):
        title, slug = copy[1], slug.removesuffix(f"-{copy[2]}")
    base = slug[:55].rstrip("-")
    db.take_turn(SLUGS)
    taken = set(db.session().scalars(select(Newsletter.slug).where(Newsletter.slug.startswith(base))))
    number = next(n for n in range(2, 10_000) if f"{base}-{n}" not in taken)
    return f"{title[:112].rstrip()} ({number})", f"{base}-{number}"


def _editions(
    first: Mapping[str, Edition], copy_id: int, numbers: Mapping[int, int], account_id: int | None, now: datetime
) -> None:
    """The same words, with the pictures of the copy. Whoever copies them brings them, so another person approves."""
    known = {"newsletter_id": copy_id, "written_by_id": account_id, "changed_at": now}
    copies = {
        code: Edition(
            language=code,
            subject=one.subject,
            preheader=one.preheader,
            body=with_pictures(one.body, numbers),
            seen=one.seen,
            **known,
        )
        for code, one in first.items()
    }
    for copy in copies.values():
        if copy.seen:
            copy.seen = sources.seen_in_copy(copy.seen, first["en"], copies["en"])
        db.session().add(copy)


def with_pictures(body: str, numbers: Mapping[int, int]) -> str:
    """The text, with other numbers in its blocks of pictures. What only looks like a block is text, and stays."""
    marked = Marked(body)
    lines = marked.source.split("\n")
    for block in marked.blocks:
        if block.kind == "picture" and (number := numbers.get(block.number("number"))):
            lines[block.line - 1] = blocks.with_picture(lines[block.line - 1], number)
    return "\n".join(lines)
