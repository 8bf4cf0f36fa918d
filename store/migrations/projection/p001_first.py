"""The read model as it first was."""

import sqlalchemy as sa
from alembic import op

from store.database import Instant

revision = "p001"
down_revision = None


def upgrade() -> None:
    """Cases, their tasks, and the house's one row."""
    op.create_table(
        "cases",
        sa.Column("contact_id", sa.String(64), primary_key=True),
        sa.Column("run_id", sa.String(64), nullable=False),
        sa.Column("epoch", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("unit", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("open", sa.Boolean, nullable=False),
        sa.Column("person_ref", sa.String(64), nullable=False),
        sa.Column("offset_s", sa.Float, nullable=False),
        sa.Column("wake_at", Instant, nullable=True),
        sa.Column("chat", sa.Text, nullable=False),
    )
    op.create_index("ix_cases_seq", "cases", ["seq"])
    op.create_index("ix_cases_open", "cases", ["open", "wake_at"])
    op.create_index("ix_cases_person_ref", "cases", ["person_ref"])
    op.create_table(
        "tasks",
        sa.Column("contact_id", sa.String(64), sa.ForeignKey("cases.contact_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("task_id", sa.String(80), primary_key=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("due_at", Instant, nullable=False),
    )
    op.create_index("ix_tasks_due_at", "tasks", ["due_at"])
    house = op.create_table(
        "house",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("epoch", sa.String(64), nullable=False),
        sa.Column("offset_s", sa.Float, nullable=False),
        sa.Column("seq", sa.Integer, nullable=False),
    )
    op.bulk_insert(house, [{"id": 1, "epoch": "first", "offset_s": 0.0, "seq": 0}])


def downgrade() -> None:
    """Nothing is lost: the read model is rebuilt from the workflows."""
    for table in ("tasks", "cases", "house"):
        op.drop_table(table)
