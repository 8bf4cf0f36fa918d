"""The notes that must be written about a chat: who owes one, and how it is done (R82-R86)."""

from datetime import datetime

from routine.actors import ASSESSORS, GROUPS, LICENSED, Actor, Addressee, Member, Role, ToPerson, ToRole, holds, member
from routine.chat.case import Asked, Assigned, Chat, CloseRequested, Quiet, Remark
from routine.chat.decisions import AttestNote, CompleteTask, ReassignTask, WaiveNote
from routine.chat.elapse import errands_done, moved, moved_outside, settle
from routine.chat.owed import waits
from routine.documentation import Note
from routine.refusals import Refusal, conflict, invalid
from routine.tasks import ERRANDS, Kind, next_open_closing

WAIVED = "waived"
DECIDED_BY = {
    Kind.HANDLE: "pick",
    Kind.REPLY: "message",
    Kind.HANDOVER_ACCEPT: "accept_handover",
    Kind.DOC_NOTE: "attest_note",
    Kind.KEPT_FOR_SLOT: "resolve_kept",
    Kind.MOVE_OUTSIDE: "moved_outside",
}


def with_note(chat: Chat, who: Member, now: datetime, *, even_if_waived: bool = True) -> Chat:
    """The chat with a note owed by whoever has now assessed, once for each time the case is open (R83, R84).

    A waiver stands for what had been done by then: who assesses after it owes a note again, unless `even_if_waived` is
    False (closing alone is no assessment).
    """
    opened = chat.graces[-1].closed_at if chat.graces else chat.opened_at
    mine = [note for note in chat.notes if note.documenter == who.hsa_id and note.opened_at >= opened]
    if any(not (even_if_waived and (note.outcome or "").startswith(WAIVED)) for note in mine):
        return chat
    note = Note(
        task_id=f"{Kind.DOC_NOTE}-{len(chat.notes) + 1}",
        documenter=who.hsa_id,
        first=not any(row.outcome is None or not row.outcome.startswith(WAIVED) for row in chat.notes),
        opened_at=now,
        due_at=next_open_closing(chat.unit, now),
    )
    return chat.model_copy(update={"notes": (*chat.notes, note)})


def attest(chat: Chat, decision: AttestNote, now: datetime) -> Chat | Refusal:
    """The note is written and is the documenter's own words (R85)."""
    note = _open(chat, decision.task_id)
    if isinstance(note, Refusal):
        return note
    if note.first and not decision.current:
        return invalid(
            "MISSING_FIELD", "R83", "Den som gör första bedömningen dokumenterar både anamnes och bedömning.", "current"
        )
    done = note.model_copy(
        update={
            "done_at": now,
            "outcome": "attested",
            "current": decision.current,
            "assessment": decision.assessment,
            "template": decision.template or "Besöksanteckning",
        }
    )
    return _with_done(chat, done, now)


def waive(chat: Chat, decision: WaiveNote, now: datetime) -> Chat | Refusal:
    """No note is needed, and the reason is kept."""
    note = _open(chat, decision.task_id)
    if isinstance(note, Refusal):
        return note
    return _with_done(chat, note.model_copy(update={"done_at": now, "outcome": f"{WAIVED}: {decision.reason}"}), now)


def _open(chat: Chat, task_id: str) -> Note | Refusal:
    note = next((row for row in chat.notes if row.task_id == task_id), None)
    if note is None:
        return conflict("WRONG_STATE", "R83", "Det finns ingen sådan anteckning att skriva i ärendet.")
    if note.done_at is not None:
        return conflict("WRONG_STATE", "R83", "Anteckningen är redan klar.")
    return note


def _with_done(chat: Chat, done: Note, now: datetime) -> Chat:
    notes = tuple(done if row.task_id == done.task_id else row for row in chat.notes)
    return settle(chat.model_copy(update={"notes": notes}), now)


def complete(chat: Chat, decision: CompleteTask, by: Actor, now: datetime) -> Chat | Refusal:
    """An errand is done, or a follow-up of which nothing came: that is kept, and the next follow-up is owed."""
    wait = next((row for row in waits(chat) if row.task_id == decision.task_id), None)
    if wait is None:
        return conflict("WRONG_STATE", "R47", "Uppgiften finns inte, eller är redan klar.")
    if wait.kind not in (Kind.FOLLOW_UP, *ERRANDS) or wait.kind is Kind.MOVE_OUTSIDE:
        return conflict(
            "WRONG_STATE", "R47", "Den uppgiften blir klar genom sitt eget beslut.", (DECIDED_BY[wait.kind],)
        )
    state = chat.state
    remark = Remark(at=now, by=member(by), text=decision.note, about=f"{wait.kind}: {decision.outcome}")
    chat = chat.model_copy(update={"remarks": (*chat.remarks, remark)})
    if wait.kind in ERRANDS:
        chat = errands_done(chat, now, decision.outcome, wait.kind)
        # A restricted contact is nothing but this review: with it done, the case goes on outside (R77).
        outside = chat.restricted and wait.kind is Kind.SAFETY_REVIEW
        return moved_outside(chat, now) if outside else settle(chat, now)
    if isinstance(state, CloseRequested) and isinstance(state.hand.word, Asked):
        # Here the wait is the open dialogue's; the patient still has the word.
        return moved(chat, state.model_copy(update={"requested_at": now}))
    quiet = state.hand.model_copy(update={"word": Quiet(since=now)})  # type: ignore[union-attr]
    return moved(chat, state.model_copy(update={"hand": quiet}))


def may_reassign(chat: Chat) -> Refusal | None:
    """There must be a task to give away; a handover is recalled instead."""
    given = any(wait.kind is not Kind.HANDOVER_ACCEPT for wait in waits(chat))
    return None if given else conflict("WRONG_STATE", "R10", "Ärendet har ingen uppgift att lämna över.")


def reassign(chat: Chat, decision: ReassignTask, by: Actor, now: datetime) -> Chat | Refusal:
    """Give a task to somebody else of the unit; a note never to who took a handover on (R83)."""
    wait = next((row for row in waits(chat) if row.task_id == decision.task_id), None)
    if wait is None:
        return conflict("WRONG_STATE", "R10", "Uppgiften finns inte, eller är redan klar.")
    if wait.kind is Kind.HANDOVER_ACCEPT:
        return conflict("WRONG_STATE", "R53", "Återkalla överlämningen och lämna över igen.", ("recall_handover",))
    if refused := _may_owe(chat, decision.to):
        return refused
    if wait.kind is Kind.DOC_NOTE and (refused := _may_document(chat, decision)):
        return refused
    remark = Remark(at=now, by=member(by), text=decision.reason, about=f"reassign_task: {wait.kind}")
    chat = chat.model_copy(update={"remarks": (*chat.remarks, remark)})
    if wait.kind is Kind.DOC_NOTE and isinstance(decision.to, ToPerson):
        notes = tuple(
            row.model_copy(update={"documenter": decision.to.hsa_id}) if row.task_id == wait.task_id else row
            for row in chat.notes
        )
        return chat.model_copy(update={"notes": notes})
    return chat.model_copy(update={"assigned": (*chat.assigned, Assigned(task_id=wait.task_id, to=decision.to))})


def for_assessors(chat: Chat, to: Addressee) -> bool:
    """Whether all that are addressed are assessors of the unit."""
    match to:
        case ToRole(role=role):
            return role in (*ASSESSORS, Role.ASSESSOR)
        case ToPerson(hsa_id=hsa_id):
            staff = chat.unit.member(hsa_id)
            return staff is None or holds(staff.roles, Role.ASSESSOR)


def assessors_only(field: str) -> Refusal:
    """What a restricted contact owes is for those who may open it (R77)."""
    return invalid("WRONG_PROFESSION", "R77", "Det här ärendet är bara för läkare och psykolog.", field)


def _may_owe(chat: Chat, to: Addressee) -> Refusal | None:
    """What a chat owes is licensed work (R45): nobody else can open the case, or do it."""
    if chat.restricted and not for_assessors(chat, to):
        return assessors_only("to")
    roles: tuple[Role, ...]
    match to:
        case ToRole(role=role):
            roles = (role,)
        case ToPerson(hsa_id=hsa_id):
            staff = chat.unit.member(hsa_id)
            if staff is None:
                return invalid("OTHER_UNIT", "R10", "Personen arbetar inte på enheten.", "to")
            roles = staff.roles
    if not any(role in (*LICENSED, *GROUPS) for role in roles):
        return invalid("WRONG_PROFESSION", "R45", "Uppgiften kan bara lämnas till legitimerad personal.", "to")
    return None


def _may_document(chat: Chat, decision: ReassignTask) -> Refusal | None:
    if not isinstance(decision.to, ToPerson):
        return invalid("INVALID", "R83", "En anteckning skrivs av en namngiven person.", "to")
    to = decision.to.hsa_id
    if any(row.accepted_by is not None and row.accepted_by.hsa_id == to for row in chat.handovers):
        return conflict("WRONG_STATE", "R83", "Den som tog emot ärendet skriver sin egen bedömning, inte avsändarens.")
    return None
