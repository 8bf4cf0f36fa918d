"""Tasks are derived from a case when they are asked for (ADR 0012): the read model keeps none beside it."""

import sqlalchemy as sa
from alembic import op

from store.database import Instant

revision = "p005"
down_revision = "p004"
TABLES = (("tasks", "cases"), ("pathway_tasks", "pathways"))


def upgrade() -> None:
    """Nothing is lost: they are in the cases."""
    for name, _ in TABLES:
        op.drop_table(name)


def downgrade() -> None:
    """Empty; filled again as the cases change, or by a rebuild from the open workflows."""
    for name, of in TABLES:
        op.create_table(
            name,
            sa.Column(
                "contact_id", sa.String(64), sa.ForeignKey(f"{of}.contact_id", ondelete="CASCADE"), primary_key=True
            ),
            sa.Column("task_id", sa.String(80), primary_key=True),
            sa.Column("kind", sa.String(40), nullable=False),
            sa.Column("due_at", Instant, nullable=False),
        )
        op.create_index(f"ix_{name}_due_at", name, ["due_at"])
