"""The form that asks for one's own page, and the words with which people agree to news."""

from flask_babel import lazy_gettext

from .. import i18n
from ..forms import EmailField, PublicForm

NEWSLETTER = i18n.guarded("Yes, send me news of the campaign by email. I can leave at any time.")


class AskForm(PublicForm):
    """Asks for the link to one's own page."""

    email = EmailField(lazy_gettext("Email address"))
