"""Prints: ordered from a form, a list or a command, proved, signed off, made, taken, and what their codes brought."""
