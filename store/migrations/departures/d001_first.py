"""The outbox as it first was."""

import sqlalchemy as sa
from alembic import op

from store.database import Instant

revision = "d001"
down_revision = None


def upgrade() -> None:
    """What has left the house or may have."""
    op.create_table(
        "outbox",
        sa.Column("key", sa.String(120), primary_key=True),
        sa.Column("contact_id", sa.String(64), nullable=False),
        sa.Column("template", sa.String(10), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("to", sa.String(200), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("gateway_id", sa.String(120), nullable=True),
    )
    op.create_index("ix_outbox_gateway_id", "outbox", ["gateway_id"])


def downgrade() -> None:
    """What has left cannot be called back, nor forgotten."""
    raise RuntimeError("the outbox is not downgraded: it is what keeps messages from being sent twice")
