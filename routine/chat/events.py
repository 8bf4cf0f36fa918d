"""What the patient or a machine reports about a chat: never refused, never lost."""

from typing import Annotated, Literal

from pydantic import Field

from routine.frozen import Frozen
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


Event = PatientMessage | PatientWithdrew | PersonKnown | RegisterSilent
