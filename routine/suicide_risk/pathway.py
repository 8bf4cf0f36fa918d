"""The suicide-risk pathway as a value: its states, each with only its own data, and what all of them share."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from routine.actors import Addressee, HsaId, Member
from routine.chat.case import Alert, Assigned, Climbed, Errand, Remark
from routine.documentation import Note
from routine.frozen import Frozen
from routine.gate import Contact, Level, Post, Taken
from routine.handover import Handover
from routine.hours import local_date
from routine.on_call import Target
from routine.people import PersonId
from routine.screens import young
from routine.suicide_risk.decisions import Route, Source, Step
from routine.unit import Unit


class Assessing(Frozen):
    """To be assessed: suspected until an assessor takes it on, hers from then. `tried_at`: the calls have been made."""

    state: Literal["assessing"] = "assessing"
    since: datetime
    tried_at: datetime | None = None


class LowAsk(Frozen):
    """None or low: does it feel safe enough to go on online (R62)? After a no, something else is offered."""

    state: Literal["low_ask"] = "low_ask"
    since: datetime
    asked_at: datetime | None = None
    unsafe: bool = False
    offered: Literal["phone", "physical"] | None = None


Why = Literal["high", "acute", "window", "opposes", "unreached", "past_due"]
"""Why an assessor must choose the way on: the risk, a closed day in the window, the patient's no, nobody reached."""


class RouteChoice(Frozen):
    """An assessor chooses the way on (R67, T10, T13). `chosen` still waits to be carried out."""

    state: Literal["route_choice"] = "route_choice"
    since: datetime
    why: Why
    chosen: Route | None = None


class Booking(Frozen):
    """A physical visit is to be booked; `today` for a high risk's visit the same day."""

    state: Literal["booking"] = "booking"
    since: datetime
    today: bool = False


class Visit(Frozen):
    """The physical visit that was booked (R63)."""

    start: datetime
    profession: str
    unit: str
    contact_type: Literal["physical", "video"]
    state: Literal["booked", "attended", "missed", "cancelled"] = "booked"


class Booked(Frozen):
    """Booked; the chat stays open until the visit has happened (R65)."""

    state: Literal["booked"] = "booked"
    since: datetime
    today: bool = False


class Attended(Frozen):
    """The visit has happened: the chat may close."""

    state: Literal["attended"] = "attended"
    since: datetime


class Promise(Frozen):
    """A contact that the plan promises, and what came of it."""

    at: datetime
    how: str
    done_at: datetime | None = None
    outcome: str | None = None


class Plan(Frozen):
    """An individual plan in dialogue with the patient (R67)."""

    state: Literal["plan"] = "plan"
    since: datetime
    watcher: Member
    promises: tuple[Promise, ...]
    review_at: datetime
    rationale: str


class Extended(Frozen):
    """The chat is kept open until then; after that a person decides, never the clock (R69)."""

    state: Literal["extended"] = "extended"
    since: datetime
    until: datetime
    rationale: str


class Phoning(Frozen):
    """The patient is phoned: at once, and again after each pause (R70)."""

    state: Literal["phoning"] = "phoning"
    since: datetime
    tries: tuple[datetime, ...] = ()


class Acknowledged(Frozen):
    """Somebody else has taken the patient on (R74)."""

    state: Literal["acknowledged"] = "acknowledged"
    since: datetime


Exit = Literal[
    "safe_online",
    "offer_answered",
    "unreachable_low",
    "last_resort",
    "seen_elsewhere",
    "admitted",
    "deceased",
    "other",
    "moved_outside",
]


class Released(Frozen):
    """Left by an exit of the routine's own."""

    state: Literal["released"] = "released"
    since: datetime
    way: Exit


class Dismissed(Frozen):
    """There was no suspicion: the contact is an ordinary one again."""

    state: Literal["dismissed"] = "dismissed"
    since: datetime


State = Annotated[
    Assessing
    | LowAsk
    | RouteChoice
    | Booking
    | Booked
    | Attended
    | Plan
    | Extended
    | Phoning
    | Acknowledged
    | Released
    | Dismissed,
    Field(discriminator="state"),
]
Left = Attended | Acknowledged | Released | Dismissed
"""States that wait for nobody: one of the routine's exits has been taken."""


class Assessment(Frozen):
    """What an assessor judged, with everything it stands on (R60, R61). Kept for good, also when retracted."""

    at: datetime
    by: Member
    level: Level
    step: Step
    risk_factors: tuple[str, ...]
    protective_factors: tuple[str, ...]
    sources: tuple[Source, ...]
    rationale: str
    reasonable_certainty: bool
    not_called_because: str | None
    retracted_at: datetime | None = None


class Outside(Frozen):
    """A handover to somebody outside the chat: who, to whom, when, what was said, and what they answered (R72-R74)."""

    handover_id: str
    target: Target
    sender: Member
    at: datetime
    to_name: str
    content: str | None
    assessed: bool
    ack_by: datetime
    not_called_because: str | None = None
    acked_at: datetime | None = None
    received_by: str | None = None
    reference: str | None = None
    outcome: Literal["accepted", "advice_only", "declined"] | None = None


class Wanted(Frozen):
    """The assessors are asked to take the patient on (R59). A named one only changes whom it tells first."""

    handover_id: str
    opened_at: datetime
    to: Addressee
    sender: Member | None = None
    named: bool = False


class GuardianNote(Frozen):
    """What was considered about a minor's guardians, by whom."""

    at: datetime
    by: Member
    informed: bool
    rationale: str
    child_protection_considered: bool


class Pathway(Frozen):
    """A suicide-risk pathway. Nothing here is computed from the wall clock: every change names its own instant."""

    contact_id: str
    unit: Unit
    person: PersonId
    opened_at: datetime
    as_of: datetime
    """The instant up to which `elapse` has run."""
    contact: Contact
    state: State
    episode_at: datetime
    """Since when this suspicion lasts."""
    judged_before: int = 0
    """So many assessments are from before it and count no more; by number, as two things may share an instant."""
    asked_before: int = 0
    """So many handovers to somebody outside, likewise."""
    wanted: Wanted | None = None
    taken: Taken | None = None
    """Who assesses, and since when."""
    sender: Member | None = None
    """Who handed the patient over: a participant from then on."""
    due_on: datetime | None = None
    """The moderate risk's hard due instant (R64). It never moves while the risk is unresolved (X6)."""
    soft_at: datetime | None = None
    soft_told: bool = False
    visit: Visit | None = None
    visits: tuple[Visit, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    handovers: tuple[Handover, ...] = ()
    outside: tuple[Outside, ...] = ()
    plans: tuple[Plan, ...] = ()
    guardian_notes: tuple[GuardianNote, ...] = ()
    posts: tuple[Post, ...] = ()
    notes: tuple[Note, ...] = ()
    errands: tuple[Errand, ...] = ()
    remarks: tuple[Remark, ...] = ()
    alerts: tuple[Alert, ...] = ()
    climbed: tuple[Climbed, ...] = ()
    assigned: tuple[Assigned, ...] = ()
    alerts_told: int = 0
    sends_stopped: bool = False
    close_asked: Taken | None = None
    declined_booking_at: datetime | None = None
    """When the patient opposed a visit: somebody has then spoken with her."""
    paged_at: datetime | None = None
    """The closing from which on-call was told (page after hours)."""

    @property
    def ended(self) -> bool:
        """Whether the contact has ended by one of the routine's exits, and the record is written."""
        return self.contact.ended and isinstance(self.state, Left) and not open_notes(self)

    @property
    def assessor(self) -> Member | None:
        """Who assesses; None while the assessors are asked."""
        return self.taken.by if self.taken else None

    @property
    def participants(self) -> tuple[HsaId, ...]:
        """Who takes part besides the contact's holder: the assessor, and who handed over to her."""
        found = [each.hsa_id for each in (self.assessor, self.sender) if each]
        return tuple(dict.fromkeys(found))


def current(pathway: Pathway) -> Assessment | None:
    """The assessment that counts: the latest of this suspicion, unless it was retracted."""
    valid = pathway.assessments[pathway.judged_before :]
    latest = valid[-1] if valid else None
    return latest if latest and latest.retracted_at is None else None


def open_notes(pathway: Pathway) -> tuple[Note, ...]:
    """The notes on the assessment still to be attested."""
    return tuple(note for note in pathway.notes if note.done_at is None)


def open_errands(pathway: Pathway) -> tuple[Errand, ...]:
    """The errands still to be done."""
    return tuple(each for each in pathway.errands if each.done_at is None)


def of_episode(pathway: Pathway) -> tuple[Outside, ...]:
    """The handovers to somebody outside that belong to this suspicion."""
    return pathway.outside[pathway.asked_before :]


def accepted(pathway: Pathway) -> Outside | None:
    """A handover that was accepted, or None. Advice, or a no, is none (R74)."""
    return next((each for each in of_episode(pathway) if each.outcome == "accepted"), None)


def unanswered(pathway: Pathway) -> tuple[Outside, ...]:
    """The handovers that wait for an acknowledgement; of two to the same target the newest, none once one is taken."""
    if accepted(pathway) is not None:
        return ()
    latest = {each.target: each for each in of_episode(pathway)}
    return tuple(each for each in latest.values() if each.acked_at is None)


def minor(pathway: Pathway) -> bool:
    """Whether the patient is under 18; an unknown birth date is never taken for an adult's (B7)."""
    return young(pathway.person, local_date(pathway.as_of))
