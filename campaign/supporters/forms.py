"""What forms of those who join in share, the words with which they agree, and the forms around one's own page."""

import re
from typing import Any, ClassVar

from flask import request
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, HiddenField
from wtforms.validators import ValidationError

from .. import cache, i18n
from ..forms import EmailField, Line, Lines, PublicForm, StaffForm, not_blank, suggestion
from ..partners.models import Partner
from . import removing
from .shares import Ticked

NOT_A_NAME = re.compile(r"://|www\.|@|\.(?:com|org|net|info)\b|\d(?:\D?\d){4}", re.IGNORECASE)
NEWSLETTER = i18n.guarded("Yes, send me news of the campaign by email. I can leave at any time.")


def delivery(partner: str) -> i18n.Guarded:
    """The words to which a partner is given somebody's name and address."""
    return i18n.guarded("Give my name and my email address to %(partner)s.", partner=partner)


def mailing(partner: str) -> i18n.Guarded:
    """The words to which a partner may write to somebody: a consent of its own."""
    return i18n.guarded("%(partner)s may send me its own news by email.", partner=partner)


class JoiningForm(PublicForm):
    """Name and address of somebody who joins in, with the boxes for our news and for the partner by whom they came."""

    name = Line(lazy_gettext("Your name"), [not_blank(lazy_gettext("Please give your name."))], most=100)
    email = EmailField(lazy_gettext("Email address"))
    newsletter = BooleanField(NEWSLETTER)
    delivery = BooleanField()
    mailing = BooleanField()
    suggestion = HiddenField()
    via = HiddenField()
    partner = HiddenField()
    hint = ""
    ORDER: ClassVar[tuple[Any, ...]] = (..., "newsletter", "delivery", "mailing")

    def __init__(self, *args: Any, offer: Partner | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer(offer)
        if request.method in ("GET", "HEAD"):
            self.via.data = cache.VIA if cache.keeping() else (request.args.get("via") or "")[:10]
            came = f"?via={self.via.data}" if self.via.data else f"?from={offer.slug}" if offer else ""
            i18n.carry(cache.VIA_QUERY if cache.keeping() else came)

    def _offer(self, offer: Partner | None) -> None:
        """The boxes of the partner by whom somebody came, with its name in their words; none for anybody else."""
        self.offer, self.partner.data = offer, offer.slug if offer else ""
        if offer is None:
            del self.delivery, self.mailing
        else:
            self.delivery.label.text = delivery(offer.name)
            self.mailing.label.text = mailing(offer.name)

    @property
    def ticked(self) -> Ticked | None:
        """What is ticked for that partner; None when nothing is."""
        if self.offer is None or not (self.delivery.data or self.mailing.data):
            return None
        gives, mails = ((str(one.label.text) if one.data else "") for one in (self.delivery, self.mailing))
        return Ticked(self.offer.id, gives, mails, self.delivery.label.text.language)

    @property
    def news(self) -> str:
        """The words of the box for our news; empty when it was left."""
        return str(self.newsletter.label.text) if self.newsletter.data else ""

    def validate_name(self, field: Line) -> None:
        """The name stands in a letter to somebody who may not have asked for it, so it must not be an advertisement."""
        if NOT_A_NAME.search(field.data or ""):
            raise ValidationError(gettext("Please give your name only, without addresses or numbers."))

    def validate(self, extra_validators: Any = None) -> bool:
        """Also asks once whether a likely slip in the address is meant; sent again unchanged, it is taken."""
        valid = super().validate(extra_validators)
        address = self.email.data or ""
        if not self.email.errors and self.suggestion.data != address:
            self.hint = suggestion(address)
            self.suggestion.data = address if self.hint else ""
        return valid and not self.hint


class AskForm(PublicForm):
    """Asks for the link to one's own page."""

    email = EmailField(lazy_gettext("Email address"))


class AddressForm(PublicForm):
    """Asks for the address to write to from now on."""

    email = EmailField(lazy_gettext("New email address"))


class DoneForm(StaffForm):
    """Says that removals were done: up to `newest`, which is what its sender had seen."""

    newest = HiddenField()

    @property
    def seen(self) -> int:
        """The newest removal that was seen; 0 when that cannot be read."""
        text = str(self.newest.data or "")
        return int(text) if text.isdecimal() and len(text) < 19 else 0


class CheckForm(StaffForm):
    """Asks for references, pasted or in an old file."""

    refs = Lines("References, one a line", most=200_000)
    found: list[str] = []

    def validate_file(self, file: bytes) -> bool:
        """Whether what was sent, a file or a text, can be read and holds references; they are `found` then."""
        if not self.validate():
            return False
        self.found = removing.refs_in(file + b"\n" + (self.refs.data or "").encode())
        if not self.found:
            self.refs.errors = [
                "There is no reference in it. References stand in the column “ref” and look like r0123456789abcdef."
            ]
        return bool(self.found)
