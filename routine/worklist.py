"""The worklist (patientliggaren): one row a case, in the order cases are to be handled (R44, R46, R66)."""

from datetime import UTC, datetime
from typing import Literal

from routine.actors import GROUPS, Addressee, HsaId, Role, ToPerson, ToRole
from routine.frozen import Frozen
from routine.gate import Level
from routine.tasks import Task

KEPT = 2.5
"""Kept for a slot that is due goes after priority 2 and before 3 (R57)."""
View = Literal["now", "after_work"]
LEFT = ("closed", "completed", "excluded_wrong_person", "moved_outside", "cancelled")
"""States that are no longer worked on; what they still owe is after-work (efterarbete)."""


class CaseRow(Frozen):
    """A case as a line on the worklist. Instants only: the reader's clock makes minutes of them."""

    contact_id: str
    kind: Literal["chat"]
    unit: str
    tier: Literal["suicide", "normal"]
    priority: int | None
    priority_form: int | None
    state: str
    suicide_state: str | None
    level: Level | None = None
    """The risk as it was assessed; None while it is not."""
    holder: HsaId | None
    masked_person: str
    opened_at: datetime
    waiting_since: datetime | None
    """Since when the patient waits for us; None while nobody does."""
    next_due_at: datetime | None
    next_due_name: str | None
    needs_action: bool
    kept_due_at: datetime | None = None
    """When a case that is kept for a slot wants one offered (R57)."""
    tasks: tuple[Task, ...]


RISK: dict[Level | None, int] = {"acute": -4, "high": -3, None: -2, "moderate": -2, "low": -1, "none": -1}
"""The suicide tier by risk, before everything else; what is not assessed sorts as at least moderate (R66)."""


def order(row: CaseRow, now: datetime) -> tuple[int, float, float]:
    """What rows are sorted by: suicide tier by risk, then by what is due; priority 1, 2; kept and due; 3 or none, 4, 5.

    Within equals, who has waited longest for us comes first.
    """
    never = datetime.max.replace(tzinfo=UTC)
    waiting = (row.waiting_since or never).timestamp()
    if row.tier == "suicide":
        return RISK[row.level], (row.next_due_at or never).timestamp(), waiting
    if row.kept_due_at is not None and row.kept_due_at <= now:
        return 1, KEPT, row.kept_due_at.timestamp()
    return 1, row.priority or 3, waiting


def listed(row: CaseRow, view: View) -> bool:
    """Whether the row belongs to the view: `now` what is worked on, `after_work` what only owes documentation."""
    left = row.state in LEFT
    return (left and bool(row.tasks)) if view == "after_work" else not left


def concerns(row: CaseRow, role: Role | None, holder: str | None) -> bool:
    """Whether the row passes the filters: owed by the role or a group it belongs to, held or owed by the person."""
    owners = [task.owner for task in row.tasks]
    if role is not None and not any(_of_role(owner, role) for owner in owners):
        return False
    return holder is None or row.holder == holder or ToPerson(hsa_id=holder) in owners


def _of_role(owner: Addressee, role: Role) -> bool:
    return isinstance(owner, ToRole) and (owner.role is role or role in GROUPS.get(owner.role, ()))
