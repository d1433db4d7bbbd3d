"""The letters of one newsletter: each edition prepared once, then one letter after another for next to nothing."""

from email.headerregistry import Address
from functools import partial

from .. import clock, db, i18n, seals, web
from ..post import Parcel
from ..settings import Language
from . import codes, rendering
from .envelope import Envelope
from .models import Newsletter
from .pool import Ready
from .recipients import Reader
from .rendering import Prepared


class Letters:
    """What is needed to write them. Raises LookupError when there is nothing to send."""

    def __init__(self, newsletter_id: int) -> None:
        self.id = newsletter_id
        self.from_name = db.session().get_one(Newsletter, newsletter_id).from_name
        known = codes.of(newsletter_id)
        languages = i18n.site().languages
        self.prepared: dict[str, Prepared] = {
            one.code: rendering.prepared(newsletter_id, one.code) for one in languages
        }
        self.via = {code: known.get(one.edition_language, "") for code, one in self.prepared.items()}
        self.envelopes = {one.code: self._envelope(one) for one in languages}
        # Without a token: a letter that is passed on opens nothing.
        self.own_pages = {one.code: web.address("supporters.me", one) for one in languages}

    def _envelope(self, spoken: Language) -> Envelope:
        site = i18n.site()
        with i18n.speaking(spoken):
            sender, list_name = self.from_name or i18n.tr(site.mail.sender_name), i18n.tr(site.campaign.name)
        written = i18n.find(self.prepared[spoken.code].edition_language)
        return Envelope(Address(sender, addr_spec=site.mail.sender_address), list_name, written.tag)

    def ready(self, reader: Reader) -> Ready:
        """A letter to somebody, to be written by whoever hands it over."""
        spoken = i18n.find(reader.language)
        via = {"via": code} if (code := self.via[spoken.code]) else {}
        leave = web.address("supporters.unsubscribe", spoken, supporter_id=reader.supporter_id, **via)
        known = rendering.Reader(reader.name, leave, self.own_pages[spoken.code], spoken.code)
        whom = reader.email, name_of(reader.recipient_id)
        write = partial(_write, self.prepared[spoken.code], self.envelopes[spoken.code], known, whom)
        return Ready(reader.recipient_id, f"newsletter-{reader.recipient_id:08d}", write)


def name_of(recipient_id: int) -> str:
    """What stands before the @ of the Message-ID: the same whenever this letter is sent, so that doubles are known."""
    return f"n{recipient_id}.{seals.keyed('newsletter', str(recipient_id))[:20]}"


def _write(prepared: Prepared, envelope: Envelope, reader: rendering.Reader, whom: tuple[str, str]) -> Parcel:
    """Raises Permanent for an address that cannot be written to."""
    written = prepared.for_reader(reader)
    return envelope.parcel(*whom, clock.now(), reader.unsubscribe, (written.subject, written.text, written.html))
