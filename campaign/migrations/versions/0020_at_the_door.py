"""Who came to an event and who counted them in, and to whom the host of an event writes."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.add_column("rsvps", sa.Column("came", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.execute("UPDATE rsvps SET came = party WHERE checked_in_at IS NOT NULL")
    op.create_index("ix_rsvps_name_key", "rsvps", ["event_id", "name_key"])
    op.add_column(
        "event_news", sa.Column("audience", sa.String(length=8), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("event_news", sa.Column("sent_at", MOMENT, nullable=True))
    _arrivals()


def _arrivals() -> None:
    accounts, helpers = "staff_accounts.id", "door_helpers.id"
    op.create_table(
        "arrivals",
        sa.Column("id", BIG, nullable=False),
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("rsvp_id", BIG, nullable=False),
        sa.Column("standing_id", BIG, nullable=True),
        sa.Column("press", sa.String(length=40), nullable=True),
        sa.Column("party", sa.Integer(), nullable=False),
        sa.Column("party_before", sa.Integer(), nullable=False),
        sa.Column("waited", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("helper_id", BIG, nullable=True),
        sa.Column("undone_at", MOMENT, nullable=True),
        sa.Column("undone_by_account_id", BIG, nullable=True),
        sa.Column("undone_by_helper_id", BIG, nullable=True),
        _refers("event_id", "events.id", "CASCADE"),
        _refers("rsvp_id", "rsvps.id", "CASCADE"),
        _refers("account_id", accounts),
        _refers("helper_id", helpers),
        _refers("undone_by_account_id", accounts),
        _refers("undone_by_helper_id", helpers),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrivals")),
        sa.UniqueConstraint("press", name=op.f("uq_arrivals_press")),
        sa.UniqueConstraint("standing_id", name=op.f("uq_arrivals_standing_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_arrivals_event_id"), "arrivals", ["event_id"])
    op.create_index(op.f("ix_arrivals_rsvp_id"), "arrivals", ["rsvp_id"])
    standing = sa.text("undone_at IS NULL")
    op.create_index(
        "ix_arrivals_standing",
        "arrivals",
        ["event_id", "party"],
        sqlite_where=standing,
        postgresql_where=standing,
    )


def _refers(column: str, to: str, gone: str = "SET NULL") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_arrivals_{column}"), ondelete=gone)


def downgrade() -> None:
    """Backwards."""
    op.drop_table("arrivals")
    op.drop_column("event_news", "sent_at")
    op.drop_column("event_news", "audience")
    op.drop_index("ix_rsvps_name_key", "rsvps")
    op.drop_column("rsvps", "came")
