"""P6: public pages, made anew and kept, beside plain Flask."""

from .gates import Failed, Figure, Finding, Series, gate
from .load import Expect, Load, read
from .stand import Measure, Site, Stand

CROWD = 32
PAGE = "/pledges/p1"  # shows 60 voices
VOICE = "I sign for reason number 37."


@gate(
    "P6", "A page costs little more than the same page in plain Flask, and a kept one less than bare Flask's greeting."
)
def measure(stand: Stand, finding: Finding) -> None:
    """The page with 60 voices; the list's 304; the count as JSON. Every body is searched for what must be in it."""
    with (
        stand.site("campaign") as kept,
        stand.site("campaign", page_cache=False) as cold,
        stand.site("plain") as plain,
    ):
        finding.remarks.append(_same_page(kept, plain))
        etag = kept.server.get("/pledges")[2]["etag"]
        whole, some = Expect(marker=VOICE), Expect(marker='"count":')
        bare, mine, hello, page, unchanged, count = stand.in_turn(
            _reading("the page in plain Flask", plain, PAGE, whole),
            _reading("the page, made anew", cold, PAGE, whole),
            _reading("bare Flask's greeting", plain, "/hello", Expect(marker="hello")),
            _reading("the page, kept", kept, PAGE, whole),
            _reading("the list, unchanged (304)", kept, "/pledges", Expect(304, etag=etag)),
            _reading("the count (JSON)", kept, f"{PAGE}/count", some),
        )
    finding.series += [bare, mine, hello, page, unchanged, count]
    finding.figures += [
        Figure.ratio("made anew ÷ plain Flask", mine, bare, 0.60, target=0.85),
        Figure.ratio("kept ÷ greeting", page, hello, 0.90, target=1.3),
        Figure.ratio("304 ÷ greeting", unchanged, hello, 0.90, target=1.3),
        Figure.ratio("count ÷ greeting", count, hello, 0.90, target=1.3),
        Figure.ratio("cache switched off ÷ greeting", mine, hello, 0.90, control=True),
    ]


def _reading(name: str, site: Site, path: str, expect: Expect) -> tuple[Series, Measure]:
    return Series(name), lambda seconds: read(site.server, Load(CROWD, seconds), path, expect)


def _same_page(ours: Site, plain: Site) -> str:
    """How large the two pages are. Raises Failed when they differ so much that they cannot be the same page."""
    sizes = [len(site.server.get(PAGE)[1]) for site in (ours, plain)]
    if not 0.9 < sizes[0] / sizes[1] < 1.1:
        raise Failed(f"the pages to compare have {sizes[0]} and {sizes[1]} bytes")
    return f"The page has {sizes[0]} bytes, plain Flask's {sizes[1]}."
