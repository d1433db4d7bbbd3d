"""Looking changes nothing: programs follow every link, and must not sign, confirm, leave or sign in for anybody.

What is counted of a look is a number for a code and a day, and of nobody; and that staff opened a letter or took a
table is noted in the audit trail. Both are left out here.
"""

import re
from urllib.parse import urlsplit

import pytest

from campaign import i18n
from campaign.web import DOORS
from tests.house import everything as house
from tests.house.everything import DRILL, Choices, a_few, on_sqlite, routes
from tests.pledges.acts import text_of

TIMES = 3 if DRILL else 2


def contents(site):
    """All that the records hold of anybody."""
    return {name: rows for name, rows in house.contents(site).items() if name not in {"code_visits", *house.NOTED}}


def _addresses(everything):
    """Every route that can be looked at, in both languages, and every link of every letter."""
    for method, address, rule in routes(everything.site.app):
        if method == "GET":
            yield everything.address(rule)
            if not address.startswith(i18n.ONE_ADDRESS):
                yield "/es" + everything.address(rule)
    for letter in everything.letters:
        html = letter.get_body(("html",)).get_content()
        links = re.findall(r"https?://\S+", text_of(letter)) + re.findall(r'href="([^"]+)"', html)
        yield from (urlsplit(link.strip("<>")).path for link in [*links, str(letter["List-Unsubscribe"]).strip("<>")])


@on_sqlite
@pytest.mark.wider
def test_looking_at_everything_again_and_again_changes_no_record(everything):
    addresses = set(_addresses(everything))
    assert {path.strip("/").split("/")[0] for path in addresses} >= {
        "confirm",
        "withdraw",
        "unsubscribe",
        "staff",
        "partner",
    }
    before = contents(everything.site)
    stranger, insiders = everything.site.visitor(), (everything.staff, everything.partner)
    for number, path in enumerate(sorted(addresses)):
        # Public pages know nobody: there one of the insiders is enough, and who looks again is a stranger. A page in
        # Spanish is the same page: one of them all looks at it once.
        door, spanish = path.startswith(DOORS), path.startswith("/es")
        people = (*(insiders if door else a_few(insiders, number, 1)), stranger)
        for person in a_few(people, number, 1) if spanish else people:
            again = DRILL or (not spanish and person is (everything.insider(path) if door else stranger))
            more = ["HEAD", "OPTIONS"] if DRILL or (not spanish and person is stranger) else []
            for method in ["GET"] * (TIMES if again else 1) + more:
                assert person.raw(path, method=method, buffered=True).status_code < 500, (method, path)
    assert contents(everything.site) == before


DEEDS = [
    *("resend", "open", "close", "pass", "refuse", "again", "not-me", "now", "retire", "bring-back", "lift", "lower"),
    *("restore", "invite", "disable", "start-over", "end-others", "recovery-codes", "release"),
    *(
        "agreements",
        "join-again",
        "leave",
        "logo",
        "remove",
        "pause",
        "resume",
        "find",
        "approve",
        "turn-down",
        "bring-in",
    ),
    *("sign-off", "file", "removed", "end", "language", "letters", "news", "send", "take-back"),
    *("note", "vouch", "revoke", "age", "let-return", "usual", r"trainings/\d+/codes", "cancel"),
    *("publish", "reopen", "duplicate", "approve", "decline", "propose", "picture"),
    *("ask", "out", "decide", "yes", "no", "let-out"),
    *("in", "walk-in", "undo", "links", "test", "throw-away"),
    *(r"sending/(trial|go|pace|draft)", r"once-more(/\d+)?", r"leave/\d+"),
    *("pictures", r"newsletters/\d+/words/[a-z-]+/look"),
]


@on_sqlite
@pytest.mark.wider
def test_following_every_link_of_every_page_changes_no_record(everything):
    before, choices = contents(everything.site), Choices(everything.site.app)
    waiting, seen = ["/", "/es/", "/staff/", "/partner/"], set()
    while waiting:
        if (path := waiting.pop()) in seen:
            continue
        seen.add(path)
        if not choices.new(path):
            continue
        answer = everything.insider(path).raw(path, buffered=True)
        assert answer.status_code in (200, 301, 302, 303, 308), path
        if answer.mimetype != "text/html":
            continue
        found = re.findall(r'(?:href|src|action)="(/[^"#]*)"', answer.get_data(as_text=True))
        waiting += [one.replace("&amp;", "&") for one in found if "/sign-out" not in one and not _is_a_deed(one)]
    assert {"/help", "/es/help", "/privacy", "/pledges/freedom", "/staff/signatures", "/partner/codes/1"} <= seen
    assert contents(everything.site) == before


def _is_a_deed(path):
    return re.search(rf"/({'|'.join(DEEDS)})$", path)


@on_sqlite
def test_a_deed_is_noticed(everything):
    before = contents(everything.site)
    link = next(path for path in _addresses(everything) if path.startswith("/confirm/sign-2"))
    everything.site.visitor().post(link)
    assert contents(everything.site) != before


@on_sqlite
def test_a_look_that_writes_is_noticed(everything):
    before = contents(everything.site)
    link = next(path for path in _addresses(everything) if path.startswith("/confirm/sign-2"))
    views = everything.site.app.view_functions
    views["pledges.confirm"] = views["pledges.confirmed"]  # as other sites confirm: by the link itself
    everything.site.visitor().raw(link)
    assert contents(everything.site) != before
