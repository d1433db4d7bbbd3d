"""Where things happen and where pieces hang: the same places for events, shifts and printed pieces."""
