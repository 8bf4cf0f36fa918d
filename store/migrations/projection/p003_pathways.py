"""The suicide-risk pathways' rows and tasks."""

import sqlalchemy as sa
from alembic import op

from store.database import Instant

revision = "p003"
down_revision = "p002"


def upgrade() -> None:
    """Nothing to fill in: no pathway has run before."""
    op.create_table(
        "pathways",
        sa.Column("contact_id", sa.String(64), primary_key=True),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("epoch", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("unit", sa.String(40), nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("offset_s", sa.Float, nullable=False),
        sa.Column("wake_at", Instant, nullable=True),
        sa.Column("pathway", sa.Text, nullable=False),
    )
    op.create_index("ix_pathways_seq", "pathways", ["seq"])
    op.create_index("ix_pathways_open", "pathways", ["open", "wake_at"])
    op.create_table(
        "pathway_tasks",
        sa.Column(
            "contact_id", sa.String(64), sa.ForeignKey("pathways.contact_id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("task_id", sa.String(80), primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("due_at", Instant, nullable=False),
    )
    op.create_index("ix_pathway_tasks_due_at", "pathway_tasks", ["due_at"])


def downgrade() -> None:
    """Rebuilt from the open workflows."""
    op.drop_table("pathway_tasks")
    op.drop_table("pathways")
