"""Shifts: what is to be done where and when, who has taken it, and what came of it."""
