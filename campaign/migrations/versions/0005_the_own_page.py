"""The supporter's own page: links to it, discretion, erasure and the ledger of what must not be undone."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.add_column("supporters", sa.Column("discreet", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "own_page_links",
        sa.Column("id", BIG, nullable=False),
        sa.Column("supporter_id", BIG, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["supporter_id"], ["supporters.id"], name=op.f("fk_own_page_links_supporter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_page_links")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_own_page_links_supporter_id", "own_page_links", ["supporter_id"], unique=False)
    op.create_table(
        "ledger",
        sa.Column("id", BIG, nullable=False),
        sa.Column("key", sa.String(length=32), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("written_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_key")),
    )
    op.create_index("ix_ledger_mark", "ledger", ["mark"], unique=False)
    op.create_index(
        "ix_ledger_unwritten",
        "ledger",
        ["id"],
        unique=False,
        sqlite_where=sa.text("written_at IS NULL"),
        postgresql_where=sa.text("written_at IS NULL"),
    )
    op.create_table(
        "nameless_signatures",
        sa.Column("pledge_id", BIG, nullable=False),
        sa.Column("code_id", BIG, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledges.id"], name=op.f("fk_nameless_signatures_pledge_id")),
        sa.PrimaryKeyConstraint("pledge_id", "code_id", name=op.f("pk_nameless_signatures")),
    )
    op.create_table(
        "list_deletions",
        sa.Column("id", BIG, nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_deletions")),
    )
    op.create_index("ix_list_deletions_due_at", "list_deletions", ["due_at"], unique=False)


def downgrade() -> None:
    """Back."""
    op.drop_table("list_deletions")
    op.drop_table("nameless_signatures")
    op.drop_table("ledger")
    op.drop_table("own_page_links")
    op.drop_column("supporters", "discreet")
