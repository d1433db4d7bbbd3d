"""The tables of places.

in use ──retire / bring back──> retired
   └──merge──> gone: it leads on to the place that was kept, and never comes back
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import NEVER_REUSED, Base, BigId


class Kind(StrEnum):
    """What a place is."""

    CHURCH = "church"
    CLINIC = "clinic"
    COMMUNITY_CENTER = "community-center"
    LAUNDROMAT = "laundromat"
    LIBRARY = "library"
    MARKET = "market"
    OFFICE = "office"
    PARK = "park"
    RESTAURANT = "restaurant"
    SCHOOL = "school"
    STREET = "street"
    TEMPLE = "temple"
    TRANSIT = "transit"
    OTHER = "other"


class Place(Base):
    """Where something happens or hangs. `partner_id` says whose it is; without one it is the lead's.

    `name_key`, `address_key` and `search_key` are its words folded: places that are alike have the same, and are found
    by them. `languages` holds codes between spaces. `public` is set by what needs it shown; nothing shows it by itself.
    A place with `merged_into_id` is gone: whatever names it means that one, which is never gone itself.
    """

    __tablename__ = "places"
    __table_args__ = (NEVER_REUSED,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(120), index=True)
    kind: Mapped[str] = mapped_column(String(20), index=True)
    address: Mapped[str] = mapped_column(String(200))
    address_key: Mapped[str] = mapped_column(String(200), index=True)
    city: Mapped[str] = mapped_column(String(80))
    area: Mapped[str] = mapped_column(String(80))
    zip: Mapped[str] = mapped_column(String(10))
    languages: Mapped[str] = mapped_column(String(120))
    access: Mapped[str] = mapped_column(String(500))
    note: Mapped[str] = mapped_column(String(500))
    search_key: Mapped[str] = mapped_column(String(700))
    partner_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("partners.id"), index=True)
    public: Mapped[bool] = mapped_column(default=False)
    added_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    merged_into_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("places.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)

    @property
    def spoken(self) -> list[str]:
        """The codes of the languages that are spoken there."""
        return self.languages.split()

    @property
    def where(self) -> str:
        """Address, area, city and ZIP in one line."""
        parts = [*self.address.split("\n"), self.area, f"{self.city} {self.zip}".strip()]
        return ", ".join(part for part in parts if part)


class PlaceList(Base):
    """A list that somebody of the staff has sent and may bring in: the cells of its rows, for an hour, one each."""

    __tablename__ = "place_lists"
    __table_args__ = (NEVER_REUSED,)
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="CASCADE"), unique=True)
    rows: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime]
