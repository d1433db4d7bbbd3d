"""Where the list lives: at Mailchimp when there is a key to it, else at home."""

from ..config import Config
from .audience import Audience
from .builtin import BuiltIn


def ours(config: Config, *, once: bool = False) -> Audience:
    """The list that the settings name. `once`: for a single question, which waits in no line and needs no records."""
    if not config.mailchimp_key:
        return BuiltIn()
    from .hosted import AtMailchimp
    from .mailchimp import Mailchimp
    from .turnstile import Open, Turnstile

    client = Mailchimp(config.mailchimp_key, config.mailchimp_host, gate=Open() if once else Turnstile())
    return AtMailchimp(client, config.mailchimp_audience)


def name(config: Config) -> str:
    """What staff call that list."""
    return "Mailchimp" if config.mailchimp_key else BuiltIn.name
