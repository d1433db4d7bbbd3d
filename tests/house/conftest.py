"""What the rules of the house are tried on."""

from tests.house.everything import afresh, everything, fill_site, filled  # noqa: F401 (fixtures)
