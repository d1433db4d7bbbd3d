"""What a comparison found, in sentences: each kind of difference with its reason and what mending it does."""

from collections.abc import Iterator

from .comparing import Compared

KINDS = {
    "left": ("left at the list, and here they still want the news", "here they have left, too"),
    "to_tell": ("left here, and the list still has them", "the list is told"),
    "erased": ("left or erased themselves here, and the list still has them", "the list unsubscribes or deletes them"),
    "gone": ("were on the list and are not any more, though nobody left", "they are put aside for staff, not added"),
    "back": ("had left at the list, and subscribed there again", "here they have come back, too"),
    "stuck": ("want the news, and the list does not write to them (mail came back, archived)", "staff see them"),
    "free": ("were stuck, and are on the list now", "they are stuck no more"),
    "only_here": ("want the news, and the list was never told of them", "the list is told"),
}


def lines(found: Compared) -> Iterator[str]:
    """All of it, the removals first."""
    yield f"The list knows {found.there} people; all of them were read. {found.wanted} want the news here."
    for name, (why, remedy) in KINDS.items():
        if number := getattr(found, name):
            yield f"{number} {why}: {remedy}{'.' if found.mended else ' by --repair.'}"
    if found.only_there:
        yield f"{found.only_there} are known there alone: they came by another door, and are left alone."
    if not found.differ:
        yield "Both say the same."
    elif not found.mended:
        yield "Nothing was changed."
