"""A site whose audience at the fake has been set up, so that hooks come through its door; and what is sent there."""

from urllib.parse import urlencode, urlsplit

from campaign import clock
from campaign.mailing import fake as mailchimps
from campaign.mailing import wiring
from campaign.mailing.fake.account import AUDIENCE, KEY
from campaign.mailing.fake.hooks import signature
from campaign.mailing.mailchimp import Mailchimp
from tests.conftest import MakeSite, Site
from tests.mailing.conftest import PATIENT

FORM = "application/x-www-form-urlencoded"


def at_mailchimp(make_site: MakeSite, chimp: mailchimps.Fake, **more: object) -> Site:
    """A site whose list is at the fake, which reaches it."""
    known = {"mailchimp_key": KEY, "mailchimp_audience": AUDIENCE, "mailchimp_host": chimp.url}
    site = make_site(seeded=False, **known, **more)
    client = site.app.test_client()

    def send(method: str, url: str, headers: dict[str, str], body: bytes) -> int:
        kind = headers.pop("Content-Type", None)
        return client.open(urlsplit(url).path, method=method, data=body, headers=headers, content_type=kind).status_code

    chimp.hooks.send, chimp.hooks.now = send, clock.now
    return site


def wires(site: Site, chimp: mailchimps.Fake) -> wiring.Wiring:
    """What sets the audience up."""
    return wiring.Wiring(Mailchimp(KEY, chimp.url, PATIENT), AUDIENCE, site.config.base_url)


def set_up(site: Site, chimp: mailchimps.Fake) -> list[str]:
    """Set the audience up, and what was said to be done."""
    done: list[str] = []
    with site.inside():
        one = wires(site, chimp)
        one.do(one.plan(), done.append)
    return done


def door(chimp: mailchimps.Fake) -> str:
    """The address of the hook."""
    [hook] = chimp.hooks.known.values()
    return urlsplit(hook.url).path


def told(email: str, event: str = "unsubscribe", **more: str) -> bytes:
    """What a delivery says."""
    said = {"type": event, "fired_at": "2027-01-11 12:00:00", "data[email]": email, "data[list_id]": AUDIENCE}
    return urlencode(said | more).encode()


def post(site: Site, chimp: mailchimps.Fake, body: bytes, *, path: str = "", sign: str | None = None) -> int:
    """Send this to the hook, signed as Mailchimp would, or otherwise; the status of the answer."""
    [hook] = chimp.hooks.known.values()
    sign = signature(hook.secret, body, clock.now()) if sign is None else sign
    headers = {"X-Mailchimp-Signature": sign} if sign else {}
    sent = {"data": body, "headers": headers, "content_type": FORM}
    return site.app.test_client().post(path or door(chimp), **sent).status_code
