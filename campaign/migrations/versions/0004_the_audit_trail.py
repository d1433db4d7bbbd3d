"""The audit trail: its rows, its two ends, the words for accounts, what the last check found; when sweeps last ran."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "audit_rows",
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("who", sa.String(length=16), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("record", sa.String(length=20), nullable=False),
        sa.Column("request", sa.String(length=12), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_rows")),
    )
    op.create_index("ix_audit_rows_act", "audit_rows", ["act", "number"], unique=False)
    op.create_index(op.f("ix_audit_rows_at"), "audit_rows", ["at"], unique=False)
    op.create_index("ix_audit_rows_record", "audit_rows", ["kind", "record", "number"], unique=False)
    op.create_index("ix_audit_rows_who", "audit_rows", ["who", "number"], unique=False)
    op.create_table(
        "audit_ends",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_ends")),
    )
    op.create_table(
        "audit_check",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("checked_at", MOMENT, nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("trouble", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_check")),
    )
    op.create_table(
        "audit_tags",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("tag", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["staff_accounts.id"], name=op.f("fk_audit_tags_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_tags")),
        sa.UniqueConstraint("tag", name=op.f("uq_audit_tags_tag")),
    )
    op.create_table(
        "sweep_runs",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("ran_at", MOMENT, nullable=False),
        sa.Column("succeeded_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sweep_runs")),
    )


def downgrade() -> None:
    """Back."""
    op.drop_table("sweep_runs")
    op.drop_table("audit_tags")
    op.drop_table("audit_check")
    op.drop_table("audit_ends")
    op.drop_table("audit_rows")
