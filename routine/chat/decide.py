"""What a person may decide about a chat, and what follows. Identity and shape are known; the rest is judged here."""

from datetime import datetime
from typing import assert_never

from routine.actors import Actor
from routine.chat import closing, everyday, handing, kept, notes, outside, sending, suspicion, wrong_person
from routine.chat.access import may_send
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


def decide(chat: Chat, decision: AnyDecision, by: Actor, now: datetime) -> Chat | Refusal:
    """The chat after the decision, or why not: role, unit, right to open, holder, state, rule, in that order."""
    chat = elapse(chat, now).model_copy(update={"as_of": now})
    kind, task_id = type(decision), getattr(decision, "task_id", None)
    return may_send(chat, kind, by, task_id) or possible(chat, kind, by) or _apply(chat, decision, by, now)


def allowed(chat: Chat, by: Actor) -> tuple[str, ...]:
    """The decisions the actor may send now, by their type."""
    return tuple(
        name
        for name, kind in TYPES.items()
        if not (may_send(chat, kind, by) or possible(chat, kind, by) or _unready(chat, kind))
    )


def _unready(chat: Chat, kind: type[AnyDecision]) -> Refusal | None:
    """What is not offered although sending it is judged by its fields: a late token is told apart from none (R54)."""
    return closing.may_confirm(chat) if kind is ConfirmClose else None


def possible(chat: Chat, kind: type[AnyDecision], by: Actor) -> Refusal | None:
    """Whether the state lets anybody decide this now, before its fields are looked at."""
    if isinstance(chat.state, Completed):
        return everyday.closed()
    if kind is Pick:
        return everyday.may_pick(chat)
    if kind is TakeOver:
        return everyday.may_take_over(chat, by)
    if kind is Release:
        return everyday.may_release(chat)
    if kind in (LogCall, RecordConsent):
        return everyday.held(chat)
    if kind is Message:
        return everyday.may_write(chat)
    if kind is SmsReminder:
        return sending.may_remind(chat)
    if kind in (StopMessages, ContactPreference):
        return everyday.unclosed(chat)
    if kind is KeepForSlot:
        return kept.may_keep(chat)
    if kind in (OfferSlot, BookSlot):
        return kept.may_book(chat)
    if kind is ResolveKept:
        return kept.kept(chat)
    if kind is MarkWrongPerson:
        return wrong_person.may_mark(chat)
    if kind is UnmarkWrongPerson:
        return wrong_person.may_unmark(chat)
    if kind is MovedOutside:
        return outside.may_move(chat)
    if kind is SetUrgency:
        return everyday.unclosed(chat)
    if kind is HandOver:
        return handing.may_hand_over(chat)
    if kind in (AcceptHandover, DeclineHandover):
        return handing.may_answer(chat, by)
    if kind is RecallHandover:
        return handing.may_recall(chat)
    if kind is RequestClose:
        return closing.may_request(chat)
    if kind is WithdrawClose:
        return closing.may_withdraw(chat)
    if kind is NoActionNeeded:
        return closing.may_need_nothing(chat)
    if kind is ReassignTask:
        return notes.may_reassign(chat)
    if kind in (FlagSuspicion, Assess, Call112):
        return suspicion.may_flag(chat)
    if kind is RecordAsked:
        return suspicion.may_record_asked(chat)
    if kind is ResolveElsewhere:
        return suspicion.may_resolve(chat)
    return None


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
