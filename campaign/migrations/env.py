"""Where Alembic asks how to reach the database and what it should look like."""

from alembic import context

from campaign.app import TABLES

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=TABLES,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
