"""The unit's snapshot as a text of its own, so that it is not read again for each case."""

import json

import sqlalchemy as sa
from alembic import op

revision = "p004"
down_revision = "p003"
TABLES = (("cases", "chat"), ("pathways", "pathway"))


def upgrade() -> None:
    """The rows that are there get theirs out of the case."""
    for name, case in TABLES:
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("snapshot", sa.Text, nullable=True))
        rows = _rows(name, case)
        db = op.get_bind()
        for contact_id, text in db.execute(sa.select(rows.c.contact_id, rows.c[case])).all():
            rest = json.loads(text)
            values = {"snapshot": _text(rest.pop("unit", None)), case: _text(rest)}
            db.execute(sa.update(rows).where(rows.c.contact_id == contact_id).values(values))
        with op.batch_alter_table(name) as table:
            table.alter_column("snapshot", nullable=False)


def downgrade() -> None:
    """The snapshot goes back into the case."""
    for name, case in TABLES:
        rows = _rows(name, case)
        db = op.get_bind()
        for contact_id, text, snapshot in db.execute(sa.select(rows)).all():
            whole = _text(json.loads(text) | {"unit": json.loads(snapshot)})
            db.execute(sa.update(rows).where(rows.c.contact_id == contact_id).values({case: whole}))
        with op.batch_alter_table(name) as table:
            table.drop_column("snapshot")


def _rows(name: str, case: str) -> sa.TableClause:
    return sa.table(name, sa.column("contact_id"), sa.column(case), sa.column("snapshot"))


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
