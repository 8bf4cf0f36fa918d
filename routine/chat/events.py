"""What the patient or a machine reports about a chat: never refused, never lost."""

from typing import Annotated, Literal

from pydantic import Field

from routine.frozen import Frozen
from routine.gate import Gate
from routine.intake import Image, Text


class PatientMessage(Frozen):
    """The patient writes."""

    type: Literal["patient_message"]
    text: Text
    images: tuple[Image, ...] = ()


class PatientWithdrew(Frozen):
    """The patient takes the matter back; that closes nothing."""

    type: Literal["patient_withdrew"]
    text: Text | None = None


PatientEvent = Annotated[PatientMessage | PatientWithdrew, Field(discriminator="type")]


class PersonKnown(Frozen):
    """The population register answered; `found` is False when it knows nobody by that number."""

    type: Literal["person_known"] = "person_known"
    found: bool
    name: str | None
    protected: bool
    deceased: bool


class RegisterSilent(Frozen):
    """The population register could not be asked, however often it was tried."""

    type: Literal["register_silent"] = "register_silent"


class SmsOutcome(Frozen):
    """How sending an SMS went. `reason` is one word of ours."""

    type: Literal["sms_outcome"] = "sms_outcome"
    message_id: str
    status: Literal["sent", "failed", "unknown", "suppressed"]
    reason: Literal["protected", "deceased", "no_mobile", "register_away", "refused"] | None = None


class SmsReport(Frozen):
    """The gateway's delivery report."""

    type: Literal["sms_report"] = "sms_report"
    message_id: str
    status: Literal["sent", "delivered", "failed"]


class PathwayBegun(Frozen):
    """The suicide-risk pathway of the contact runs."""

    type: Literal["pathway_begun"] = "pathway_begun"


class PathwayChanged(Frozen):
    """What the pathway says now. Only it opens the gate; an older word than the last changes nothing."""

    type: Literal["pathway_changed"] = "pathway_changed"
    gate: Gate


class StaffTold(Frozen):
    """So many of the case's alerts have been passed on to staff outside the house."""

    type: Literal["staff_told"] = "staff_told"
    alerts: int


Event = (
    PatientMessage
    | PatientWithdrew
    | PersonKnown
    | RegisterSilent
    | SmsOutcome
    | SmsReport
    | PathwayBegun
    | PathwayChanged
    | StaffTold
)
