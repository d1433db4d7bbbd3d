"""Signature integrity: networks of today, what is set aside and with what, and when a code's limit is lifted."""

from typing import Any

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SIGNATURES: dict[str, Any] = {
    "network": sa.String(length=16),
    "crowded_at": MOMENT,
    "set_aside_at": MOMENT,
    "batch_id": BIG,
}
CODES = {"lifted_at": MOMENT, "lifted_until": MOMENT}
INDEXES = {
    "ix_signatures_today": ("signed_at", "network IS NOT NULL"),
    "ix_signatures_batch_id": ("batch_id", "batch_id IS NOT NULL"),
}


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "signature_batches",
        sa.Column("id", BIG, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.Column("domain", sa.String(length=254), nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("restored_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_accounts.id"], name=op.f("fk_signature_batches_account_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signature_batches")),
        sqlite_autoincrement=True,
    )
    for name, kind in SIGNATURES.items():
        op.add_column("signatures", sa.Column(name, kind, nullable=True))
    for name, kind in CODES.items():
        op.add_column("codes", sa.Column(name, kind, nullable=True))
    for name, (column, where) in INDEXES.items():
        here = sa.text(where)
        op.create_index(name, "signatures", [column], unique=False, sqlite_where=here, postgresql_where=here)


def downgrade() -> None:
    """Back. What was set aside counts again: the program before this one knows no better."""
    for name in INDEXES:
        op.drop_index(name, table_name="signatures")
    op.execute(
        "UPDATE signatures SET to_count = to_count + 1"
        " WHERE set_aside_at IS NOT NULL AND confirmed_at IS NOT NULL AND withdrawn_at IS NULL"
    )
    for table, columns in (("codes", CODES), ("signatures", SIGNATURES)):
        for name in columns:
            op.drop_column(table, name)
    op.drop_table("signature_batches")
