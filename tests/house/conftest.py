"""What the rules of the house are tried on."""

from tests.house.everything import everything, filled  # noqa: F401 (fixtures)
