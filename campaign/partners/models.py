"""The tables of partners.

named ──────────join──────────┐
applied ──approve──> active <──pause / resume──> paused
   └──turn down──> (deleted)     └────────retire / leave────────> retired / left ──join again──> active

*named*: announced as a partner in 2010; its name is public, and it has agreed to nothing here. *retired*: the lead
ended it; *left*: the partner did. Neither is deleted, because codes and figures name them.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ..db import NEVER_REUSED, Base, BigId


class PartnerState(StrEnum):
    """Where a partner stands."""

    NAMED = "named"
    APPLIED = "applied"
    ACTIVE = "active"
    PAUSED = "paused"
    RETIRED = "retired"
    LEFT = "left"


class Partner(Base):
    """An organisation. `name_key` is its name folded, so that no two partners have one name; `slug` is its address.

    Its people are staff accounts with the role *partner* and its id; its codes carry its id, too.
    """

    __tablename__ = "partners"
    __table_args__ = (NEVER_REUSED,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200), unique=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    state: Mapped[str] = mapped_column(String(10), index=True)
    state_since: Mapped[datetime]
    added_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
