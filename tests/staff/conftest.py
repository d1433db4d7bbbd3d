"""A quick hash for those who sign in here by the hundred."""

import pytest
from argon2 import PasswordHasher

from campaign.staff import passwords


@pytest.fixture(autouse=True)
def quick_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is slow on purpose is slow in tests/staff/test_passwords.py alone, which looks at the hash itself."""
    if request.path.name != "test_passwords.py":
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        monkeypatch.setattr(passwords, "hasher", quick)
        monkeypatch.setattr(passwords, "NOBODY", quick.hash("of nobody"))
