"""How often SQLite made a change durable, read from its log: with synchronous=FULL each commit is one sync.

The format is that of https://www.sqlite.org/fileformat2.html#the_write_ahead_log: a header of 32 bytes, then
frames with a header of 24; the last frame of a commit says how large the database is after it.
"""

from pathlib import Path

HEADER, FRAME = 32, 24


def commits(database: Path) -> int:
    """How many commits the log of this database holds since it was last tidied up."""
    log = Path(f"{database}-wal").read_bytes()
    size, salts = int.from_bytes(log[8:12], "big"), log[16:24]
    starts = range(HEADER, len(log) - FRAME, FRAME + size)
    frames = [log[start : start + FRAME] for start in starts]
    return sum(1 for frame in frames if frame[8:16] == salts and any(frame[4:8]))
