"""The form that asks for one's own page, the words with which people agree, and the forms of a partner's removals."""

from flask_babel import lazy_gettext
from wtforms import HiddenField

from .. import i18n
from ..forms import EmailField, Lines, PublicForm, StaffForm
from . import removing

NEWSLETTER = i18n.guarded("Yes, send me news of the campaign by email. I can leave at any time.")


def delivery(partner: str) -> i18n.Guarded:
    """The words to which a partner is given somebody's name and address."""
    return i18n.guarded("Give my name and my email address to %(partner)s.", partner=partner)


def mailing(partner: str) -> i18n.Guarded:
    """The words to which a partner may write to somebody: a consent of its own."""
    return i18n.guarded("%(partner)s may send me its own news by email.", partner=partner)


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
