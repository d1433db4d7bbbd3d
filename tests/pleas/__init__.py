"""A text that reads like a call for help."""
