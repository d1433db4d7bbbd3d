"""That a form read like a call for help: a number for each day and language."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "plea_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "language", name=op.f("pk_plea_days")),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("plea_days")
