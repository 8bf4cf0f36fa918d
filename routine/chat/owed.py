"""Who owes what on a chat, derived from its state: nothing here is opened or closed by hand."""

from datetime import datetime

from routine import tasks
from routine.actors import Addressee, Member, Role, ToPerson, ToRole
from routine.chat.case import (
    Asked,
    Chat,
    Closed,
    CloseRequested,
    Completed,
    Errand,
    Grace,
    Hand,
    HandoverPending,
    InHand,
    KeptForSlot,
    Queued,
    Quiet,
    Unanswered,
    climbed,
    open_errands,
    open_notes,
    pending_handover,
)
from routine.documentation import Note
from routine.recalled import recalled
from routine.tasks import Kind, Owed, Task, task_id


@recalled
def owed(chat: Chat) -> tuple[Task, ...]:
    """Who owes what, until when, and who is told next if not."""
    return tuple(tasks.task(wait, climbed(chat, wait.task_id), chat.unit) for wait in waits(chat))


@recalled
def waits(chat: Chat) -> tuple[Owed, ...]:
    """The waits that the state implies, with whoever they were reassigned to."""
    found = (
        *_of_state(chat),
        *(_errand(chat, each) for each in open_errands(chat)),
        *(_note(note) for note in open_notes(chat)),
    )
    return tuple(_assigned(chat, wait) for wait in found) if chat.assigned else found


def _of_state(chat: Chat) -> tuple[Owed, ...]:
    match chat.state:
        case Queued(opened_at=opened_at) if chat.restricted:
            if open_errands(chat, Kind.SAFETY_REVIEW):
                return ()
            # Its review is done and it was opened again: whoever may open it takes it on (R77).
            return (_open_task(chat, Kind.HANDLE, ToRole(role=Role.ASSESSOR), opened_at, handle_minutes(chat)),)
        case Queued(opened_at=opened_at):
            return (_open_task(chat, Kind.HANDLE, ToRole(role=Role.LICENSED), opened_at, handle_minutes(chat)),)
        case InHand(hand=hand):
            return _of_hand(chat, hand)
        case CloseRequested(hand=hand, requested_at=requested_at):
            return _of_hand(chat, hand) or (_follow_up(chat, hand.holder, requested_at),)
        case HandoverPending(hand=hand):
            answering = _of_hand(chat, hand) if isinstance(hand.word, Unanswered) else ()
            return (_handover(chat), *answering)
        case KeptForSlot(hand=hand):
            answering = _of_hand(chat, hand) if isinstance(hand.word, Unanswered) else ()
            return (_kept(chat, chat.state), *answering)
        case Grace() | Closed() | Completed():
            return ()


def _kept(chat: Chat, state: KeptForSlot) -> Owed:
    owner = on_duty_or_role(chat, state.hand.holder)
    ident = task_id(Kind.KEPT_FOR_SLOT, state.kept_at)
    return Owed(task_id=ident, kind=Kind.KEPT_FOR_SLOT, owner=owner, opened_at=state.kept_at, due_at=state.due_at)


def _errand(chat: Chat, errand: Errand) -> Owed:
    holder = chat.holder
    owner = errand.owner or (on_duty_or_role(chat, holder) if holder else ToRole(role=Role.LICENSED))
    wait = _open_task(chat, errand.kind, owner, errand.opened_at, chat.unit.policy.errand)
    return wait._replace(task_id=errand.task_id)


def _of_hand(chat: Chat, hand: Hand) -> tuple[Owed, ...]:
    match hand.word:
        case Unanswered(owed_from=opened_at) as word:
            owner = on_duty_or_role(chat, hand.holder)
            reply = _open_task(chat, Kind.REPLY, owner, opened_at, chat.unit.policy.reply)
            alarming = next((sign.at for sign in chat.signs if sign.at >= word.since), None)
            if alarming is None:
                return (reply,)
            return (_open_task(chat, Kind.HANDLE, owner, max(alarming, opened_at), handle_minutes(chat)), reply)
        case Quiet(since=since):
            return (_follow_up(chat, hand.holder, since),)
        case Asked():
            return ()


def _follow_up(chat: Chat, holder: Member, since: datetime) -> Owed:
    return _open_task(chat, Kind.FOLLOW_UP, on_duty_or_role(chat, holder), since, chat.unit.policy.follow_up)


def _handover(chat: Chat) -> Owed:
    handover = pending_handover(chat)
    assert handover is not None
    return Owed(
        task_id=task_id(Kind.HANDOVER_ACCEPT, handover.at),
        kind=Kind.HANDOVER_ACCEPT,
        owner=handover.to,
        opened_at=handover.at,
        due_at=handover.accept_by,
        sender=ToPerson(hsa_id=chat.holder.hsa_id) if chat.holder else None,
    )


def _note(note: Note) -> Owed:
    return Owed(
        task_id=note.task_id,
        kind=Kind.DOC_NOTE,
        owner=ToPerson(hsa_id=note.documenter),
        opened_at=note.opened_at,
        due_at=note.due_at,
    )


def handle_minutes(chat: Chat) -> int:
    """Open minutes within which a queued case is to be taken on; a sign or priority 1 first (R44, R66)."""
    policy = chat.unit.policy
    if chat.has_sign or chat.priority == 1:
        return policy.handle_urgent
    return policy.handle_soon if chat.priority == 2 else policy.handle


def on_duty_or_role(chat: Chat, holder: Member) -> Addressee:
    """The holder while a shift of hers covers the instant, else her profession: nothing waits for who is at home."""
    return chat.unit.on_duty_or_role(holder.hsa_id, holder.role, chat.as_of)


def _open_task(chat: Chat, kind: Kind, owner: Addressee, opened_at: datetime, minutes: int) -> Owed:
    due_at = chat.unit.hours.add_minutes(opened_at, minutes)
    return Owed(task_id=task_id(kind, opened_at), kind=kind, owner=owner, opened_at=opened_at, due_at=due_at)


def _assigned(chat: Chat, wait: Owed) -> Owed:
    to = next((row.to for row in reversed(chat.assigned) if row.task_id == wait.task_id), None)
    return wait._replace(owner=to) if to else wait
