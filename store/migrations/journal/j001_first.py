"""The journal as it first was."""

import sqlalchemy as sa
from alembic import op

from store.database import Instant

revision = "j001"
down_revision = None


def upgrade() -> None:
    """Idempotency keys, access log, screens, and what the watchman sees."""
    op.create_table(
        "idempotency_keys",
        sa.Column("scope", sa.String(64), primary_key=True),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("status", sa.Integer, nullable=True),
        sa.Column("answer", sa.Text, nullable=True),
    )
    op.create_table(
        "access_log",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("hsa_id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("roles", sa.String(200), nullable=False),
        sa.Column("unit", sa.String(40), nullable=False),
        sa.Column("contact_id", sa.String(64), nullable=True),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("detail", sa.String(60), nullable=True),
    )
    op.create_index("ix_access_log_contact_id", "access_log", ["contact_id"])
    op.create_table(
        "screens",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", Instant, nullable=False),
        sa.Column("template", sa.String(10), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_table(
        "findings",
        sa.Column("contact_id", sa.String(64), primary_key=True),
        sa.Column("what", sa.String(60), primary_key=True),
        sa.Column("found_at", Instant, nullable=False),
    )
    op.create_table(
        "watch",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("looked_at", Instant, nullable=False),
    )


def downgrade() -> None:
    """The access log is kept for five years (facts B4): it is never dropped by a downgrade."""
    raise RuntimeError("the journal is not downgraded: the access log must be kept")
