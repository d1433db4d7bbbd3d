"""The mailing list: keep it saying what supporters last said, wherever it lives."""
