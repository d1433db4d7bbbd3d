"""Times on the wall of a zone, and when clocks change as other calendars are told."""

from datetime import UTC, datetime

import pytest

from campaign.events.zones import NoSuchTime, moment


def on_wall(month, day, hour, minute=0):
    """What a clock shows in 2027, without saying where it hangs."""
    return datetime(2027, month, day, hour, minute, tzinfo=UTC).replace(tzinfo=None)


def test_a_time_is_that_on_the_wall_of_its_zone():
    for zone, hour in (("America/Los_Angeles", 19), ("America/Phoenix", 19), ("UTC", 12)):
        assert moment(on_wall(7, 1, 12), zone) == datetime(2027, 7, 1, hour, tzinfo=UTC)
    assert moment(on_wall(3, 14, 3), "America/Los_Angeles") == datetime(2027, 3, 14, 10, tzinfo=UTC)
    assert moment(on_wall(3, 14, 2, 30), "America/Phoenix") == datetime(2027, 3, 14, 9, 30, tzinfo=UTC)
    for never_once in (on_wall(3, 14, 2), on_wall(3, 14, 2, 59), on_wall(11, 7, 1), on_wall(11, 7, 1, 59)):
        with pytest.raises(NoSuchTime):
            moment(never_once, "America/Los_Angeles")
