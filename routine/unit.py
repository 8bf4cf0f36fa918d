"""A unit as a case knows it: a snapshot taken when the case begins, so that no later change touches a running case."""

from typing import Literal

from routine.actors import HsaId, Role
from routine.frozen import Frozen
from routine.hours import OpeningHours
from routine.phrases import Number, Phrase
from routine.roster import Roster


class Staff(Frozen):
    """A member of a unit's staff."""

    hsa_id: HsaId
    name: str
    roles: tuple[Role, ...]
    mobile: str | None = None
    """E.164; where she has asked to be told that a case waits."""
    email: str | None = None


class Policy(Frozen):
    """The configurable numbers of table A15, in minutes of the unit's opening hours unless said otherwise."""

    handle_urgent: int = 15
    handle_soon: int = 60
    handle: int = 240
    reply: int = 60
    follow_up: int = 240
    handover_accept: int = 60
    suicide_accept: int = 15
    call_assessor: int = 10
    errand: int = 60
    """What an event leaves behind: a failed SMS, a case to be moved outside."""
    sms_pause: int = 60
    """Minutes by the clock between two reminders on a contact (R56)."""
    repeat: int = 30
    closing_lead: int = 30
    close_token: int = 10
    """Minutes by the clock."""
    grace: Literal["open_day", "literal"] = "open_day"
    accept_after_hours: bool | None = None
    """None: a vårdcentral accepts, other units redirect (R51)."""
    page_after_hours: bool = False
    """Whether a sign in closed hours also tells the on-call directory (facts B3)."""
    guarantee_assessment_days: int = 3
    """Calendar days (facts B3)."""
    register_retry: int = 10
    """Minutes by the clock between rounds of asking a register that is away."""


class Unit(Frozen):
    """A care unit: its hours, roster, staff, texts and numbers."""

    code: str
    name: str
    unit_type: Literal["vardcentral", "other"]
    hours: OpeningHours
    roster: Roster
    staff: tuple[Staff, ...]
    phrases: tuple[Phrase, ...]
    policy: Policy = Policy()
    policy_version: str
    screening_words: tuple[str, ...] = ()
    """What raises a flag to people when it stands in a patient's free text (B8); docs/screening.md."""
    numbers: tuple[Number, ...] = ()

    def member(self, hsa_id: str) -> Staff | None:
        """The member of staff with this id, or None."""
        return next((staff for staff in self.staff if staff.hsa_id == hsa_id), None)

    @property
    def accepts_after_hours(self) -> bool:
        """Whether a triaged chat may be sent while the unit is closed (R51)."""
        configured = self.policy.accept_after_hours
        return self.unit_type == "vardcentral" if configured is None else configured
