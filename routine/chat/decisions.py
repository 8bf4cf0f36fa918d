"""What staff may decide about a chat, as they send it (the everyday part of `api.md`)."""

from typing import Annotated, Literal, get_args

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from routine.actors import LICENSED, Addressee, Role, ToRole
from routine.documentation import WaiveReason
from routine.frozen import Frozen, Misfit
from routine.intake import Priority, Text
from routine.suicide_risk.decisions import Assess, Call112, FlagSuspicion, RecordAsked, ResolveElsewhere
from routine.words import Optional, Short


class Pick(Frozen):
    """Take a case from the queue."""

    type: Literal["pick"]


class TakeOver(Frozen):
    """Take a case that somebody else holds; the old holder is told."""

    type: Literal["take_over"]
    reason: Literal["absent", "shift_end", "urgent", "agreed"]
    note: Optional = None


class Message(Frozen):
    """Write to the patient: free words, or one of the unit's phrases by its name."""

    type: Literal["message"]
    text: Text | None = None
    phrase: Short | None = None
    expects_reply: bool = True

    @model_validator(mode="after")
    def one_of_two(self) -> "Message":
        """Either words or a phrase."""
        if self.text is None and self.phrase is None:
            raise Misfit("text", "words or a phrase", missing=True)
        if self.text is not None and self.phrase is not None:
            raise Misfit("phrase", "words or a phrase")
        return self


class LogCall(Frozen):
    """A phone call to the patient."""

    type: Literal["log_call"]
    reached: bool
    note: Text


class InternalNote(Frozen):
    """A note between colleagues."""

    type: Literal["internal_note"]
    text: Text


class Release(Frozen):
    """Give a case back to the queue."""

    type: Literal["release"]


class SetUrgency(Frozen):
    """Set the order in the queue; the form's own priority stays beside it (R45)."""

    type: Literal["set_urgency"]
    priority: Priority
    rationale: Text


class RecordConsent(Frozen):
    """What the patient answered when asked about a handover (samtycke, R53)."""

    type: Literal["record_consent"]
    given: bool
    wording: Text


class HandOver(Frozen):
    """Hand the question over (överlämning) to a profession or to one person."""

    type: Literal["handover"]
    to: Addressee
    note: Optional = None

    @model_validator(mode="after")
    def licensed_role(self) -> "HandOver":
        """A role that a chat is handed to is licensed."""
        if isinstance(self.to, ToRole) and self.to.role not in (*LICENSED, Role.ASSESSOR, Role.LICENSED):
            raise Misfit("to", "not a licensed role")
        return self


class AcceptHandover(Frozen):
    """Take on what was handed over."""

    type: Literal["accept_handover"]


class DeclineHandover(Frozen):
    """Say no to what was handed over; it is the sender's again."""

    type: Literal["decline_handover"]
    reason: Text


class RecallHandover(Frozen):
    """Take back what nobody has accepted yet."""

    type: Literal["recall_handover"]


class RequestClose(Frozen):
    """The first of two steps to close (R54)."""

    type: Literal["request_close"]
    grace: Literal["one_day", "none"] = "one_day"


class ConfirmClose(Frozen):
    """The second step: the extra dialogue is confirmed (R54)."""

    type: Literal["confirm_close"]
    token: Short


class WithdrawClose(Frozen):
    """Leave the dialogue without closing."""

    type: Literal["withdraw_close"]


class NoActionNeeded(Frozen):
    """A reply in grace that needs nothing: the case goes back to its grace."""

    type: Literal["no_action_needed"]
    note: Text


class AttestNote(Frozen):
    """The note is written in the record and its text is the documenter's own (R83-R86)."""

    type: Literal["attest_note"]
    task_id: Short
    current: Annotated[str, StringConstraints(strip_whitespace=True, max_length=100_000)]
    assessment: Text
    template: Short | None = None


class WaiveNote(Frozen):
    """No note is needed, and why."""

    type: Literal["waive_note"]
    task_id: Short
    reason: WaiveReason


class CompleteTask(Frozen):
    """A task that has no decision of its own is done."""

    type: Literal["complete_task"]
    task_id: Short
    outcome: Short
    note: Text


class ReassignTask(Frozen):
    """Give a task to somebody else."""

    type: Literal["reassign_task"]
    task_id: Short
    to: Addressee
    reason: Text


class SmsReminder(Frozen):
    """Remind the patient by SMS that a message waits (R56)."""

    type: Literal["sms_reminder"]


class StopMessages(Frozen):
    """Let nothing more leave by itself."""

    type: Literal["stop_messages"]
    reason: Text


class ContactPreference(Frozen):
    """Whether the patient wants SMS."""

    type: Literal["contact_preference"]
    sms: bool
    note: Optional = None


class KeepForSlot(Frozen):
    """No time to offer today: the case is kept (R57)."""

    type: Literal["keep_for_slot"]
    note: Text


class OfferSlot(Frozen):
    """Offer a time (M14)."""

    type: Literal["offer_slot"]
    start: AwareDatetime


class BookSlot(Frozen):
    """The time is booked."""

    type: Literal["book_slot"]
    start: AwareDatetime


class ResolveKept(Frozen):
    """What came of keeping the case."""

    type: Literal["resolve_kept"]
    outcome: Literal["booked", "declined", "not_needed", "offered_no_answer"]
    note: Text


class MarkWrongPerson(Frozen):
    """The case concerns somebody else than who is logged in (R79)."""

    type: Literal["mark_wrong_person"]


class UnmarkWrongPerson(Frozen):
    """It was the right person after all."""

    type: Literal["unmark_wrong_person"]
    reason: Text


class MovedOutside(Frozen):
    """The case of a protected person goes on outside (R76)."""

    type: Literal["moved_outside"]
    how: Short
    note: Text


AnyDecision = (
    Pick
    | TakeOver
    | Message
    | LogCall
    | InternalNote
    | Release
    | SetUrgency
    | RecordConsent
    | HandOver
    | AcceptHandover
    | DeclineHandover
    | RecallHandover
    | RequestClose
    | ConfirmClose
    | WithdrawClose
    | NoActionNeeded
    | AttestNote
    | WaiveNote
    | CompleteTask
    | ReassignTask
    | SmsReminder
    | StopMessages
    | ContactPreference
    | KeepForSlot
    | OfferSlot
    | BookSlot
    | ResolveKept
    | MarkWrongPerson
    | UnmarkWrongPerson
    | MovedOutside
    | FlagSuspicion
    | RecordAsked
    | ResolveElsewhere
    | Assess
    | Call112
)
"""The last two are the pathway's: a contact that has none opens it for them."""
Decision = Annotated[AnyDecision, Field(discriminator="type")]
TYPES: dict[str, type[AnyDecision]] = {
    get_args(model.model_fields["type"].annotation)[0]: model for model in get_args(AnyDecision)
}
