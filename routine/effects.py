"""What the world must see or be asked: data with a stable key, done by activities, heard of like any event."""

from routine.frozen import Frozen
from routine.people import PersonId


class LookUpPerson(Frozen):
    """Ask the population register about the person (R76); nothing is sent before it has answered."""

    key: str
    personnummer: PersonId


class StartPathway(Frozen):
    """Begin the contact's suicide-risk pathway (R59); the gate is shut already."""

    key: str


class SendSms(Frozen):
    """An SMS to the patient. Whether it may be sent is asked once more in the act of sending (R76)."""

    key: str
    contact_id: str
    template: str
    personnummer: PersonId
    text: str


class StaffContact(Frozen):
    """Where a member of staff has asked to be told: mobile (E.164), e-mail, or both."""

    mobile: str | None
    email: str | None


class TellStaff(Frozen):
    """Tell staff that a case waits (M17): nothing about whom or what."""

    key: str
    contact_id: str
    alerts: int
    """How many of the case's alerts this covers, counted from the first."""
    to: tuple[StaffContact, ...]
    text: str


Effect = StartPathway | LookUpPerson | SendSms | TellStaff
