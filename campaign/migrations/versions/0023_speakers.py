"""Speakers of a language in the order of volunteers, so that some are found for a gap without reading all of them."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TABLE, OLD, NEW = "volunteer_languages", "ix_volunteer_languages_language", "ix_volunteer_languages_speakers"


def upgrade() -> None:
    """Forwards."""
    op.drop_index(OLD, TABLE)
    op.create_index(NEW, TABLE, ["language", "volunteer_id"])


def downgrade() -> None:
    """Backwards."""
    op.drop_index(NEW, TABLE)
    op.create_index(OLD, TABLE, ["language"])
