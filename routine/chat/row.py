"""A chat as a line on the worklist."""

from typing import Literal

from routine.chat.case import (
    Asked,
    Chat,
    Closed,
    CloseRequested,
    Completed,
    Grace,
    Hand,
    HandoverPending,
    InHand,
    KeptForSlot,
    Queued,
    Unanswered,
    Word,
)
from routine.chat.elapse import Name, dues
from routine.chat.owed import owed
from routine.recalled import recalled
from routine.tasks import Kind
from routine.worklist import CaseRow

WATCHES = (Name.GRACE, Name.CLOSING_LIST)
"""The named timers that watch while nobody but the patient is waited for."""


def state_of(chat: Chat) -> str:
    """The state by its name in `api.md`."""
    match chat.state:
        case Queued():
            return "queued"
        case InHand(hand=Hand(word=Asked())):
            return "awaiting_patient"
        case InHand():
            return "in_progress"
        case HandoverPending():
            return "handover_pending"
        case KeptForSlot():
            return "kept_for_slot"
        case CloseRequested():
            return "close_requested"
        case Grace():
            return "closed_grace"
        case Closed(outcome=outcome):
            return outcome
        case Completed(outcome=outcome):
            return "completed" if outcome == "closed" else outcome


def word_of(chat: Chat) -> Word | None:
    """Whose turn it is; None once closed."""
    match chat.state:
        case Queued(word=word):
            return word
        case InHand(hand=hand) | HandoverPending(hand=hand) | KeptForSlot(hand=hand) | CloseRequested(hand=hand):
            return hand.word
        case Grace() | Closed() | Completed():
            return None


def suicide_state(chat: Chat) -> str | None:
    """How far the suspicion has come, by its name in `api.md`."""
    if chat.suspected:
        return chat.gate.suicide_state if chat.gate else "suspected"
    return "screening_hit" if chat.hit else None


def tier_of(chat: Chat) -> Literal["suicide", "normal"]:
    """Which of the worklist's two tiers the case belongs to (R46)."""
    return "suicide" if chat.has_sign else "normal"


@recalled
def row(chat: Chat) -> CaseRow:
    """The case's line on the worklist (R44, R46)."""
    tasks, word = owed(chat), word_of(chat)
    watches = [(due.at, due.name.value) for due in dues(chat) if due.name in WATCHES]
    due_at, due_name = min([(task.due_at, task.kind.value) for task in tasks] + watches, default=(None, None))
    return CaseRow(
        contact_id=chat.contact_id,
        kind="chat",
        unit=chat.unit.code,
        tier=tier_of(chat),
        priority=chat.priority,
        priority_form=chat.submission.priority,
        state=state_of(chat),
        suicide_state=suicide_state(chat),
        level=chat.gate.level if chat.gate else None,
        holder=chat.holder.hsa_id if chat.holder else None,
        masked_person=chat.submission.person.personnummer.masked,
        opened_at=chat.opened_at,
        waiting_since=word.since if isinstance(word, Unanswered) else None,
        next_due_at=due_at,
        next_due_name=due_name,
        needs_action=any(task.kind is not Kind.DOC_NOTE for task in tasks),
        kept_due_at=chat.state.due_at if isinstance(chat.state, KeptForSlot) else None,
        tasks=tasks,
    )
