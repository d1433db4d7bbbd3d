"""Short codes on printed pieces: where each leads, and how often it was followed, without any trace of who."""
