"""Campaigns at Mailchimp by which newsletters go out."""

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forwards."""
    numbers = ("readers", "emails_sent", "unsubscribed", "bounced")
    op.create_table(
        "newsletter_campaigns",
        sa.Column("id", BIG, nullable=False),
        sa.Column("newsletter_id", BIG, nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("segment_id", BIG, nullable=True),
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("web_id", BIG, nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.String(length=600), nullable=False),
        sa.Column("unclear", sa.Boolean(), nullable=False),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("lease", sa.String(length=16), nullable=False),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in numbers),
        sa.Column("reported_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["newsletter_id"],
            ["newsletters.id"],
            name=op.f("fk_newsletter_campaigns_newsletter_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter_campaigns")),
        sa.UniqueConstraint(
            "newsletter_id", "language", "mark", name=op.f("uq_newsletter_campaigns_newsletter_id_language_mark")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_newsletter_campaigns_step", "newsletter_campaigns", ["step", "next_at"])


def downgrade() -> None:
    """Back."""
    op.drop_index("ix_newsletter_campaigns_step", "newsletter_campaigns")
    op.drop_table("newsletter_campaigns")
