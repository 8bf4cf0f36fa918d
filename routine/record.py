"""What the read model keeps of a case: written by the case's workflow each time the case changes."""

from datetime import datetime

from routine.chat.case import Chat
from routine.frozen import Frozen


class Record(Frozen):
    """A case as of one version. Newer replaces older within a run; another run replaces whatever was there."""

    contact_id: str
    run_id: str
    epoch: str
    """The reset epoch the case was started in; a record of another epoch is dropped."""
    version: int
    offset_s: float
    """House time minus workflow time in seconds; 0 in production."""
    wake_at: datetime | None
    """When the case's clock does something next; None once it has ended."""
    chat: Chat
