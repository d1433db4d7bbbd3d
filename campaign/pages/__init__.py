"""Words: the front page, help, privacy; what they say lies in content/."""
