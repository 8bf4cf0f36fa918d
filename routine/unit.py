"""A unit as a case knows it: a snapshot taken when the case begins, so that no later change touches a running case."""

from datetime import datetime
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator

from routine.actors import Addressee, HsaId, Role, ToPerson, ToRole
from routine.frozen import Frozen
from routine.hours import OpeningHours
from routine.on_call import Directory
from routine.phrases import Number, Phrase
from routine.recalled import Recalling, answered, recalled
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
    assess: int = 30
    """From the last message, call or extension to the assessment."""
    never_answered: int = 60
    silence: int = 120
    route_high: int = 15
    """The choice of route at level high; `route` where the two days hold a closed one (R67)."""
    route: int = 60
    book_physical: int = 120
    errand: int = 60
    """What an event leaves behind: a failed SMS, a case to be moved outside."""
    sms_pause: int = 60
    """Minutes by the clock between two reminders on a contact (R56)."""
    repeat: int = 30
    calls: int = 3
    """How many times a silent patient is called (R70)."""
    calls_min: int = 2
    """How many calls must be logged before a patient counts as not reached (T12, T13)."""
    call_pause: int = 30
    """Minutes by the clock from one call to the next."""
    on_call_ack: int = 15
    """Minutes by the clock for whoever is on call to acknowledge (R72, T13)."""
    moderate_days: int = 2
    """Calendar days to the physical visit, to the end of the last one (R64)."""
    moderate_soft_hours: int = 48
    """Hours by the clock to the alert that comes before it."""
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


class Clinic(Frozen):
    """A vårdcentral where a patient of a unit that is none itself may be booked for a physical visit (R63)."""

    code: str
    name: str
    hours: OpeningHours


class Unit(Recalling):
    """A care unit: its hours, roster, staff, texts and numbers, and whom it can turn to."""

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
    on_call: Directory = Directory()
    clinics: tuple[Clinic, ...] = ()
    """Empty for a vårdcentral: it books at its own (R63)."""

    def member(self, hsa_id: str) -> Staff | None:
        """The member of staff with this id, or None."""
        return next((staff for staff in self.staff if staff.hsa_id == hsa_id), None)

    @answered
    def on_duty(self, hsa_id: str, at: datetime) -> bool:
        """Whether a shift of the person covers the instant."""
        return self.roster.on_duty(hsa_id, at, self.hours)

    @answered
    def on_duty_or_role(self, hsa_id: str, role: Role, at: datetime) -> Addressee:
        """The person while a shift of hers covers the instant, else the role: nothing waits for who is at home."""
        return ToPerson(hsa_id=hsa_id) if self.on_duty(hsa_id, at) else ToRole(role=role)

    @answered
    def responsible(self, at: datetime) -> ToPerson | None:
        """The named person responsible for the inflow at the instant (R43), or None: then the manager is told."""
        hsa_id = self.roster.responsible(at, self.hours)
        return ToPerson(hsa_id=hsa_id) if hsa_id else None

    @answered
    def next_change(self, hsa_id: str, at: datetime) -> datetime | None:
        """The first instant after `at` when the person's being on duty begins or ends; None if that is far off."""
        return self.roster.next_change(hsa_id, at, self.hours)

    @property
    def accepts_after_hours(self) -> bool:
        """Whether a triaged chat may be sent while the unit is closed (R51)."""
        configured = self.policy.accept_after_hours
        return self.unit_type == "vardcentral" if configured is None else configured


SNAPSHOTS = 500
"""So many different snapshots are shared; a unit has one for each change of its configuration."""


@lru_cache(maxsize=SNAPSHOTS)
def shared(unit: Unit) -> Unit:
    """The first that was equal: a unit's cases have one snapshot in memory, with its calendar worked out."""
    return unit


Shared = Annotated[Unit, AfterValidator(shared)]


@recalled
def as_text(unit: Unit) -> str:
    """The snapshot as JSON."""
    return unit.model_dump_json()


@lru_cache(maxsize=SNAPSHOTS)
def from_text(text: str) -> Unit:
    """The snapshot of the JSON."""
    return Unit.model_validate_json(text)
