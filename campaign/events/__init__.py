"""Gatherings: who comes, who waits, and what they are told."""
