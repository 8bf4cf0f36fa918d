"""Handing over to a colleague or a profession: consent, scope and return (överlämning och samtycke, R53)."""

from datetime import datetime
from typing import Literal

from routine.actors import Addressee, Member
from routine.frozen import Frozen


class Consent(Frozen):
    """What the resident answered when asked, by whom and in which words. It covers one handover."""

    at: datetime
    by: Member
    given: bool
    wording: str
    used_for: str | None = None


class Handover(Frozen):
    """A question handed over. It is open until accepted, declined or back with its sender (`returned_at`)."""

    handover_id: str
    kind: Literal["colleague"] = "colleague"
    sender: Member | None
    """None: a yes in the form asked for the assessors."""
    to: Addressee
    at: datetime
    consent: Literal["given", "not_required_former_holder", "not_required_patient_safety"]
    """Patient safety: a suspicion goes to the assessors whatever the patient answers; she is told (R59)."""
    content: str | None
    accept_by: datetime
    """When the alert goes to the sender: 60 open minutes."""
    returns_at: datetime | None
    """Closing −30: unaccepted, it is the sender's again before the day's sweep. None for a suspicion, which stays."""
    accepted_at: datetime | None = None
    accepted_by: Member | None = None
    declined_at: datetime | None = None
    decline_reason: str | None = None
    returned_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether somebody may still accept it."""
        return not (self.accepted_at or self.declined_at or self.returned_at)


def unspent(consents: tuple[Consent, ...]) -> Consent | None:
    """The consent a new handover may stand on: the latest answer, if it was yes and covers no other handover."""
    latest = consents[-1] if consents else None
    return latest if latest and latest.given and latest.used_for is None else None
