"""A Mailchimp of our own, on loopback, so that a sync can be watched without an account.

It remembers, refuses and misbehaves as the real one does, and holds what it is sent to Mailchimp's own contract.
"""

from .account import Fake
from .server import running, serve

__all__ = ["Fake", "running", "serve"]
