"""Places, the lists that staff bring in, and where a printed piece hangs."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "places",
        sa.Column("id", BIG, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("address_key", sa.String(length=200), nullable=False),
        sa.Column("city", sa.String(length=80), nullable=False),
        sa.Column("area", sa.String(length=80), nullable=False),
        sa.Column("zip", sa.String(length=10), nullable=False),
        sa.Column("languages", sa.String(length=120), nullable=False),
        sa.Column("access", sa.String(length=500), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("search_key", sa.String(length=700), nullable=False),
        sa.Column("partner_id", BIG, nullable=True),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.Column("merged_into_id", BIG, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["partner_id"], ["partners.id"], name=op.f("fk_places_partner_id")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["places.id"], name=op.f("fk_places_merged_into_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
        sqlite_autoincrement=True,
    )
    for column in ("name_key", "kind", "address_key", "partner_id", "merged_into_id"):
        op.create_index(f"ix_places_{column}", "places", [column])
    op.create_table(
        "place_lists",
        sa.Column("id", BIG, nullable=False),
        sa.Column("account_id", BIG, nullable=False),
        sa.Column("rows", sa.Text(), nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["staff_accounts.id"], name=op.f("fk_place_lists_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_lists")),
        sa.UniqueConstraint("account_id", name=op.f("uq_place_lists_account_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("codes") as batch:
        batch.add_column(sa.Column("place_id", BIG, nullable=True))
        batch.create_foreign_key(op.f("fk_codes_place_id"), "places", ["place_id"], ["id"])
    op.create_index("ix_codes_place_id", "codes", ["place_id"])


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_codes_place_id", "codes")
    with op.batch_alter_table("codes") as batch:
        batch.drop_constraint(op.f("fk_codes_place_id"), type_="foreignkey")
        batch.drop_column("place_id")
    op.drop_table("place_lists")
    op.drop_table("places")
