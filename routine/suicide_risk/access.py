"""Who may send which decision on the pathway: role, unit, right to open, holder, in that order."""

from enum import StrEnum
from typing import assert_never

from routine.actors import Actor, Role, reaches
from routine.chat.access import not_assessor
from routine.chat.decisions import (
    AcceptHandover,
    AttestNote,
    CompleteTask,
    DeclineHandover,
    HandOver,
    ReassignTask,
)
from routine.reachable import assessors_on_duty
from routine.refusals import Refusal, forbidden
from routine.suicide_risk.decisions import (
    AskSafeOnline,
    Assess,
    Attended,
    BookPhysical,
    Call112,
    ChooseRoute,
    CloseLastResort,
    CompletePlanContact,
    DeclineBooking,
    DismissFlag,
    Extend,
    HandoverOnCall,
    Missed,
    OfferAlternative,
    RecordAck,
    RecordGuardianNote,
    RecordSafeOnline,
    ResolveElsewhere,
    RetractAssessment,
    SetPlan,
)
from routine.suicide_risk.handing import addressed, named
from routine.suicide_risk.outside import open_to_ack
from routine.suicide_risk.owed import waits
from routine.suicide_risk.pathway import Pathway, Plan, unanswered
from routine.tasks import Kind

STAFF = (Role.LICENSED, Role.CASHIER, Role.RECEPTIONIST, Role.UNIT_MANAGER)


class Who(StrEnum):
    """Whose decision it is."""

    STAFF = "staff"
    ASSESSOR = "assessor"
    ASSESSOR_OR_HOLDER = "assessor_or_holder"
    HANDER_OUT = "hander_out"
    ACKNOWLEDGER = "acknowledger"
    AT_THE_DESK = "at_the_desk"
    RESOLVER = "resolver"
    SENDER = "sender"
    ADDRESSEE = "addressee"
    WATCHER = "watcher"
    OWNER = "owner"
    OWNER_OR_MANAGER = "owner_or_manager"


WHO: dict[type, Who] = {
    Call112: Who.STAFF,
    Assess: Who.ASSESSOR,
    RetractAssessment: Who.ASSESSOR,
    DismissFlag: Who.ASSESSOR,
    AskSafeOnline: Who.ASSESSOR_OR_HOLDER,
    RecordSafeOnline: Who.ASSESSOR_OR_HOLDER,
    OfferAlternative: Who.ASSESSOR_OR_HOLDER,
    ChooseRoute: Who.ASSESSOR,
    BookPhysical: Who.ASSESSOR_OR_HOLDER,
    DeclineBooking: Who.ASSESSOR_OR_HOLDER,
    SetPlan: Who.ASSESSOR,
    CompletePlanContact: Who.WATCHER,
    Extend: Who.ASSESSOR,
    HandoverOnCall: Who.HANDER_OUT,
    RecordAck: Who.ACKNOWLEDGER,
    Attended: Who.AT_THE_DESK,
    Missed: Who.AT_THE_DESK,
    ResolveElsewhere: Who.RESOLVER,
    RecordGuardianNote: Who.ASSESSOR,
    CloseLastResort: Who.ASSESSOR,
    HandOver: Who.SENDER,
    AcceptHandover: Who.ADDRESSEE,
    DeclineHandover: Who.ADDRESSEE,
    AttestNote: Who.OWNER,
    CompleteTask: Who.OWNER,
    ReassignTask: Who.OWNER_OR_MANAGER,
}
ROLES: dict[Who, tuple[Role, ...]] = {
    Who.STAFF: STAFF,
    Who.ASSESSOR: STAFF,
    Who.ASSESSOR_OR_HOLDER: (Role.LICENSED,),
    Who.HANDER_OUT: STAFF,
    Who.ACKNOWLEDGER: (*STAFF, Role.ON_CALL),
    Who.AT_THE_DESK: (Role.LICENSED, Role.RECEPTIONIST),
    Who.RESOLVER: (Role.LICENSED, Role.UNIT_MANAGER),
    Who.SENDER: (Role.LICENSED,),
    Who.ADDRESSEE: (Role.LICENSED,),
    Who.WATCHER: (Role.LICENSED,),
    Who.OWNER: (Role.LICENSED, Role.UNIT_MANAGER),
    Who.OWNER_OR_MANAGER: (Role.LICENSED, Role.UNIT_MANAGER),
}
"""Who is heard at all. That only an assessor assesses is told as that, to all other staff."""


def may_send(pathway: Pathway, kind: type, by: Actor, ident: str | None = None) -> Refusal | None:
    """The first that fails, or None. `ident` names the task, or the handover to be acknowledged."""
    who = WHO[kind]
    if not by.has(*ROLES[who]):
        return forbidden("FORBIDDEN_ROLE", "R59", "Din roll får inte fatta det här beslutet.")
    if by.unit != pathway.unit.code and not (who is Who.ACKNOWLEDGER and by.has(Role.ON_CALL)):
        return forbidden("OTHER_UNIT", "R99", "Ärendet hör till en annan enhet.")
    match who:
        case Who.STAFF:
            return None
        case Who.ASSESSOR:
            return None if by.has(Role.ASSESSOR) else not_assessor()
        case Who.ASSESSOR_OR_HOLDER:
            return None if by.has(Role.ASSESSOR) or _is_holder(pathway, by) else _not_holder()
        case Who.HANDER_OUT:
            return None if may_hand_out(pathway, by) else not_assessor()
        case Who.ACKNOWLEDGER:
            return None if _may_ack(pathway, by, ident) else not_assessor()
        case Who.AT_THE_DESK:
            there = by.has(Role.RECEPTIONIST, Role.ASSESSOR) or _is_holder(pathway, by)
            return None if there or by.hsa_id in pathway.participants else _not_holder()
        case Who.RESOLVER:
            return None if by.has(Role.ASSESSOR, Role.UNIT_MANAGER) else not_assessor()
        case Who.SENDER:
            fits = by.has(Role.ASSESSOR) or _is_holder(pathway, by) or by.hsa_id in pathway.participants
            return None if fits or _is_sender(pathway, by) else _not_holder()
        case Who.ADDRESSEE:
            mine = addressed(pathway, by) if kind is AcceptHandover else named(pathway, by)
            return None if mine else forbidden("NOT_ADDRESSED", "R59", "Överlämningen är inte till dig.")
        case Who.WATCHER:
            mine = isinstance(pathway.state, Plan) and pathway.state.watcher.hsa_id == by.hsa_id
            return None if mine or by.has(Role.ASSESSOR) else not_assessor()
        case Who.OWNER:
            return None if _owns(pathway, by, ident) else forbidden("NOT_HOLDER", "R84", "Uppgiften är inte din.")
        case Who.OWNER_OR_MANAGER:
            owns = by.has(Role.UNIT_MANAGER) or _owns(pathway, by, ident)
            return None if owns else forbidden("NOT_HOLDER", "R84", "Uppgiften är inte din.")
        case _:
            assert_never(who)


def may_hand_out(pathway: Pathway, by: Actor) -> bool:
    """An assessor; and the licensed holder where no assessor is on duty, or none has accepted in time (T3)."""
    if by.has(Role.ASSESSOR):
        return True
    if not (by.has(Role.LICENSED) and _is_holder(pathway, by)) or pathway.taken is not None:
        return False
    if not assessors_on_duty(pathway.unit, pathway.as_of):
        return True
    return any(wait.kind is Kind.HANDOVER_ACCEPT and wait.due_at <= pathway.as_of for wait in waits(pathway))


def _may_ack(pathway: Pathway, by: Actor, handover_id: str | None) -> bool:
    """Who may hand over, who did, on-call; of 112 any staff."""
    handover = open_to_ack(pathway, handover_id)
    if handover is None or handover.target == "emergency_112":
        return True
    return by.has(Role.ON_CALL) or handover.sender.hsa_id == by.hsa_id or may_hand_out(pathway, by)


def _is_holder(pathway: Pathway, by: Actor) -> bool:
    holder = pathway.contact.holder
    return holder is not None and holder.hsa_id == by.hsa_id


def _is_sender(pathway: Pathway, by: Actor) -> bool:
    wanted = pathway.wanted
    return wanted is not None and wanted.sender is not None and wanted.sender.hsa_id == by.hsa_id


def _owns(pathway: Pathway, by: Actor, task_id: str | None) -> bool:
    owned = [*waits(pathway)]
    if task_id is None:
        return any(reaches(wait.owner, by) for wait in owned)
    if any(note.task_id == task_id and note.documenter == by.hsa_id for note in pathway.notes):
        return True
    return any(wait.task_id == task_id and reaches(wait.owner, by) for wait in owned)


def on_call_may_open(pathway: Pathway) -> bool:
    """On-call opens a contact while a handover to it is open."""
    return any(each.target == "on_call" for each in unanswered(pathway))


def _not_holder() -> Refusal:
    return forbidden("NOT_HOLDER", "R59", "Du har inte hand om ärendet.")
