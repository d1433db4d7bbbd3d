"""The fake Mailchimp, for newsletters that go through it."""

from tests.mailing.conftest import chimp

__all__ = ["chimp"]
