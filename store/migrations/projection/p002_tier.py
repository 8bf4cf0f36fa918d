"""A case's tier as a column, and an index that answers for a person's other cases without reading them."""

import json

import sqlalchemy as sa
from alembic import op

revision = "p002"
down_revision = "p001"
INDEX = ("person_ref", "open", "unit", "contact_id", "tier")


def upgrade() -> None:
    """The rows that are there get theirs by what they say of signs."""
    with op.batch_alter_table("cases") as table:
        table.add_column(sa.Column("tier", sa.String(10), nullable=True))
    cases = sa.table("cases", sa.column("contact_id"), sa.column("chat"), sa.column("tier"))
    db = op.get_bind()
    for contact_id, chat in db.execute(sa.select(cases.c.contact_id, cases.c.chat)).all():
        tier = "suicide" if json.loads(chat)["signs"] else "normal"
        db.execute(sa.update(cases).where(cases.c.contact_id == contact_id).values(tier=tier))
    with op.batch_alter_table("cases") as table:
        table.alter_column("tier", nullable=False)
        table.drop_index("ix_cases_person_ref")
        table.create_index("ix_cases_person", list(INDEX))


def downgrade() -> None:
    """Nothing is lost: the tier follows from the case."""
    with op.batch_alter_table("cases") as table:
        table.drop_index("ix_cases_person")
        table.create_index("ix_cases_person_ref", ["person_ref"])
        table.drop_column("tier")
