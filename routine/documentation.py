"""What must be written in the record, by whom, until when (R82-R86, table A13)."""

from datetime import datetime
from typing import Literal

from routine.actors import HsaId
from routine.frozen import Frozen


class Note(Frozen):
    """A note owed by whoever assessed: the first documents history and assessment (R83), others their own (R84)."""

    task_id: str
    documenter: HsaId
    first: bool
    opened_at: datetime
    due_at: datetime
    done_at: datetime | None = None
    outcome: str | None = None
    current: str | None = None
    assessment: str | None = None
    template: str | None = None


WaiveReason = Literal["no_assessment_made", "administrative"]
