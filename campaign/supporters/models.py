"""The tables of people and of what they agreed to.

A consent is a dated record and never changes: leaving adds one that says no. `Supporter.subscribed` is what the
last of them says, kept beside so that the list can be read at once.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from ..db import NEVER_REUSED, Base, BigId


class Purpose(StrEnum):
    """What somebody can agree to."""

    NEWSLETTER = "newsletter"
    DELIVERY = "delivery"
    MAILING = "mailing"


class Ask(StrEnum):
    """What a partner is asked to do about somebody whom it was told of."""

    DELETE = "delete"
    STOP = "do not write"


class Supporter(Base):
    """A mailbox. `mailbox` is the form under which it is found, `email` the address that letters go to.

    `due_since` says that the mailing list does not know yet what this person last said; each act that makes it so
    raises `due_version`, so that a delivery begun before an act cannot settle it. `list_state` is what the list last
    said, `list_trouble` why it could not be told, in words; with `list_stuck_at` it is not asked again before an act of
    the person or of staff. `list_leased_until` is a worker's: it has this person in hand. `discreet`: our letters come
    under a neutral name and subject. `list_tags`: the groups that the list was last told of, a line each.
    `list_email`: the addresses under which the list may know them, a line each, while they have another now.
    """

    __tablename__ = "supporters"
    __table_args__ = (
        Index(
            "ix_supporters_due",
            "due_since",
            sqlite_where=text("due_since IS NOT NULL"),
            postgresql_where=text("due_since IS NOT NULL"),
        ),
        Index(
            "ix_supporters_leased",
            "list_leased_until",
            sqlite_where=text("list_leased_until IS NOT NULL"),
            postgresql_where=text("list_leased_until IS NOT NULL"),
        ),
        NEVER_REUSED,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    mailbox: Mapped[str] = mapped_column(String(320), unique=True)
    email: Mapped[str] = mapped_column(String(320))
    language: Mapped[str] = mapped_column(String(12))
    subscribed: Mapped[bool] = mapped_column(default=False)
    added_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    due_since: Mapped[datetime | None]
    due_version: Mapped[int] = mapped_column(default=0)
    list_state: Mapped[str] = mapped_column(String(20), default="")
    list_trouble: Mapped[str] = mapped_column(String(200), default="")
    list_tries: Mapped[int] = mapped_column(default=0)
    list_next_at: Mapped[datetime | None]
    list_leased_until: Mapped[datetime | None]
    list_stuck_at: Mapped[datetime | None]
    list_tags: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    list_email: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    discreet: Mapped[bool] = mapped_column(default=False, server_default=false())


class Consent(Base):
    """One yes or no, with the words it was said to, when, in which language and from where.

    `partner_id` is the partner whom it is about; none where it is about the campaign itself.
    """

    __tablename__ = "consents"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    supporter_id: Mapped[int] = mapped_column(BigId, ForeignKey("supporters.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    partner_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("partners.id"))
    given: Mapped[bool]
    words: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(12))
    source: Mapped[str] = mapped_column(String(80))
    said_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_consents_left_by", "source", sqlite_where=text("given = 0"), postgresql_where=text("given = false")),
    )


class Share(Base):
    """That a partner may have somebody's name and address (delivery), or write to them (mailing), until it ended.

    `ref` is a random name under which the partner holds them: of a delivery its own; of a mailing that of the delivery
    with which the partner was told that it may write. `name` is the name to hand over, empty once nobody may have it.
    `handed_at`: when the partner last took it away.
    """

    __tablename__ = "partner_shares"
    __table_args__ = (
        Index(
            "uq_partner_shares_in_force",
            "supporter_id",
            "partner_id",
            "purpose",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        NEVER_REUSED,
    )
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    supporter_id: Mapped[int] = mapped_column(BigId, ForeignKey("supporters.id", ondelete="CASCADE"), index=True)
    partner_id: Mapped[int] = mapped_column(BigId, ForeignKey("partners.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    ref: Mapped[str | None] = mapped_column(String(20), index=True)
    name: Mapped[str] = mapped_column(String(100))
    since: Mapped[datetime]
    handed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class Removal(Base):
    """What a partner is asked to do about a reference, until it says that it did. Nothing in it leads to a person.

    `account_id` is who said so: somebody of the partner, or one of the staff whom the partner told.
    """

    __tablename__ = "partner_removals"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    partner_id: Mapped[int] = mapped_column(BigId, ForeignKey("partners.id"), index=True)
    ref: Mapped[str] = mapped_column(String(20), index=True)
    what: Mapped[str] = mapped_column(String(12))
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("staff_accounts.id", ondelete="SET NULL"))

    __table_args__ = (NEVER_REUSED,)


class OwnPageLink(Base):
    """That somebody asked for the page about themselves; the link in their letter works for a day from then."""

    __tablename__ = "own_page_links"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    supporter_id: Mapped[int] = mapped_column(BigId, ForeignKey("supporters.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime]

    __table_args__ = (NEVER_REUSED,)


class AddressChange(Base):
    """That somebody wants to be written to at another address; the link in the letter to it works for a day."""

    __tablename__ = "address_changes"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    supporter_id: Mapped[int] = mapped_column(BigId, ForeignKey("supporters.id", ondelete="CASCADE"), index=True)
    email: Mapped[str] = mapped_column(String(320))
    mailbox: Mapped[str] = mapped_column(String(320))
    asked_at: Mapped[datetime]

    __table_args__ = (NEVER_REUSED,)


class LedgerEntry(Base):
    """What somebody did that must not be undone by an import, a sync or a restore; see `ledger`.

    `key` is its own random name, `mark` a code of the mailbox, `about` a code of the record meant or the `key` of the
    entry that this one lifts. `written_at`: since then it stands in the file beside the backups, too.
    """

    __tablename__ = "ledger"
    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    mark: Mapped[str] = mapped_column(String(64), index=True)
    what: Mapped[str] = mapped_column(String(12))
    about: Mapped[str] = mapped_column(String(64))
    noted_at: Mapped[datetime]
    written_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_ledger_unwritten",
            "id",
            sqlite_where=text("written_at IS NULL"),
            postgresql_where=text("written_at IS NULL"),
        ),
    )
