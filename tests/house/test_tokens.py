"""The addresses in letters: each opens one thing for one purpose, and nothing that was tampered with opens any."""

import pytest

from campaign import seals
from tests.house.everything import a_few, on_sqlite, routes

pytestmark = on_sqlite
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _doors(site):
    """Every route with a signed address: method, address with a gap, purpose."""
    for method, address, rule in routes(site.app):
        for converter in rule._converters.values():
            if isinstance(converter, seals.Signed):
                start, _, end = address.partition("<")
                yield method, start + "{}" + end.partition(">")[2], converter.purpose


def _token(site, purpose, row_id=1):
    with site.inside():
        return seals.sign(purpose, row_id)


@pytest.mark.wider
def test_a_token_opens_the_doors_of_its_own_purpose_and_no_other(everything):
    site = everything.site
    doors, visitor = list(_doors(site)), site.visitor()
    purposes = sorted({purpose for _, _, purpose in doors})
    known = (
        "address",
        "ask",
        "door",
        "guardian",
        "invite",
        "join",
        "leave",
        "me",
        "my-shifts",
        "present",
        "rsvp",
        "shift-door",
        "shifts",
        "sign",
        "withdraw",
    )
    assert purposes == [*known]
    for number, (method, address, _) in enumerate(doors):
        wanted = {purpose for *door, purpose in doors if door == [method, address]}  # /confirm/ is for several
        # The rest of them in turn: tests/hostile/test_tokens_at_once.py tries each at each.
        for purpose in sorted({*wanted, *a_few(purposes, number * 5, 5)}):
            answer = visitor.raw(address.format(_token(site, purpose)), method=method)
            # Behind the staff door a form wants its token; elsewhere it may lack a field, or come late.
            right = (400,) if method == "POST" and address.startswith("/staff") else (200, 303, 409, 410, 422)
            expected = right if purpose in wanted else (404, 405)
            assert answer.status_code in expected, (method, address, purpose)


def test_a_token_opens_its_own_row_only(everything):
    first, second = (_token(everything.site, "sign", row) for row in (1, 2))
    mixed = first.partition(".")[0] + "." + second.partition(".")[2]
    assert everything.site.visitor().get(f"/confirm/{mixed}").status == 404


def _tampered(token):
    whole, half = len(token), token.index(".")
    yield from (token[:cut] for cut in range(1, whole))
    yield from (
        token[:at] + LETTERS[(LETTERS.find(token[at]) + 1) % 64] + token[at + 1 :] for at in range(half + 1, whole)
    )
    yield from (token[:half] + "0" + token[half:], token.replace("-1.", "-01."), token.replace("-1.", "--1."))
    yield from (
        token.upper(),
        token.lower(),
        token.swapcase(),
        token + "A",
        token + "=",
        token + "%00",
        token + "%0A",
    )
    yield from (
        token + "A" * 5000,
        "A" * 5000,
        "sign-" + "9" * 4000 + token[half:],
        token.replace("-1.", "-%D9%A1."),
    )
    yield from (
        "%FF%FE",
        "..%2F..%2Fetc",
        "sign-1." + "%F0%9F%98%80" * 43,
        "sign-1.",
        ".",
        "%20",
        "<b>",
        "{{7*7}}",
    )


@pytest.mark.wider
@pytest.mark.parametrize("kind", ["confirm", "withdraw", "unsubscribe", "me", "address"])
def test_a_token_that_was_cut_altered_or_made_up_gets_a_page_and_opens_nothing(everything, kind):
    purpose = {"confirm": "sign", "withdraw": "withdraw", "unsubscribe": "leave", "me": "me", "address": "address"}[
        kind
    ]
    token, visitor = _token(everything.site, purpose), everything.site.visitor()
    assert visitor.raw(f"/{kind}/{token}").status_code == 200
    ways = ("GET", ""), ("POST", ""), ("GET", "/es")
    for number, wrong in enumerate(_tampered(token)):
        for method, prefix in a_few(ways, number, 1):
            status = visitor.raw(f"{prefix}/{kind}/{wrong}", method=method).status_code
            assert status in ((404, 410) if method == "GET" else (404, 405, 410)), (method, prefix, status, wrong)


def test_a_broken_link_is_explained(everything):
    page = everything.site.visitor().get("/confirm/sign-1.cut")
    assert page.heading == "This link does not work" and page.link("See the pledges") == "/pledges"


def test_a_token_of_something_no_longer_kept_says_so(everything):
    visitor = everything.site.visitor()
    for purpose, kind in (("sign", "confirm"), ("withdraw", "withdraw"), ("me", "me"), ("address", "address")):
        path = f"/{kind}/{_token(everything.site, purpose, 999)}"
        assert visitor.get(path).status == 410
        assert visitor.raw(path, method="POST").status_code in (404, 405, 410)


def test_a_token_of_another_secret_opens_nothing(everything, make_site):
    other = make_site(secret_key="another secret for tests, long enough", seeded=False)
    assert everything.site.visitor().get(f"/confirm/{_token(other, 'sign')}").status == 404


def test_a_token_has_256_bits_and_is_the_same_in_every_rendering(site):
    token = _token(site, "sign")
    assert len(token.partition(".")[2]) == 43 and token == _token(site, "sign")


def test_unsubscribing_may_be_repeated_and_never_expires(everything, later):
    later(days=4000)
    path, visitor = f"/unsubscribe/{_token(everything.site, 'leave')}", everything.site.visitor()
    for _ in range(2):
        assert visitor.raw(path, method="POST", data={"List-Unsubscribe": "One-Click"}).status_code == 200


def test_unsubscribing_somebody_who_was_forgotten_is_no_error(everything):
    path = f"/unsubscribe/{_token(everything.site, 'leave', 999)}"
    assert everything.site.visitor().raw(path, method="POST").status_code == 200
