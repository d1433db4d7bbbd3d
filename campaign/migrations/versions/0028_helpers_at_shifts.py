"""Links by which helpers without an account check volunteers in at a shift, and who came without having taken it."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "shift_helpers",
        sa.Column("id", BIG, nullable=False),
        sa.Column("shift_id", BIG, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_accounts.id"], name=op.f("fk_shift_helpers_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["shift_id"], ["shifts.id"], name=op.f("fk_shift_helpers_shift_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_helpers")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_shift_helpers_shift_id", "shift_helpers", ["shift_id"])
    with op.batch_alter_table("placements", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(sa.Column("walk_in", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("made_room", sa.Boolean(), nullable=False, server_default=sa.false()))
        table.add_column(sa.Column("helper_id", BIG, nullable=True))
        table.create_foreign_key(
            op.f("fk_placements_helper_id"), "shift_helpers", ["helper_id"], ["id"], ondelete="SET NULL"
        )
        table.create_index("ix_placements_helper_id", ["helper_id"])


def downgrade() -> None:
    """Back. Links that were lent open nothing any more."""
    with op.batch_alter_table("placements", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.drop_index("ix_placements_helper_id")
        table.drop_constraint(op.f("fk_placements_helper_id"), type_="foreignkey")
        for name in ("helper_id", "made_room", "walk_in"):
            table.drop_column(name)
    op.drop_table("shift_helpers")
