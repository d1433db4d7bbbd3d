"""Volunteers: who they are, what they may do, when they do it, and what they have done."""
