"""What the hostile gates stand on."""

from tests.house.everything import afresh, everything, fill_site, filled  # noqa: F401 (fixtures)
