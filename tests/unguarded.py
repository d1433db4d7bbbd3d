"""Sites with one guard turned off: the negative controls that show a test would notice."""

from flask import Flask

from campaign.app import Switches, create_app


def without_natural_keys() -> Flask:
    """A site that takes every signature as a new one."""
    return create_app(switches=Switches(natural_keys=False))


def without_claims() -> Flask:
    """A site whose worker marks a letter only after the mail server has taken it."""
    return create_app(switches=Switches(claim_letters=False))
