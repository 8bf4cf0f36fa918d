"""The pathway's own tasks: the note on the assessment, the call to an assessor, and giving a task away (R10, R60)."""

from datetime import datetime

from routine.actors import Actor, Role, ToRole, holds, member
from routine.chat.case import Assigned, Remark
from routine.chat.decisions import AttestNote, CompleteTask, ReassignTask
from routine.refusals import Refusal, conflict, invalid
from routine.suicide_risk.elapse import settle
from routine.suicide_risk.owed import waits
from routine.suicide_risk.pathway import Pathway, open_errands
from routine.tasks import Kind, Owed

DECIDED_BY: dict[Kind, tuple[str, ...]] = {
    Kind.HANDOVER_ACCEPT: ("accept_handover",),
    Kind.ASSESS: ("assess",),
    Kind.SILENCE: ("assess", "extend", "log_call"),
    Kind.EXTENSION_EXPIRED: ("assess", "extend", "log_call"),
    Kind.CALL_PATIENT: ("log_call",),
    Kind.ROUTE_CHOICE: ("choose_route",),
    Kind.BOOK_PHYSICAL: ("book_physical", "decline_booking"),
    Kind.PLAN_CONTACT: ("complete_plan_contact",),
    Kind.PLAN_REVIEW: ("assess", "set_plan"),
    Kind.REPEAT_HANDOVER: ("record_ack", "handover_on_call", "call_112"),
    Kind.GUARDIAN_NOTE: ("record_guardian_note",),
    Kind.DOC_SUICIDE_ASSESSMENT: ("attest_note",),
    Kind.FOLLOW_UP: ("ask_safe_online", "record_safe_online", "attended", "missed"),
}


def attest(pathway: Pathway, decision: AttestNote, now: datetime) -> Pathway | Refusal:
    """The assessment is written in the record in the assessor's own words."""
    note = next((each for each in pathway.notes if each.task_id == decision.task_id), None)
    if note is None:
        return conflict("WRONG_STATE", "R60", "Det finns ingen sådan anteckning att skriva i ärendet.")
    if note.done_at is not None:
        return conflict("WRONG_STATE", "R60", "Anteckningen är redan klar.")
    done = note.model_copy(
        update={
            "done_at": now,
            "outcome": "attested",
            "current": decision.current,
            "assessment": decision.assessment,
            "template": decision.template or "Suicidriskbedömning",
        }
    )
    notes = tuple(done if each.task_id == note.task_id else each for each in pathway.notes)
    return settle(pathway.model_copy(update={"notes": notes}))


def find(pathway: Pathway, task_id: str) -> Owed | None:
    """The task by its id, while it is owed."""
    return next((wait for wait in waits(pathway) if wait.task_id == task_id), None)


def complete(pathway: Pathway, decision: CompleteTask, by: Actor, now: datetime) -> Pathway | Refusal:
    """An assessor has been phoned. Whatever has a decision of its own is done by that."""
    wait = find(pathway, decision.task_id)
    if wait is None:
        return conflict("WRONG_STATE", "R59", "Uppgiften finns inte, eller är redan klar.")
    if wait.task_id not in {each.task_id for each in open_errands(pathway)}:
        detail = "Den uppgiften blir klar genom sitt eget beslut."
        return conflict("WRONG_STATE", wait.row.rule, detail, DECIDED_BY[wait.kind])
    done = {"done_at": now, "outcome": decision.outcome}
    errands = tuple(each.model_copy(update=done) if each.task_id == wait.task_id else each for each in pathway.errands)
    remark = Remark(at=now, by=member(by), text=decision.note, about=f"{wait.kind}: {decision.outcome}")
    return settle(pathway.model_copy(update={"errands": errands, "remarks": (*pathway.remarks, remark)}))


def reassign(pathway: Pathway, decision: ReassignTask, by: Actor, now: datetime) -> Pathway | Refusal:
    """Give a task away: what asks for an assessor to an assessor, the rest to the licensed (R45, R59)."""
    wait = find(pathway, decision.task_id)
    if wait is None:
        return conflict("WRONG_STATE", "R10", "Uppgiften finns inte, eller är redan klar.")
    if wait.kind is Kind.HANDOVER_ACCEPT:
        return conflict("WRONG_STATE", "R59", "Lämna över till en namngiven bedömare i stället.", ("handover",))
    needs = Role.LICENSED if wait.kind in (Kind.CALL_ASSESSOR, Kind.PLAN_CONTACT) else Role.ASSESSOR
    if isinstance(decision.to, ToRole):
        fits = decision.to.role is needs or holds((decision.to.role,), needs)
    else:
        staff = pathway.unit.member(decision.to.hsa_id)
        if staff is None:
            return invalid("OTHER_UNIT", "R10", "Personen arbetar inte på enheten.", "to")
        fits = holds(staff.roles, needs)
    if not fits:
        return invalid("WRONG_PROFESSION", "R59", "Uppgiften kan inte lämnas till den professionen.", "to")
    if wait.kind is Kind.DOC_SUICIDE_ASSESSMENT:
        return conflict("WRONG_STATE", "R60", "Den som har bedömt skriver sin egen bedömning.")
    remark = Remark(at=now, by=member(by), text=decision.reason, about=f"reassign_task: {wait.kind}")
    assigned = Assigned(task_id=wait.task_id, to=decision.to)
    how = {"remarks": (*pathway.remarks, remark), "assigned": (*pathway.assigned, assigned)}
    return pathway.model_copy(update=how)
