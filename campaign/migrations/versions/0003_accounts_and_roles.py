"""Roles, invitations, recovery codes, known devices; and versions for what two people may edit at once."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards. Whoever had an account could do everything, so they become administrators."""
    _add("staff_accounts", sa.Column("role", sa.String(length=20), nullable=False, server_default="administrator"))
    for table in ("staff_accounts", "pledge_words", "codes"):
        _add(table, sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    _add("staff_sessions", sa.Column("device", sa.String(length=40), nullable=False, server_default=""))
    _add("sign_in_attempts", sa.Column("known", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("staff_sessions") as batch:
        batch.add_column(sa.Column("proved_at", MOMENT, nullable=True))
    op.execute("UPDATE staff_sessions SET proved_at = began_at")
    with op.batch_alter_table("staff_sessions") as batch:
        batch.alter_column("proved_at", existing_type=MOMENT, nullable=False)
    with op.batch_alter_table("sign_in_attempts") as batch:
        batch.alter_column("network_key", existing_type=sa.String(length=64), new_column_name="place_key")
    op.create_index("ix_sign_in_attempts_place_key", "sign_in_attempts", ["place_key", "tried_at"], unique=False)
    _new_tables()


def _add(table: str, column: "sa.Column[object]") -> None:
    """A column that must hold something: the rows that are there get the default, which is then dropped."""
    with op.batch_alter_table(table) as batch:
        batch.add_column(column)
    with op.batch_alter_table(table) as batch:
        batch.alter_column(column.name, existing_type=column.type, server_default=None)


def _new_tables() -> None:
    _of_an_account(
        "staff_invitations",
        sa.Column("invited_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("over_at", MOMENT, nullable=True),
        sqlite_autoincrement=True,
    )
    _of_an_account(
        "staff_recovery_codes",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.UniqueConstraint("code_hash", name=op.f("uq_staff_recovery_codes_code_hash")),
    )
    _of_an_account("staff_devices", sa.Column("used_at", MOMENT, nullable=False), sqlite_autoincrement=True)


def _of_an_account(name: str, *columns: "sa.schema.SchemaItem", **options: bool) -> None:
    op.create_table(
        name,
        sa.Column("id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_accounts.id"], name=op.f(f"fk_{name}_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        **options,
    )
    op.create_index(f"ix_{name}_account_id", name, ["account_id"], unique=False)


def downgrade() -> None:
    """Back."""
    op.drop_table("staff_devices")
    op.drop_table("staff_recovery_codes")
    op.drop_table("staff_invitations")
    op.drop_index("ix_sign_in_attempts_place_key", "sign_in_attempts")
    with op.batch_alter_table("sign_in_attempts") as batch:
        batch.alter_column("place_key", existing_type=sa.String(length=64), new_column_name="network_key")
        batch.drop_column("known")
    with op.batch_alter_table("staff_sessions") as batch:
        batch.drop_column("proved_at")
        batch.drop_column("device")
    for table in ("codes", "pledge_words", "staff_accounts"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("version")
    with op.batch_alter_table("staff_accounts") as batch:
        batch.drop_column("role")
