"""Folders are what a campaign does; files are how the site does it."""
