"""What the mailing list was told of somebody and under which address, calls to it under way, addresses to change to."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.add_column("supporters", sa.Column("list_tags", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("supporters", sa.Column("list_email", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.create_table(
        "list_calls",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_calls")),
    )
    op.create_table(
        "address_changes",
        sa.Column("id", BIG, nullable=False),
        sa.Column("supporter_id", BIG, nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("mailbox", sa.String(length=320), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["supporter_id"], ["supporters.id"], name=op.f("fk_address_changes_supporter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_changes")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_address_changes_supporter_id", "address_changes", ["supporter_id"])


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_address_changes_supporter_id", "address_changes")
    op.drop_table("address_changes")
    op.drop_table("list_calls")
    op.drop_column("supporters", "list_email")
    op.drop_column("supporters", "list_tags")
