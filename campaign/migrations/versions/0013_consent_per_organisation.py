"""What supporters let a partner have or do, what was handed over, and what a partner is to remove."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    with op.batch_alter_table("consents") as batch:
        batch.add_column(sa.Column("partner_id", BIG, nullable=True))
        batch.create_foreign_key(op.f("fk_consents_partner_id"), "partners", ["partner_id"], ["id"])
    _wishes()
    _shares()
    _removals()


def _wishes() -> None:
    op.create_table(
        "partner_wishes",
        sa.Column("signature_id", BIG, autoincrement=False, nullable=False),
        sa.Column("partner_id", BIG, nullable=False),
        sa.Column("delivery", sa.Text(), nullable=False),
        sa.Column("mailing", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_wishes_partner_id")),
        sa.ForeignKeyConstraint(
            ["signature_id"], ["signatures.id"], name=op.f("fk_partner_wishes_signature_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("signature_id", name=op.f("pk_partner_wishes")),
    )
    op.create_index("ix_partner_wishes_partner_id", "partner_wishes", ["partner_id"])


def _shares() -> None:
    op.create_table(
        "partner_shares",
        sa.Column("id", BIG, nullable=False),
        sa.Column("supporter_id", BIG, nullable=False),
        sa.Column("partner_id", BIG, nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String(length=20), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("handed_at", MOMENT, nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_shares_partner_id")),
        sa.ForeignKeyConstraint(
            ["supporter_id"], ["supporters.id"], name=op.f("fk_partner_shares_supporter_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_shares")),
        sqlite_autoincrement=True,
    )
    for column in ("supporter_id", "partner_id", "ref"):
        op.create_index(f"ix_partner_shares_{column}", "partner_shares", [column])
    op.create_index(
        "uq_partner_shares_in_force",
        "partner_shares",
        ["supporter_id", "partner_id", "purpose"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _removals() -> None:
    op.create_table(
        "partner_removals",
        sa.Column("id", BIG, nullable=False),
        sa.Column("partner_id", BIG, nullable=False),
        sa.Column("ref", sa.String(length=20), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.Column("account_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_accounts.id"], name=op.f("fk_partner_removals_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_partner_removals_partner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partner_removals")),
        sqlite_autoincrement=True,
    )
    for column in ("partner_id", "ref"):
        op.create_index(f"ix_partner_removals_{column}", "partner_removals", [column])


def downgrade() -> None:
    """Back. What was said to a partner goes, too: without its partner it would be read as said to the campaign."""
    op.drop_table("partner_removals")
    op.drop_table("partner_shares")
    op.drop_table("partner_wishes")
    op.execute("DELETE FROM consents WHERE partner_id IS NOT NULL")
    with op.batch_alter_table("consents") as batch:
        batch.drop_constraint(op.f("fk_consents_partner_id"), type_="foreignkey")
        batch.drop_column("partner_id")
