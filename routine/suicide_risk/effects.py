"""What the pathway wants done in the world, derived from its state: staff told that a case waits (M17)."""

from routine.chat.effects import tell_staff
from routine.effects import TellStaff
from routine.suicide_risk.pathway import Pathway


def effects(pathway: Pathway) -> tuple[TellStaff, ...]:
    """Everything to be done that has no outcome yet."""
    key = f"{pathway.contact_id}:suicide:M17:{pathway.alerts_told + 1}"
    return tell_staff(pathway.contact_id, key, pathway.unit, pathway.alerts, pathway.alerts_told)
