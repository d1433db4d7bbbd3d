"""Newsletters: written once, sent in every language."""
