"""What the hostile gates stand on."""

from typing import Any

import pytest

from tests.conftest import Site
from tests.house.everything import Everything, fill
from tests.visitor import Visitor


@pytest.fixture
def everything(site: Site, visitor: Visitor, staff: Visitor, later: Any) -> Everything:
    """A site with one of everything in it."""
    return fill(site, visitor, staff, later)
