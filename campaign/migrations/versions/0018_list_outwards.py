"""Which groups the mailing list was told of, under which address it knows somebody, and calls to it under way."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0018"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.add_column("supporters", sa.Column("list_tags", sa.Text(), server_default="", nullable=False))
    op.add_column("supporters", sa.Column("list_email", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "list_calls",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("holder", sa.String(length=32), nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_calls")),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("list_calls")
    op.drop_column("supporters", "list_email")
    op.drop_column("supporters", "list_tags")
