"""What partners agreed to show, the words and logos of their pages, and applications to join."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "partner_agreements",
        sa.Column("id", BIG, nullable=False),
        sa.Column("partner_id", BIG, nullable=False),
        sa.Column("what", sa.String(length=10), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_by", sa.String(length=200), nullable=False),
        sa.Column("account_id", BIG, nullable=True),
        sa.Column("said_at", MOMENT, nullable=False),
        _belongs("partner_agreements"),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["staff_accounts.id"],
            name=op.f("fk_partner_agreements_account_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_agreements")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_partner_agreements_partner_id", "partner_agreements", ["partner_id"])
    op.create_table(
        "partner_texts",
        sa.Column("partner_id", BIG, nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("languages", sa.String(length=200), nullable=False),
        sa.Column("homepage", sa.String(length=200), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        _belongs("partner_texts"),
        sa.PrimaryKeyConstraint("partner_id", "language", name=op.f("pk_partner_texts")),
    )
    op.create_table(
        "partner_logos",
        sa.Column("partner_id", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        _belongs("partner_logos"),
        sa.PrimaryKeyConstraint("partner_id", name=op.f("pk_partner_logos")),
    )
    _applications()


def _applications() -> None:
    op.create_table(
        "partner_applications",
        sa.Column("id", BIG, nullable=False),
        sa.Column("organisation", sa.String(length=200), nullable=False),
        sa.Column("homepage", sa.String(length=200), nullable=False),
        sa.Column("person", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("mailbox", sa.String(length=320), nullable=False),
        sa.Column("languages", sa.String(length=200), nullable=False),
        sa.Column("work", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("applied_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decision", sa.String(length=12), nullable=False),
        sa.Column("partner_id", BIG, nullable=True),
        _belongs("partner_applications"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_applications")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_partner_applications_mailbox", "partner_applications", ["mailbox", "applied_at"])


def _belongs(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f(f"fk_{table}_partner_id"))


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_partner_applications_mailbox", "partner_applications")
    op.drop_table("partner_applications")
    op.drop_table("partner_logos")
    op.drop_table("partner_texts")
    op.drop_index("ix_partner_agreements_partner_id", "partner_agreements")
    op.drop_table("partner_agreements")
