"""Newsletters that go out through campaigns at Mailchimp, one for the readers of each language."""
