"""How the contact and its suicide-risk pathway meet: what it hears of the gate, and what it tells of itself."""

from datetime import datetime

from routine.actors import Member
from routine.chat import closing, everyday, suspicion
from routine.chat.case import (
    Asked,
    Chat,
    Closed,
    CloseRequested,
    Completed,
    Hand,
    HandoverPending,
    Held,
    InHand,
    Line,
    Queued,
    Sent,
    Unanswered,
    message_id,
)
from routine.chat.decisions import RequestClose
from routine.chat.elapse import moved, settle, void_close
from routine.chat.notes import with_note
from routine.gate import Contact, Gate, Post, Spoken
from routine.phrases import text_of
from routine.refusals import Refusal

M13 = "Känns det tillräckligt tryggt för dig att fortsätta vården online?"


def contact_of(chat: Chat, version: int) -> Contact:
    """What the pathway is told; `version` counts the case's changes."""
    state = chat.state
    word = state.hand.word if isinstance(state, Held) else state.word if isinstance(state, Queued) else None
    return Contact(
        version=version,
        opened_at=chat.opened_at,
        signs=chat.suspicions,
        holder=chat.holder,
        taken=chat.taken,
        released_at=chat.released_at,
        first_staff_at=chat.first_contact_at,
        last_staff_at=chat.last_staff_at,
        last_patient_at=chat.last_patient_at,
        asked_at=word.since if isinstance(word, Asked) else None,
        calls=tuple(Spoken(at=call.at, reached=call.reached) for call in chat.calls),
        reopened_at=chat.reopened_at,
        outside=isinstance(state, Closed | Completed) and state.outcome == "moved_outside",
        ended=chat.ended,
    )


def hear(chat: Chat, gate: Gate, now: datetime) -> Chat:
    """The contact with the pathway's newest word; an older one changes nothing."""
    before = chat.gate
    if before is not None and gate.version <= before.version:
        return chat
    chat = chat.model_copy(update={"gate": gate, "pathway_begun": True})
    if chat.ended:
        return chat
    if gate.blocks and before is not None and not before.blocks:
        chat = suspicion.awoken(chat, now)
    if gate.taken is not None and (before is None or before.taken != gate.taken):
        chat = _handed_to(chat, gate.taken.by, gate.taken.at, now)
    if gate.assessed_at is not None and (before is None or before.assessed_at != gate.assessed_at):
        assert gate.assessed_by is not None
        chat = chat.model_copy(update={"first_assessed_at": chat.first_assessed_at or gate.assessed_at})
        chat = with_note(chat, gate.assessed_by, now)
    for post in gate.posts[len(before.posts) if before else 0 :]:
        chat = _posted(chat, post, now)
    if gate.resolved_at != (before.resolved_at if before else None):
        unresolved = chat.model_copy(update={"resolved_elsewhere": False})
        chat = suspicion.resolved(chat) if _resolved(chat, gate) else unresolved
    if gate.sends_stopped and not chat.stopped:
        chat = suspicion.sends_stopped(chat)
    if isinstance(chat.state, CloseRequested) and closing.blocks(chat):
        chat = void_close(chat, now)
    if gate.close_asked is not None and (before is None or before.close_asked != gate.close_asked):
        chat = _close_begun(chat, now)
    return settle(chat, now)


def _resolved(chat: Chat, gate: Gate) -> bool:
    """Whether it is resolved elsewhere, and nothing has been said or suspected since that the pathway did not know."""
    said = chat.last_patient_at
    if gate.resolved_at is None or len(chat.suspicions) > gate.signs:
        return False
    return said is None or said < gate.resolved_at


def _handed_to(chat: Chat, assessor: Member, at: datetime, now: datetime) -> Chat:
    """The assessor has the contact now; who had it takes part (R59). Her own later word goes before the pathway's."""
    state = chat.state
    if chat.taken is not None and chat.taken.at >= at:
        return chat
    if isinstance(state, Queued):
        word = state.word
        if isinstance(word, Unanswered):
            word = word.model_copy(update={"owed_from": now})
        return moved(chat, InHand(hand=Hand(holder=assessor, word=word)))
    if not isinstance(state, Held) or state.hand.holder.hsa_id == assessor.hsa_id:
        return chat
    if isinstance(state, CloseRequested):
        chat = void_close(chat, now)
    if isinstance(state, HandoverPending):
        back = {"returned_at": now}
        rows = tuple(
            row.model_copy(update=back) if row.handover_id == state.handover_id else row for row in chat.handovers
        )
        chat = chat.model_copy(update={"handovers": rows})
    old, state = state.hand.holder, chat.state
    assert isinstance(state, Held)
    parts = tuple(dict.fromkeys((*chat.participants, old.hsa_id)))
    chat = chat.model_copy(update={"former_holders": everyday.with_former(chat, old), "participants": parts})
    chat = with_note(chat, old, now)  # who hands over documents what she had come to (R83, R84)
    return moved(chat, InHand(hand=state.hand.model_copy(update={"holder": assessor})))


def _posted(chat: Chat, post: Post, now: datetime) -> Chat:
    """M13 is put to the patient, who has the word (R62)."""
    if chat.restricted or not isinstance(chat.state, Held):
        return chat
    text = text_of(chat.unit.phrases, post.template) or M13
    ident = message_id(chat, post.template)
    sent = Sent(message_id=ident, template=post.template, channel="chat", text=text, at=post.at, sent_at=now)
    line = Line(sender="staff", by=post.by, at=post.at, text=text)
    chat = chat.model_copy(update={"sent": (*chat.sent, sent), "lines": (*chat.lines, line), "last_staff_at": post.at})
    return everyday.contacted(everyday.with_word(chat, Asked(since=post.at)), post.at)


def _close_begun(chat: Chat, now: datetime) -> Chat:
    """The last resort begins the two steps of closing; the second is a person's to confirm (R75, X10)."""
    if not isinstance(chat.state, InHand):
        return chat
    begun = closing.request(chat, RequestClose(type="request_close"), now)
    return chat if isinstance(begun, Refusal) else begun
