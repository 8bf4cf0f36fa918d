"""What a person may decide about a chat, and what follows. Identity and shape are known; the rest is judged here."""

from collections.abc import Callable
from datetime import datetime
from typing import assert_never

from routine.actors import Actor
from routine.chat import closing, everyday, handing, kept, notes, outside, sending, suspicion, wrong_person
from routine.chat.access import may_send, sendable
from routine.chat.case import Chat, Completed
from routine.chat.decisions import (
    TYPES,
    AcceptHandover,
    AnyDecision,
    AttestNote,
    BookSlot,
    CompleteTask,
    ConfirmClose,
    ContactPreference,
    DeclineHandover,
    HandOver,
    InternalNote,
    KeepForSlot,
    LogCall,
    MarkWrongPerson,
    Message,
    MovedOutside,
    NoActionNeeded,
    OfferSlot,
    Pick,
    ReassignTask,
    RecallHandover,
    RecordConsent,
    Release,
    RequestClose,
    ResolveKept,
    SetUrgency,
    SmsReminder,
    StopMessages,
    TakeOver,
    UnmarkWrongPerson,
    WaiveNote,
    WithdrawClose,
)
from routine.chat.elapse import elapse
from routine.refusals import Refusal
from routine.suicide_risk.decisions import Assess, Call112, FlagSuspicion, RecordAsked, ResolveElsewhere

OF_STATE: dict[type[AnyDecision], Callable[[Chat], Refusal | None]] = {
    Pick: everyday.may_pick,
    Release: everyday.may_release,
    LogCall: everyday.held,
    RecordConsent: everyday.held,
    Message: everyday.may_write,
    SmsReminder: sending.may_remind,
    StopMessages: everyday.unclosed,
    ContactPreference: everyday.unclosed,
    SetUrgency: everyday.unclosed,
    KeepForSlot: kept.may_keep,
    OfferSlot: kept.may_book,
    BookSlot: kept.may_book,
    ResolveKept: kept.kept,
    MarkWrongPerson: wrong_person.may_mark,
    UnmarkWrongPerson: wrong_person.may_unmark,
    MovedOutside: outside.may_move,
    HandOver: handing.may_hand_over,
    RecallHandover: handing.may_recall,
    RequestClose: closing.may_request,
    WithdrawClose: closing.may_withdraw,
    NoActionNeeded: closing.may_need_nothing,
    ReassignTask: notes.may_reassign,
    FlagSuspicion: suspicion.may_flag,
    Assess: suspicion.may_flag,
    Call112: suspicion.may_flag,
    RecordAsked: suspicion.may_record_asked,
    ResolveElsewhere: suspicion.may_resolve,
}
"""What a decision asks of the state; one that is in neither table asks nothing."""
OF_WHOM: dict[type[AnyDecision], Callable[[Chat, Actor], Refusal | None]] = {
    TakeOver: everyday.may_take_over,
    AcceptHandover: handing.may_answer,
    DeclineHandover: handing.may_answer,
}
"""What it asks of the state and of whoever decides."""


def decide(chat: Chat, decision: AnyDecision, by: Actor, now: datetime) -> Chat | Refusal:
    """The chat after the decision, or why not: role, unit, right to open, holder, state, rule, in that order."""
    chat = elapse(chat, now).model_copy(update={"as_of": now})
    kind, task_id = type(decision), getattr(decision, "task_id", None)
    return may_send(chat, kind, by, task_id) or possible(chat, kind, by) or _apply(chat, decision, by, now)


def allowed(chat: Chat, by: Actor) -> tuple[str, ...]:
    """The decisions the actor may send now, by their type."""
    may = sendable(chat, by)
    # Offered only once it may be done; sent, its token is judged first, which tells a late one from none (R54).
    if ConfirmClose in may and closing.may_confirm(chat):
        may.discard(ConfirmClose)
    return tuple(name for name, kind in TYPES.items() if kind in may and not possible(chat, kind, by))


def possible(chat: Chat, kind: type[AnyDecision], by: Actor) -> Refusal | None:
    """Whether the state lets anybody decide this now, before its fields are looked at."""
    if isinstance(chat.state, Completed):
        return everyday.closed()
    if kind in OF_WHOM:
        return OF_WHOM[kind](chat, by)
    return OF_STATE[kind](chat) if kind in OF_STATE else None


def _apply(chat: Chat, decision: AnyDecision, by: Actor, now: datetime) -> Chat | Refusal:
    match decision:
        case Pick():
            return everyday.pick(chat, by, now)
        case TakeOver():
            return handing.take_over(chat, decision, by, now)
        case Message():
            return everyday.message(chat, decision, by, now)
        case LogCall():
            return everyday.log_call(chat, decision, by, now)
        case InternalNote():
            return everyday.internal_note(chat, decision, by, now)
        case Release():
            return everyday.release(chat, decision, now)
        case SetUrgency():
            return everyday.set_urgency(chat, decision, by, now)
        case RecordConsent():
            return handing.record_consent(chat, decision, by, now)
        case HandOver():
            return handing.hand_over(chat, decision, by, now)
        case AcceptHandover():
            return handing.accept(chat, by, now)
        case DeclineHandover():
            return handing.decline(chat, decision, now)
        case FlagSuspicion():
            return suspicion.flag(chat, decision, by, now)
        case Assess() | Call112():
            return suspicion.raised(chat, None, by, now)
        case RecordAsked():
            return suspicion.record_asked(chat, decision, by, now)
        case ResolveElsewhere():
            return suspicion.resolve(chat, decision, by, now)
        case RecallHandover():
            return handing.recall(chat, now)
        case RequestClose():
            return closing.request(chat, decision, now)
        case ConfirmClose():
            return closing.confirm(chat, decision, by, now)
        case WithdrawClose():
            return closing.withdraw(chat, now)
        case NoActionNeeded():
            return closing.need_nothing(chat, decision, by, now)
        case AttestNote():
            return notes.attest(chat, decision, now)
        case WaiveNote():
            return notes.waive(chat, decision, now)
        case CompleteTask():
            return notes.complete(chat, decision, by, now)
        case ReassignTask():
            return notes.reassign(chat, decision, by, now)
        case SmsReminder():
            return sending.remind(chat, now)
        case StopMessages():
            return sending.stop(chat, decision, by, now)
        case ContactPreference():
            return sending.prefer(chat, decision, by, now)
        case KeepForSlot():
            return kept.keep(chat, decision, by, now)
        case OfferSlot():
            return kept.offer(chat, decision, by, now)
        case BookSlot():
            return kept.book(chat, decision, by, now)
        case ResolveKept():
            return kept.resolve(chat, decision, by, now)
        case MarkWrongPerson():
            return wrong_person.mark(chat, by, now)
        case UnmarkWrongPerson():
            return wrong_person.unmark(chat, decision, by, now)
        case MovedOutside():
            return outside.move(chat, decision, by, now)
        case _:
            assert_never(decision)
