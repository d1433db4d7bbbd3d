"""What the hostile gates stand on."""

from tests.house.everything import everything, filled  # noqa: F401 (fixtures)
