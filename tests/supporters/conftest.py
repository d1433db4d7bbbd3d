"""What tests of people stand on: beside our own list, a Mailchimp on loopback."""

from tests.mailing.conftest import chimp, listed

__all__ = ["chimp", "listed"]
