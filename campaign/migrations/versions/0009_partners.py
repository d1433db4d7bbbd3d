"""The organisations of the coalition, and whose a code or an account is."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
OF_A_PARTNER = ("staff_accounts", "codes")

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "partners",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("state_since", MOMENT, nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partners")),
        sa.UniqueConstraint("name_key", name=op.f("uq_partners_name_key")),
        sa.UniqueConstraint("slug", name=op.f("uq_partners_slug")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_partners_state", "partners", ["state"])
    for table in OF_A_PARTNER:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("partner_id", BIG, nullable=True))
            batch.create_foreign_key(op.f(f"fk_{table}_partner_id"), "partners", ["partner_id"], ["id"])
        op.create_index(f"ix_{table}_partner_id", table, ["partner_id"])


def downgrade() -> None:
    """Back."""
    for table in OF_A_PARTNER:
        op.drop_index(f"ix_{table}_partner_id", table)
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"fk_{table}_partner_id"), type_="foreignkey")
            batch.drop_column("partner_id")
    op.drop_table("partners")
