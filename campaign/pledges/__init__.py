"""Promises that people sign: the pledge, its words in each language, its signatures and their count."""
