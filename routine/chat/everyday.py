"""The everyday decisions on a chat: take it, write, call, note, set the order, give it back (R42-R46)."""

from datetime import datetime

from routine.actors import Actor, Member, Role, ToPerson, member
from routine.chat.case import (
    Alert,
    Asked,
    Call,
    Chat,
    Closed,
    CloseRequested,
    Completed,
    Grace,
    Hand,
    HandoverPending,
    Held,
    InHand,
    KeptForSlot,
    Line,
    Queued,
    Quiet,
    Remark,
    Sent,
    Unanswered,
    Word,
    message_id,
)
from routine.chat.decisions import InternalNote, LogCall, Message, Release, SetUrgency, TakeOver
from routine.chat.elapse import moved, void_close
from routine.chat.notes import with_note
from routine.gate import Taken
from routine.phrases import render
from routine.refusals import Refusal, conflict, invalid
from routine.screens import crisis_lines

CLOSING = "M5"
"""The unit closes for the day (Stängning); in the suicide tier with M15's lines (A9b)."""


def may_pick(chat: Chat) -> Refusal | None:
    """A case is picked from the queue, by one person only."""
    match chat.state:
        case Queued():
            return None
        case InHand() | HandoverPending() | KeptForSlot() | CloseRequested():
            return conflict("ALREADY_HELD", "R44", "En kollega har redan tagit ärendet.", ("take_over",))
        case Grace() | Closed() | Completed():
            return closed()


def pick(chat: Chat, by: Actor, now: datetime) -> Chat:
    """Take the case from the queue; the reply is owed from now. An assessor takes on what a sign asks for too (R59)."""
    chat = with_taken(chat, by, now)
    assert isinstance(chat.state, Queued)
    word = chat.state.word
    if isinstance(word, Unanswered):
        word = word.model_copy(update={"owed_from": now})
    if isinstance(word, Quiet):
        word = Quiet(since=now)
    return moved(chat, InHand(hand=Hand(holder=member(by), word=word)))


def with_taken(chat: Chat, by: Actor, now: datetime) -> Chat:
    """An assessor who takes a case takes on what is suspected in it, now or later (R59)."""
    return chat.model_copy(update={"taken": Taken(at=now, by=member(by))}) if by.has(Role.ASSESSOR) else chat


def may_take_over(chat: Chat, by: Actor) -> Refusal | None:
    """A held case is taken over from whoever holds it."""
    match chat.state:
        case Queued():
            return conflict("WRONG_STATE", "R44", "Ingen har ärendet. Ta det från kön i stället.", ("pick",))
        case InHand(hand=hand) | HandoverPending(hand=hand) | KeptForSlot(hand=hand) | CloseRequested(hand=hand):
            if hand.holder.hsa_id == by.hsa_id:
                return conflict("ALREADY_HELD", "R44", "Du har redan ärendet.")
            return None
        case Grace() | Closed() | Completed():
            return closed()


def take_over(chat: Chat, decision: TakeOver, by: Actor, now: datetime) -> Chat:
    """Take over a held case. A handover that waits goes on waiting; a close that was begun is void (R54)."""
    if isinstance(chat.state, CloseRequested):
        chat = void_close(chat, now)
    state = chat.state
    assert isinstance(state, InHand | HandoverPending | KeptForSlot)
    old = state.hand.holder
    hand = Hand(holder=member(by), word=Quiet(since=now) if isinstance(state.hand.word, Quiet) else state.hand.word)
    alert = Alert(at=now, to=ToPerson(hsa_id=old.hsa_id), reason="En kollega har tagit över ditt ärende", rule="R10")
    chat = chat.model_copy(
        update={
            "alerts": (*chat.alerts, alert),
            "former_holders": with_former(chat, old),
            "remarks": (*chat.remarks, *_remark(decision.note, f"take_over: {decision.reason}", by, now)),
        }
    )
    return moved(chat, state.model_copy(update={"hand": hand}))


def with_former(chat: Chat, old: Member) -> tuple[str, ...]:
    """The former holders, with this one among them."""
    return chat.former_holders if old.hsa_id in chat.former_holders else (*chat.former_holders, old.hsa_id)


def _remark(text: str | None, about: str, by: Actor, now: datetime) -> tuple[Remark, ...]:
    return (Remark(at=now, by=member(by), text=text or "", about=about),)


def may_write(chat: Chat) -> Refusal | None:
    """A restricted contact is never written to (R77); else whoever holds the case writes."""
    if chat.restricted:
        return conflict("PROTECTED", "R77", "Här skrivs inget till patienten. Nå patienten på ett säkert sätt utanför.")
    return held(chat)


def message(chat: Chat, decision: Message, by: Actor, now: datetime) -> Chat | Refusal:
    """Write to the patient. What is asked gives the patient the word; what is only told leaves nothing unanswered."""
    text, sent = decision.text or "", chat.sent
    if decision.phrase is not None:
        phrase = next((row for row in chat.unit.phrases if row.name == decision.phrase and row.by_hand), None)
        if phrase is None:
            return invalid("INVALID", "R55", "Enheten har ingen fras med det namnet.", "phrase")
        text = render(phrase, chat.unit.hours, now)
        if phrase.template == CLOSING and chat.has_sign:
            text = f"{text} {crisis_lines(chat.unit, now, chat.submission.person.personnummer)}"
        ident = message_id(chat, phrase.template)
        sent = (*sent, Sent(message_id=ident, template=phrase.template, channel="chat", text=text, at=now, sent_at=now))
    word: Word = Asked(since=now) if decision.expects_reply else Quiet(since=now)
    line = Line(sender="staff", by=member(by), at=now, text=text)
    chat = chat.model_copy(
        update={"lines": (*chat.lines, line), "sent": sent, "reopened_until": None, "last_staff_at": now}
    )
    return with_note(contacted(with_word(chat, word), now), member(by), now)


def log_call(chat: Chat, decision: LogCall, by: Actor, now: datetime) -> Chat:
    """A phone call. Who was reached has been answered; who was not waits as before."""
    call = Call(at=now, by=member(by), reached=decision.reached, note=decision.note)
    chat = chat.model_copy(update={"calls": (*chat.calls, call)})
    if decision.reached:
        chat = with_word(chat, Quiet(since=now))
    return with_note(contacted(chat, now), member(by), now)


def with_word(chat: Chat, word: Word) -> Chat:
    """The held chat with another turn."""
    state = chat.state
    assert isinstance(state, Held)
    return moved(chat, state.model_copy(update={"hand": state.hand.model_copy(update={"word": word})}))


def contacted(chat: Chat, now: datetime) -> Chat:
    """The care guarantee's first contact (R98) is the first staff message or call."""
    return chat if chat.first_contact_at else chat.model_copy(update={"first_contact_at": now})


def internal_note(chat: Chat, decision: InternalNote, by: Actor, now: datetime) -> Chat:
    """A note between colleagues."""
    remark = Remark(at=now, by=member(by), text=decision.text, about="internal_note")
    return chat.model_copy(update={"remarks": (*chat.remarks, remark)})


def set_urgency(chat: Chat, decision: SetUrgency, by: Actor, now: datetime) -> Chat:
    """Set the order in the queue. It lowers no suicide tier and moves no deadline of a sign (R45)."""
    about = f"set_urgency: {decision.priority}"
    remark = Remark(at=now, by=member(by), text=decision.rationale, about=about)
    return chat.model_copy(update={"priority": decision.priority, "remarks": (*chat.remarks, remark)})


def plainly_in_hand(chat: Chat) -> Refusal | None:
    """In hand, and nothing begun that must be ended first: a handover, a time to be offered, a closing."""
    match chat.state:
        case HandoverPending():
            return conflict("WRONG_STATE", "R53", "Återkalla överlämningen först.", ("recall_handover",))
        case KeptForSlot():
            return conflict("WRONG_STATE", "R57", "Avsluta väntan på tid först.", ("resolve_kept",))
        case CloseRequested():
            return conflict("WRONG_STATE", "R54", "Avbryt stängningen först.", ("withdraw_close",))
        case _:
            return held(chat)


def may_release(chat: Chat) -> Refusal | None:
    """Only what is plainly in hand goes back to the queue."""
    if isinstance(chat.state, Queued):
        return conflict("WRONG_STATE", "R44", "Ärendet ligger redan i kön.")
    return plainly_in_hand(chat)


def release(chat: Chat, _decision: Release, now: datetime) -> Chat:
    """Back to the queue; whoever had it may still open it."""
    state = chat.state
    assert isinstance(state, InHand)
    chat = chat.model_copy(update={"former_holders": with_former(chat, state.hand.holder), "released_at": now})
    return moved(chat, Queued(opened_at=now, word=state.hand.word))


def held(chat: Chat) -> Refusal | None:
    """The case must be in somebody's hands."""
    match chat.state:
        case InHand() | HandoverPending() | KeptForSlot() | CloseRequested():
            return None
        case Queued():
            return conflict("WRONG_STATE", "R44", "Ärendet ligger i kön. Ta det först.", ("pick",))
        case Grace() | Closed() | Completed():
            return closed()


def unclosed(chat: Chat) -> Refusal | None:
    """The case must not be closed."""
    return None if isinstance(chat.state, Queued | Held) else closed()


def closed() -> Refusal:
    """What can no longer be done once a case is closed."""
    return conflict(
        "WRONG_STATE", "R48", "Ärendet är stängt. Patientens svar öppnar det igen, eller öppnar ett nytt ärende."
    )
