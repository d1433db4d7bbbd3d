"""The letters of one newsletter: each edition prepared once, then one letter after another for next to nothing."""

from email.headerregistry import Address
from functools import partial

from .. import clock, db, i18n, seals, web
from ..post import Parcel
from . import rendering
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
        languages = [one.code for one in i18n.site().languages]
        self.prepared: dict[str, Prepared] = {one: rendering.prepared(newsletter_id, one) for one in languages}
        self.envelopes: dict[tuple[str, bool], Envelope] = {}

    def ready(self, reader: Reader) -> Ready:
        """A letter to somebody, to be written by whoever hands it over."""
        spoken = i18n.find(reader.language)
        leave = web.address("supporters.unsubscribe", spoken, supporter_id=reader.supporter_id)
        page = web.address("supporters.me", spoken)  # without a token: a letter that is passed on opens nothing
        known = rendering.Reader(reader.name, leave, page, spoken.code)
        envelope = self._envelope(spoken.code, discreet=reader.discreet)
        subject = i18n.site().discretion.subject if reader.discreet else {}
        name = name_of(reader.recipient_id)
        write = partial(
            _write,
            self.prepared[spoken.code],
            envelope,
            known,
            (reader.email, name),
            subject.get(spoken.code, subject.get("en", "")),
        )
        return Ready(reader.recipient_id, f"newsletter-{reader.recipient_id:08d}", write)

    def _envelope(self, language: str, *, discreet: bool) -> Envelope:
        if (language, discreet) not in self.envelopes:
            spoken, site = i18n.find(language), i18n.site()
            with i18n.speaking(spoken):
                usual = self.from_name or i18n.tr(site.mail.sender_name)
                sender = i18n.tr(site.discretion.sender_name) if discreet else usual
                list_name = sender if discreet else i18n.tr(site.campaign.name)
            address = Address(sender, addr_spec=site.mail.sender_address)
            written = i18n.find(self.prepared[language].edition_language)
            self.envelopes[language, discreet] = Envelope(address, list_name, written.tag)
        return self.envelopes[language, discreet]


def name_of(recipient_id: int) -> str:
    """What stands before the @ of the Message-ID: the same whenever this letter is sent, so that doubles are known."""
    return f"n{recipient_id}.{seals.keyed('newsletter', str(recipient_id))[:20]}"


def _write(
    prepared: Prepared, envelope: Envelope, reader: rendering.Reader, whom: tuple[str, str], subject: str
) -> Parcel:
    """Raises Permanent for an address that cannot be written to."""
    written = prepared.for_reader(reader)
    said = subject or written.subject, written.text, written.html
    return envelope.parcel(*whom, clock.now(), reader.unsubscribe, said)
