"""A chat as a value: its states, each with only its own data, and what all of them share."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from routine.actors import Addressee, HsaId, Member
from routine.documentation import Note
from routine.frozen import Frozen
from routine.handover import Consent, Handover
from routine.intake import Image, Submission
from routine.unit import Unit


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


class Closed(Frozen):
    """Closed; something is left to attest."""

    state: Literal["closed"] = "closed"
    holder: Member
    closed_at: datetime


class Completed(Frozen):
    """The end: closed, and the record attested."""

    state: Literal["completed"] = "completed"
    holder: Member
    closed_at: datetime
    completed_at: datetime


State = Annotated[
    Queued | InHand | HandoverPending | CloseRequested | Grace | Closed | Completed, Field(discriminator="state")
]
Held = InHand | HandoverPending | CloseRequested


class Line(Frozen):
    """A line of the conversation."""

    sender: Literal["patient", "staff"]
    by: Member | None = None
    at: datetime
    text: str
    images: tuple[Image, ...] = ()


class Sent(Frozen):
    """A templated message that left for the patient, or a screen that was shown."""

    template: str
    channel: Literal["chat", "screen"]
    text: str
    at: datetime


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
            case InHand(hand=hand) | HandoverPending(hand=hand) | CloseRequested(hand=hand):
                return hand.holder
            case Grace(holder=holder) | Closed(holder=holder) | Completed(holder=holder):
                return holder

    @property
    def has_sign(self) -> bool:
        """Whether anything about this case discloses a suicide risk; a sign never goes away by itself (R59, B8)."""
        form = self.submission.form
        return form is not None and form.suicide_sign


def climbed(chat: Chat, task_id: str) -> int:
    """How many rungs of the task's ladder have been reached."""
    return next((row.rungs for row in chat.climbed if row.task_id == task_id), 0)


def open_notes(chat: Chat) -> tuple[Note, ...]:
    """The notes still to be attested or waived."""
    return tuple(note for note in chat.notes if note.done_at is None)


def pending_handover(chat: Chat) -> Handover | None:
    """The handover that waits to be accepted, or None."""
    match chat.state:
        case HandoverPending(handover_id=handover_id):
            return next(handover for handover in chat.handovers if handover.handover_id == handover_id)
        case _:
            return None
