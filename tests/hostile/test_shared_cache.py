"""S16: a cache in front of the site, even a careless one, gives nobody what was meant for somebody else."""

import re

import pytest
from flask import Response, request

from campaign.web import DOORS
from tests.hostile.shared_cache import SharedCache, fresh, storable
from tests.house.everything import a_few, on_sqlite, routes

pytestmark = on_sqlite
# What only staff or one person may see. A first name and a message that staff have passed are for everybody.
PERSONAL = (
    "anna@example.org",
    "bela@example.org",
    "Anna Sample",
    "Bela Sample",
    "staff@example.org",
    "partner1@example.org",
)
TRICKS = [
    "/x.css", "/x.js", "/x.png", "/x.pdf", "/x.txt", ".css", ".js", ".png", ".json", "%2ecss", "%2Ejs",
    ";.css", ";x.css", ";/x.css", "%3b.css", "%3bx.css", "/;x.css", "%2f.css", "%2fx.css", "%2fx%2ecss", "/.css",
    "//x.css", "%00.css", "%0a.css", "%0d%0ax.css", "%09.css", "%20.css", "%23.css", "%3f.css", "%3fx=.css", "%5cx.css",
    "%7f.css", "%252fx.css", "%253bx.css", "/..%2fx.css", "/../x.css", "/%2e%2e/x.css", "/..;/x.css", "/./x.css",
    "/x.css/", "!.css", "@x.css", "&x.css", "~.css", "$x.css", ",x.css", "/x.css%00", "/robots.txt", "/favicon.ico",
    "/static/css/site.css",
]  # fmt: skip
BEFORE = ["/static/..%2f..", "/static/%2e%2e", "/static/../", "/static//..", "/static/css/%2e%2e%2f%2e%2e", "/x.css/.."]
BEFORE += ["/static/..;/", "/static%2f..", "/static/%252e%252e", "//static/..", "/static/css/site.css%2f..%2f..%2f.."]

# What a request can say that a careless site would answer otherwise to.
WAYS = {"Accept-Language": "es", "User-Agent": "Mobile", "Accept": "application/json", "Accept-Encoding": "br"}
WAYS |= {"Save-Data": "on", "Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example", "DNT": "1"}
WAYS |= {"X-Requested-With": "XMLHttpRequest", "X-Forwarded-Proto": "https", "X-HTTP-Method-Override": "POST"}
WAYS |= {"X-Original-URL": "/staff/", "X-Rewrite-URL": "/help", "X-Forwarded-Prefix": "/x"}


def _private(everything):
    """The addresses that show something to some and not to others: behind the door, and those in letters."""
    for method, address, rule in routes(everything.site.app):
        if method == "GET" and (address.startswith(DOORS) or "signed(" in address) and "poster" not in address:
            yield everything.address(rule)


def _personal(answer, *secrets):
    return [one for one in (*PERSONAL, *secrets) if one.encode() in answer.data]


def _token(everything):
    """The token of the staff's forms, which is theirs alone."""
    return str(everything.staff.get("/staff/").one("form input[name=csrf_token]").attrs["value"])


@pytest.mark.wider
def test_nothing_that_a_cache_may_keep_has_a_cookie_or_is_about_somebody(everything):
    seen = 0
    for number, (method, _address, rule) in enumerate(routes(everything.site.app)):
        if method == "GET":
            path, people = everything.address(rule), (everything.insider(rule.rule), everything.site.visitor())
            for sent, whose in (("GET", people), ("HEAD", a_few(people, number, 1))):
                for person in whose:
                    answer = person.raw(path, method=sent, buffered=True)
                    if storable(answer):
                        seen += 1
                        assert not answer.headers.getlist("Set-Cookie"), rule.rule
                        assert not _personal(answer), rule.rule
    assert seen >= 20


FILES = (".csv", ".json", ".pdf", ".png", ".zip")  # behind a door: a careless cache keeps them by their names


@pytest.mark.wider
def test_through_a_cache_strangers_get_only_what_the_site_itself_would_give_them(everything):
    token, stranger = _token(everything), everything.site.visitor()
    caches = (SharedCache(careless=False), SharedCache(careless=True))
    for number, (method, _address, rule) in enumerate(routes(everything.site.app)):
        path = everything.address(rule)
        for cache in a_few(caches, number, 1):
            if method == "GET" and not (cache.careless and path.startswith(DOORS) and path.endswith(FILES)):
                cache.get(everything.insider(path), path)
                given = cache.get(stranger, path)
                own = stranger.raw(path, buffered=True)
                assert _personal(given, token) == _personal(own, token), path
                assert given.status_code == own.status_code, path


@pytest.mark.gate("S16", quick=4, full=10_000)
def test_no_private_page_answers_at_an_address_that_looks_like_a_file(everything, size):
    cache, stranger, tried = SharedCache(careless=True), everything.site.visitor(), 0
    token = _token(everything)
    for number, private in enumerate(_private(everything)):
        spelled = [private + trick for trick in TRICKS] + [before + private for before in BEFORE]
        for path in (spelled[number:] + spelled[:number])[:size]:
            tried += 1
            cache.get(everything.insider(private), path)
            assert not _personal(cache.get(stranger, path), token), path
    assert tried >= 100


def _plain(answer):
    """A page without what is different in each of its renderings: signed moments, a cookie's counterpart."""
    return re.sub(rb'(name="(?:rendered|csrf_token)" value=")[^"]*', rb"\1", answer.data)


@pytest.mark.wider
def test_what_differs_from_one_reader_to_another_says_so(everything):
    """An answer that depends on a header names it in Vary, or is stored by nobody."""
    for number, (method, _address, rule) in enumerate(routes(everything.site.app)):
        if method != "GET":
            continue
        path, stranger = everything.address(rule), everything.site.visitor()
        usual = stranger.raw(path, buffered=True)
        for name, value in a_few([*WAYS.items()], number * 2, 2):
            other = stranger.raw(path, buffered=True, headers={name: value})
            same = (usual.status_code, _plain(usual)) == (other.status_code, _plain(other))
            says_so = name.lower() in other.headers.get("Vary", "").lower()
            assert same or says_so or not storable(other), (path, name)
        staff = everything.insider(path).raw(path, buffered=True)
        if (usual.status_code, _plain(usual)) != (staff.status_code, _plain(staff)):
            assert not storable(usual) and not storable(staff), path


@pytest.fixture
def somebody(site):
    """A page of the site's that tells who is looking, and somebody whom it knows."""

    def about_me(more=""):
        said = request.args.get("cache")
        who = "Anna Sample" if "staff" in request.cookies else "nobody"
        return Response(who, headers={"Cache-Control": said} if said else {})

    site.app.add_url_rule("/about-me", "about_me", about_me)
    site.app.add_url_rule("/about-me/<path:more>", "about_me_too", about_me)
    person = site.visitor()
    person.client.set_cookie("staff", "made-up")
    return person


@pytest.mark.parametrize(
    "said", ["max-age=60", "public", "s-maxage=9", "", "no-store, max-age=60", "private", "no-cache"]
)
def test_the_cache_keeps_what_it_may_and_a_site_that_lets_it_is_noticed(site, somebody, said):
    cache, path = SharedCache(), f"/about-me?cache={said}"
    kept = fresh(cache.get(somebody, path))
    leaked = bool(_personal(cache.get(site.visitor(), path)))
    assert kept == leaked == (said in ("max-age=60", "public", "s-maxage=9", ""))


def test_a_page_that_answers_below_its_own_address_is_noticed(site, somebody):
    cache, path = SharedCache(careless=True), "/about-me/x.css?cache=no-store"
    cache.get(somebody, path)
    assert _personal(cache.get(site.visitor(), path))
