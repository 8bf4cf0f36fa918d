"""A chat as a value: its states, each with only its own data, and what all of them share."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from routine.actors import Addressee, HsaId, Member
from routine.documentation import Note
from routine.frozen import Frozen
from routine.gate import Gate, Taken
from routine.handover import Consent, Handover
from routine.intake import Image, Submission
from routine.signs import Sign
from routine.tasks import Kind
from routine.unit import Unit

SECOND = timedelta(seconds=1)


class Unanswered(Frozen):
    """The patient has written and waits for us: the reply is owed from `owed_from`, when it was taken on."""

    word: Literal["unanswered"] = "unanswered"
    since: datetime
    owed_from: datetime


class Asked(Frozen):
    """The patient has the word (awaiting patient); `listed_at` is when the case last came on the closing list (R47)."""

    word: Literal["asked"] = "asked"
    since: datetime
    listed_at: datetime | None = None


class Quiet(Frozen):
    """Nothing is unanswered and nobody is waited for: the holder follows up or closes."""

    word: Literal["quiet"] = "quiet"
    since: datetime


Word = Annotated[Unanswered | Asked | Quiet, Field(discriminator="word")]


class Hand(Frozen):
    """A case in somebody's hands, and whose turn it is."""

    holder: Member
    word: Word


class Queued(Frozen):
    """In the queue (patientliggaren), to be picked by licensed staff; `opened_at` is when it came there."""

    state: Literal["queued"] = "queued"
    opened_at: datetime
    word: Word


class InHand(Frozen):
    """Held by one named person."""

    state: Literal["in_hand"] = "in_hand"
    hand: Hand


class HandoverPending(Frozen):
    """Handed over and not yet accepted; until then the sender goes on."""

    state: Literal["handover_pending"] = "handover_pending"
    hand: Hand
    handover_id: str


class KeptForSlot(Frozen):
    """Kept at the unit until a time can be offered (R57); `offered` is the time that was offered last."""

    state: Literal["kept_for_slot"] = "kept_for_slot"
    hand: Hand
    kept_at: datetime
    due_at: datetime
    offered: datetime | None = None


class CloseRequested(Frozen):
    """The first of two steps to close (R54): the dialogue is open until `expires_at`."""

    state: Literal["close_requested"] = "close_requested"
    hand: Hand
    token: str
    requested_at: datetime
    expires_at: datetime
    grace: Literal["one_day", "none"]


class Grace(Frozen):
    """Closed, but a reply before `until` reopens the same case (lägg på 1 dag, R48)."""

    state: Literal["grace"] = "grace"
    holder: Member
    closed_at: datetime
    until: datetime


Outcome = Literal["closed", "excluded_wrong_person", "moved_outside"]
"""How a case left the work: closed, about somebody else (R79-R81), or gone on outside because of protection (R76)."""


class Closed(Frozen):
    """Closed; something is left to attest."""

    state: Literal["closed"] = "closed"
    holder: Member | None
    closed_at: datetime
    outcome: Outcome = "closed"


class Completed(Frozen):
    """The end: closed, and the record attested."""

    state: Literal["completed"] = "completed"
    holder: Member | None
    closed_at: datetime
    outcome: Outcome = "closed"
    completed_at: datetime


State = Annotated[
    Queued | InHand | HandoverPending | KeptForSlot | CloseRequested | Grace | Closed | Completed,
    Field(discriminator="state"),
]
Held = InHand | HandoverPending | KeptForSlot | CloseRequested


class Line(Frozen):
    """A line of the conversation."""

    sender: Literal["patient", "staff"]
    by: Member | None = None
    at: datetime
    text: str
    images: tuple[Image, ...] = ()


Status = Literal["planned", "sent", "delivered", "failed", "unknown", "suppressed", "cancelled"]


class Sent(Frozen):
    """A templated message for the patient, or a screen that was shown. `at` is when it was planned."""

    message_id: str
    template: str
    channel: Literal["chat", "screen", "sms"]
    text: str
    at: datetime
    sent_at: datetime | None
    status: Status = "sent"


class Errand(Frozen):
    """A task that an event left behind and no state implies; done by `complete_task`, or by what it asks for."""

    task_id: str
    kind: Kind
    owner: Addressee | None
    """None: the holder, or her profession while she is off duty."""
    opened_at: datetime
    done_at: datetime | None = None
    outcome: str | None = None


class Call(Frozen):
    """A phone call to the patient, reached or not."""

    at: datetime
    by: Member
    reached: bool
    note: str


class Remark(Frozen):
    """An internal note, or a reason somebody gave for what she did."""

    at: datetime
    by: Member | None
    text: str
    about: str


class Alert(Frozen):
    """Somebody was told; one row for each addressee."""

    at: datetime
    to: Addressee
    reason: str
    rule: str
    task_id: str | None = None


class Climbed(Frozen):
    """How many rungs of a task's ladder have been reached."""

    task_id: str
    rungs: int


class Assigned(Frozen):
    """A task that was given to somebody else than its state implies."""

    task_id: str
    to: Addressee


class Inquired(Frozen):
    """The question about suicide was put, or why it was not; it clears what free text raised before it (R58)."""

    at: datetime
    by: Member
    outcome: Literal["asked_none", "not_asked"]
    signs: int
    """How many signs there were then: it answers for no later one, also of the same instant."""


class PersonFacts(Frozen):
    """What the population register said of the person, and when."""

    at: datetime
    name: str | None
    protected: bool
    deceased: bool


class RegisterAway(Frozen):
    """The register could not be asked; it is asked again from `retry_at`."""

    retry_at: datetime


class Chat(Frozen):
    """A chat contact. Nothing here is computed from the wall clock: every change names its own instant."""

    contact_id: str
    unit: Unit
    submission: Submission
    opened_at: datetime
    continues: str | None
    state: State
    priority: int | None
    as_of: datetime
    """The instant up to which `elapse` has run."""
    lines: tuple[Line, ...] = ()
    sent: tuple[Sent, ...] = ()
    calls: tuple[Call, ...] = ()
    remarks: tuple[Remark, ...] = ()
    consents: tuple[Consent, ...] = ()
    handovers: tuple[Handover, ...] = ()
    notes: tuple[Note, ...] = ()
    alerts: tuple[Alert, ...] = ()
    climbed: tuple[Climbed, ...] = ()
    assigned: tuple[Assigned, ...] = ()
    former_holders: tuple[HsaId, ...] = ()
    spent_tokens: tuple[str, ...] = ()
    reopened_until: datetime | None = None
    """The grace that a reply interrupted; `no_action_needed` goes back to it."""
    first_contact_at: datetime | None = None
    first_assessed_at: datetime | None = None
    graces: tuple[Grace, ...] = ()
    person: PersonFacts | RegisterAway | None = None
    signs: tuple[Sign, ...] = ()
    asked: tuple[Inquired, ...] = ()
    gate: Gate | None = None
    """What the suicide-risk pathway says; None until it has begun. Only it opens the gate."""
    pathway_begun: bool = False
    taken: Taken | None = None
    """The last time an assessor took the case by a decision of her own."""
    released_at: datetime | None = None
    participants: tuple[HsaId, ...] = ()
    """Who takes part besides the holder, since an assessor took the patient on (R59)."""
    last_staff_at: datetime | None = None
    last_patient_at: datetime | None = None
    """The patient's last word after what was sent in."""
    reopened_at: datetime | None = None
    resolved_elsewhere: bool = False
    """Seen elsewhere, admitted or dead: nothing else stops closing."""
    restricted: bool = False
    """A protected person's disclosure: seen by assessors and the unit manager only, and never written to (R77)."""
    foreign: bool = False
    """Sent on behalf of somebody whom the sender may not speak for (R79)."""
    wrong_person: bool = False
    errands: tuple[Errand, ...] = ()
    sms_wanted: bool = True
    stopped: bool = False
    """Staff have stopped every message that would leave by itself."""
    alerts_told: int = 0
    """How many of the alerts have been sent on to staff outside the house."""
    lookups: int = 0
    """How many times the register was asked in vain."""

    @property
    def ended(self) -> bool:
        """Whether nothing can be owed any more."""
        return isinstance(self.state, Completed)

    @property
    def hears(self) -> bool:
        """Whether a patient's words belong to this case; after grace they open a new, linked one."""
        return not isinstance(self.state, Closed | Completed)

    @property
    def holder(self) -> Member | None:
        """Who holds the case, or held it when it was closed."""
        match self.state:
            case Queued():
                return None
            case InHand(hand=hand) | HandoverPending(hand=hand) | KeptForSlot(hand=hand) | CloseRequested(hand=hand):
                return hand.holder
            case Grace(holder=holder) | Closed(holder=holder) | Completed(holder=holder):
                return holder

    @property
    def suspicions(self) -> tuple[Sign, ...]:
        """What asks for the assessors: everything but words in free text, which ask the licensed first."""
        return tuple(sign for sign in self.signs if sign.kind != "text")

    @property
    def suspected(self) -> bool:
        """Whether a suspicion stands that no assessor has dismissed; one the pathway has not heard of stands too."""
        gate = self.gate
        return bool(self.suspicions) and (gate is None or gate.tier == "suicide" or len(self.suspicions) > gate.signs)

    @property
    def assessed_at(self) -> datetime | None:
        """When the assessment was made that counts; None without one."""
        return self.gate.assessed_at if self.gate else None

    @property
    def hit(self) -> bool:
        """Whether words in free text have not been looked at: cleared by the question, or by an assessment (R58)."""
        asked = max((each.signs for each in self.asked), default=0)
        judged = self.assessed_at
        return any(sign.kind == "text" and (judged is None or sign.at >= judged) for sign in self.signs[asked:])

    @property
    def has_sign(self) -> bool:
        """Whether the case is in the suicide tier; a sign never goes away by itself (R59, B8)."""
        return bool(self.signs) and (self.suspected or self.hit)

    @property
    def wants_pathway(self) -> bool:
        """Whether a pathway is to begin: a restricted contact's own review comes first, until staff suspect (R77)."""
        if self.pathway_begun or not self.suspicions:
            return False
        return not self.restricted or any(sign.kind == "staff" for sign in self.suspicions)

    @property
    def assessor(self) -> Member | None:
        """Who assesses, as the pathway says."""
        return self.gate.taken.by if self.gate and self.gate.taken else None

    @property
    def protected(self) -> bool:
        """Whether the register says the identity is protected (R76)."""
        return self.restricted or (isinstance(self.person, PersonFacts) and self.person.protected)

    @property
    def deceased(self) -> bool:
        """Whether the register says the person has died."""
        return isinstance(self.person, PersonFacts) and self.person.deceased


def climbed(chat: Chat, task_id: str) -> int:
    """How many rungs of the task's ladder have been reached."""
    return next((row.rungs for row in chat.climbed if row.task_id == task_id), 0)


def open_notes(chat: Chat) -> tuple[Note, ...]:
    """The notes still to be attested or waived."""
    return tuple(note for note in chat.notes if note.done_at is None)


def message_id(chat: Chat, template: str) -> str:
    """The id of the chat's next message: stable, and nothing about the patient."""
    return f"{chat.contact_id}:{template}:{len(chat.sent) + 1}"


def pending_handover(chat: Chat) -> Handover | None:
    """The handover that waits to be accepted, or None."""
    match chat.state:
        case HandoverPending(handover_id=handover_id):
            return next(handover for handover in chat.handovers if handover.handover_id == handover_id)
        case _:
            return None


def open_errands(chat: Chat, *kinds: Kind) -> tuple[Errand, ...]:
    """The errands still to be done, of the kinds named or of all."""
    return tuple(each for each in chat.errands if each.done_at is None and (not kinds or each.kind in kinds))
