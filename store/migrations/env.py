"""Alembic's entry: runs on the connection that `store.migrate` hands over."""

from alembic import context

from store import tables

METADATA = {"projection": tables.projection, "journal": tables.journal, "departures": tables.departures}

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA[context.config.attributes["database"]],
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
