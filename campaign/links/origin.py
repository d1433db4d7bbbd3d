"""By whom somebody came: the partner of a printed code, or of a page that sent them on with its name."""

import logging
from dataclasses import dataclass, field
from time import monotonic

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from .. import db
from ..partners import service as partners
from .models import Code

log = logging.getLogger("campaign.links")
HELD = 10.0  # seconds that a process may go on believing whose a code or an address is: neither changes hands


def partner_of(via: str, slug: str) -> int | None:
    """The partner whose code this is, else the one with this address, in whatever state; None when there is neither."""
    found = db.session().scalar(select(Code.partner_id).where(Code.code == via)) if via else None
    if found is None and slug and (partner := partners.find(slug)):
        return partner.id
    return found


@dataclass
class Known:
    """The codes and addresses of partners as this process last read them, for the cache in front of the site.

    A partner has few codes, so all are read at once: whatever visitors type, the records are asked every 10 s at most.
    """

    app: Flask
    codes: dict[str, int] = field(default_factory=dict)
    slugs: dict[str, int] = field(default_factory=dict)
    read_at: float | None = None

    def __call__(self, via: str, slug: str) -> int | None:
        """As `partner_of`; while the records are away, as far as is known."""
        if self.read_at is None or monotonic() - self.read_at > HELD:
            self._read()
        return self.codes.get(via) if via else self.slugs.get(slug)

    def forget(self) -> None:
        """Read again next time."""
        self.read_at = None

    def _read(self) -> None:
        self.read_at = monotonic()
        try:
            with self.app.app_context(), db.reading() as session:
                rows = session.execute(select(Code.code, Code.partner_id).where(Code.partner_id.is_not(None)))
                self.codes = {row.code: int(row.partner_id or 0) for row in rows}
                self.slugs = {one.slug: one.id for one in partners.everyone()}
        except SQLAlchemyError as error:
            log.warning("the codes of partners cannot be read: %s", type(error).__name__)
