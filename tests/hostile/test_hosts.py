"""S11: a request that names another host is refused, and no letter and no page repeats what a request claims of us."""

from campaign.app import create_app
from tests.house.everything import contents, on_sqlite, routes
from tests.pledges.acts import ANNA, text_of
from tests.visitor import Page

pytestmark = on_sqlite
ELSEWHERE = "elsewhere.example"
HOSTS = [
    *(ELSEWHERE + end for end in ("", ":80", ":443", ".", ":", ":x", "/", "?", "#", "\\", "%00", " ", "\t")),
    *(f"localhost{e}{ELSEWHERE}" for e in (".", "@", ":@", ":80@", ",", " ", "\t", "/", "\\", "#", "?", ";", "%00")),
    *(f"localhost{end}" for end in (".", "..", ":", ":x", ":-1", ":+1", ":0x50", ":80x", ":80 ", ":80:80", ":999999")),
    *(f"localhost{end}" for end in (":80/x", ":80#x", ":80?x", ":\u0661", ":80@", ":80@x", ":80,x", ":8 0", ":80;x")),
    *(f"{start}localhost" for start in (".", "@", ":", "x", "x.", "x@", "//", "/", "\\", "http://", ",", "[", "x,")),
    *("", " ", ".", ":", ":80", "[::1", "[::1]", "[::]:80", "::1", "0", "0.0.0.0", "127.1", "2130706433", "a b", "*"),
    *("\u00e4.example", "loc\u0430lhost", "\uff4cocalhost", "localhost\u3002", "\u24dbocalhost", "%6cocalhost"),
    "x" * 5000,
]  # fmt: skip
CLAIMS = ("X-Forwarded-Host", "X-Host", "X-Original-Host", "X-Forwarded-Server", "X-HTTP-Host-Override", "Forwarded")


def _ask(site, host, path, **more):
    """Ask with these very bytes for a host; a client would mend some of them."""
    environ = {"HTTP_HOST": host.encode().decode("latin-1")}
    return site.visitor().client.open(path, environ_overrides=environ, **more)


def test_every_wrong_host_is_refused_and_repeated_nowhere(everything):
    before = contents(everything.site)
    assert len(set(HOSTS)) >= 75
    for host in HOSTS:
        for path in ("/", "/es/help", "/staff", "/staff/sign-in", "/nowhere", "/q/" + everything.code, "/static/x.css"):
            answer = _ask(everything.site, host, path)
            assert answer.status_code == 400, (host, path)
            assert ELSEWHERE not in answer.get_data(as_text=True) + str(answer.headers), (host, path)
        assert _ask(everything.site, host, "/pledges/freedom", method="POST", data=ANNA).status_code == 400, host
    assert Page(_ask(everything.site, ELSEWHERE, "/help"), "/help").heading
    assert contents(everything.site) == before


def test_our_own_host_is_taken_however_it_is_written(site):
    for host in ("localhost", "LOCALHOST", "LocalHost:80", "localhost:8000", "127.0.0.1:65535"):
        assert _ask(site, host, "/help").status_code == 200, host


def test_no_page_and_no_redirect_repeats_what_a_header_claims(everything):
    claims = {name: f"host={ELSEWHERE}" if name == "Forwarded" else ELSEWHERE for name in CLAIMS}
    for method, _address, rule in routes(everything.site.app):
        if method == "GET":
            for person in (everything.insider(rule.rule), everything.site.visitor()):
                answer = person.raw(everything.address(rule), headers=claims, buffered=True)
                assert ELSEWHERE.encode() not in answer.data and ELSEWHERE not in str(answer.headers), rule.rule


def test_the_links_in_letters_are_built_from_the_settings(make_site, later, noon):
    site = make_site(base_url="https://campaign.example", trusted_proxies=1)
    claims = dict.fromkeys(CLAIMS, ELSEWHERE) | {"Host": "campaign.example", "X-Forwarded-Proto": "https"}
    page = Page(site.visitor().raw("/pledges/freedom", headers=claims), "/pledges/freedom")
    later(seconds=3)
    sent = {**page.form("Sign the pledge")["fields"], **ANNA}
    assert site.visitor().raw("/pledges/freedom", method="POST", data=sent, headers=claims).status_code == 303
    letter = site.letter()
    assert "https://campaign.example/confirm/" in text_of(letter)
    assert ELSEWHERE not in letter.as_string() and "localhost" not in letter.as_string()


def test_a_site_that_takes_every_host_is_noticed(site):
    open_to_all = create_app(site.config)
    guard = open_to_all.wsgi_app
    everybody = {"HTTP_HOST": "localhost"}
    open_to_all.wsgi_app = lambda environ, start_response: guard(environ | everybody, start_response)  # type: ignore[method-assign]
    answer = open_to_all.test_client().get("/help", environ_overrides={"HTTP_HOST": ELSEWHERE})
    assert answer.status_code == 200  # what the first test would have found
