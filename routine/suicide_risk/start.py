"""What a suicide-risk pathway is begun with, and what it is called."""

from datetime import datetime

from routine.frozen import Frozen
from routine.gate import Contact
from routine.people import PersonId
from routine.suicide_risk.pathway import Pathway
from routine.unit import Shared


class PathwayStart(Frozen):
    """Everything a suicide-risk pathway will need. `resumed`, `version` and `recent` as for a chat."""

    contact_id: str
    epoch: str
    offset_s: float
    unit: Shared
    person: PersonId
    contact: Contact
    begun_at: datetime
    resumed: Pathway | None = None
    version: int = 0
    recent: tuple[tuple[str, int], ...] = ()


def pathway_id(contact_id: str) -> str:
    """The workflow id of a contact's pathway: derived from the contact's, so that there is never a second."""
    return f"pathway/{contact_id}"
