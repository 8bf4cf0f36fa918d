"""Who may open a chat, and who may send which decision (identity, role, unit, right, holder: in that order)."""

from enum import StrEnum
from typing import assert_never

from routine.actors import Actor, Role, reaches
from routine.chat.case import Chat, Closed, Completed, Grace, Queued, pending_handover
from routine.chat.decisions import (
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
from routine.chat.owed import waits
from routine.refusals import Refusal, forbidden
from routine.suicide_risk.decisions import Assess, Call112, FlagSuspicion, RecordAsked, ResolveElsewhere
from routine.tasks import ERRANDS, Kind


class Who(StrEnum):
    """Whose decision it is."""

    LICENSED = "licensed"
    HOLDER = "holder"
    HOLDER_OR_MANAGER = "holder_or_manager"
    HOLDER_OR_ASSESSOR = "holder_or_assessor"
    STAFF = "staff"
    EVERY_STAFF = "every_staff"
    """Also who may not open the case: whoever sees a life in danger calls."""
    ADDRESSEE = "addressee"
    OWNER = "owner"
    OWNER_OR_MANAGER = "owner_or_manager"
    TAKES_PART = "takes_part"
    CLOSER = "closer"
    ASSESSOR = "assessor"
    RESOLVER = "resolver"


WHO: dict[type[AnyDecision], Who] = {
    Pick: Who.LICENSED,
    TakeOver: Who.LICENSED,
    SetUrgency: Who.LICENSED,
    Message: Who.TAKES_PART,
    LogCall: Who.TAKES_PART,
    InternalNote: Who.TAKES_PART,
    Release: Who.HOLDER_OR_MANAGER,
    RecordConsent: Who.HOLDER,
    HandOver: Who.HOLDER,
    RecallHandover: Who.HOLDER,
    AcceptHandover: Who.ADDRESSEE,
    DeclineHandover: Who.ADDRESSEE,
    RequestClose: Who.CLOSER,
    ConfirmClose: Who.CLOSER,
    WithdrawClose: Who.CLOSER,
    NoActionNeeded: Who.HOLDER,
    AttestNote: Who.OWNER,
    WaiveNote: Who.OWNER,
    CompleteTask: Who.OWNER,
    ReassignTask: Who.OWNER_OR_MANAGER,
    SmsReminder: Who.HOLDER,
    StopMessages: Who.STAFF,
    ContactPreference: Who.TAKES_PART,
    KeepForSlot: Who.HOLDER,
    OfferSlot: Who.HOLDER,
    BookSlot: Who.HOLDER,
    ResolveKept: Who.HOLDER,
    MarkWrongPerson: Who.HOLDER,
    UnmarkWrongPerson: Who.HOLDER,
    MovedOutside: Who.HOLDER_OR_ASSESSOR,
    FlagSuspicion: Who.STAFF,
    RecordAsked: Who.HOLDER,
    ResolveElsewhere: Who.RESOLVER,
    Assess: Who.ASSESSOR,
    Call112: Who.EVERY_STAFF,
}

KINDS: dict[type[AnyDecision], tuple[Kind, ...]] = {
    AttestNote: (Kind.DOC_NOTE,),
    WaiveNote: (Kind.DOC_NOTE,),
    CompleteTask: (Kind.FOLLOW_UP, *(kind for kind in ERRANDS if kind is not Kind.MOVE_OUTSIDE)),
    ReassignTask: tuple(kind for kind in Kind if kind is not Kind.HANDOVER_ACCEPT),
}
"""The tasks a decision is for; one that is not listed is for them all."""

ROLES: dict[Who, tuple[Role, ...]] = {
    Who.LICENSED: (Role.LICENSED,),
    Who.HOLDER: (Role.LICENSED,),
    Who.HOLDER_OR_MANAGER: (Role.LICENSED, Role.UNIT_MANAGER),
    Who.HOLDER_OR_ASSESSOR: (Role.LICENSED,),
    Who.STAFF: (Role.LICENSED, Role.CASHIER, Role.RECEPTIONIST, Role.UNIT_MANAGER),
    Who.EVERY_STAFF: (Role.LICENSED, Role.CASHIER, Role.RECEPTIONIST, Role.UNIT_MANAGER),
    Who.ADDRESSEE: (Role.LICENSED,),
    Who.OWNER: (Role.LICENSED, Role.CASHIER, Role.UNIT_MANAGER),
    Who.OWNER_OR_MANAGER: (Role.LICENSED, Role.CASHIER, Role.UNIT_MANAGER),
    Who.TAKES_PART: (Role.LICENSED,),
    Who.CLOSER: (Role.LICENSED,),
    Who.ASSESSOR: (Role.LICENSED, Role.CASHIER, Role.RECEPTIONIST, Role.UNIT_MANAGER),
    Who.RESOLVER: (Role.LICENSED, Role.UNIT_MANAGER),
}

Right = tuple[Who, tuple[Kind, ...]]
"""What whoever decides must be, and of which tasks."""
RIGHTS: dict[type[AnyDecision], Right] = {kind: (who, KINDS.get(kind, tuple(Kind))) for kind, who in WHO.items()}
ALIKE: dict[Right, tuple[type[AnyDecision], ...]] = {
    right: tuple(kind for kind in RIGHTS if RIGHTS[kind] == right) for right in dict.fromkeys(RIGHTS.values())
}
"""The decisions that take the same right."""


def may_open(chat: Chat, by: Actor) -> bool:
    """Whether the actor may read the whole case ("Who may open a contact" in `api.md`)."""
    if by.has(Role.AUDITOR):
        return True
    if by.unit != chat.unit.code:
        return False
    if chat.restricted:
        return by.has(Role.ASSESSOR, Role.UNIT_MANAGER)
    holder = chat.holder
    if holder is not None and holder.hsa_id == by.hsa_id:
        return True
    if by.hsa_id in chat.former_holders or takes_part(chat, by) or by.has(Role.UNIT_MANAGER):
        return True
    if isinstance(chat.state, Queued) and by.has(Role.LICENSED):
        return True
    if chat.has_sign and by.has(Role.ASSESSOR):
        return True
    handover = pending_handover(chat)
    if handover is not None and reaches(handover.to, by) and by.has(Role.LICENSED):
        return True
    return any(reaches(wait.owner, by) for wait in waits(chat) if by.has(Role.LICENSED))


def may_send(chat: Chat, decision: type[AnyDecision], by: Actor, task_id: str | None = None) -> Refusal | None:
    """Role, unit, right to open, holder: the first that fails, or None. For a task's decisions `task_id` names it."""
    return _lacks(chat, RIGHTS[decision], by, task_id)


def sendable(chat: Chat, by: Actor) -> set[type[AnyDecision]]:
    """Every decision that `may_send` lets through, some task's or other's."""
    return {kind for right, kinds in ALIKE.items() if not _lacks(chat, right, by) for kind in kinds}


def _lacks(chat: Chat, right: Right, by: Actor, task_id: str | None = None) -> Refusal | None:
    who, kinds = right
    if not by.has(*ROLES[who]):
        return forbidden("FORBIDDEN_ROLE", "R45", "Din roll får inte fatta det här beslutet.")
    if by.unit != chat.unit.code:
        return forbidden("OTHER_UNIT", "R99", "Ärendet hör till en annan enhet.")
    if chat.restricted and who is not Who.EVERY_STAFF and not may_open(chat, by):
        return _not_addressed()
    match who:
        case Who.LICENSED | Who.STAFF | Who.EVERY_STAFF:
            return None
        case Who.HOLDER_OR_ASSESSOR:
            return None if chat.has_sign and by.has(Role.ASSESSOR) else _holds(chat, by)
        case Who.HOLDER:
            return _holds(chat, by)
        case Who.TAKES_PART:
            return None if takes_part(chat, by) else _holds(chat, by)
        case Who.CLOSER:
            return None if is_assessor(chat, by) else _holds(chat, by)
        case Who.ASSESSOR:
            return None if by.has(Role.ASSESSOR) else not_assessor()
        case Who.RESOLVER:
            if by.has(Role.UNIT_MANAGER, Role.ASSESSOR):
                return None
            return not_assessor() if chat.has_sign else _holds(chat, by)
        case Who.HOLDER_OR_MANAGER:
            return None if by.has(Role.UNIT_MANAGER) else _holds(chat, by)
        case Who.ADDRESSEE:
            return _addressed(chat, by)
        case Who.OWNER:
            return _owns(chat, kinds, by, task_id)
        case Who.OWNER_OR_MANAGER:
            return None if by.has(Role.UNIT_MANAGER) else _owns(chat, kinds, by, task_id)
        case _:
            assert_never(who)


def is_assessor(chat: Chat, by: Actor) -> bool:
    """Whether the actor is who assesses the patient, also where somebody else holds the contact."""
    return chat.assessor is not None and chat.assessor.hsa_id == by.hsa_id


def takes_part(chat: Chat, by: Actor) -> bool:
    """Whether the actor may write and call beside the holder: the assessor, and who handed over to her (R59)."""
    told = chat.gate.participants if chat.gate else ()
    return is_assessor(chat, by) or by.hsa_id in (*chat.participants, *told)


def not_assessor() -> Refusal:
    """Only an assessor assesses."""
    return forbidden("NOT_ASSESSOR", "R59", "Det beslutet fattas av läkare eller psykolog. Lämna över patienten först.")


def _not_addressed() -> Refusal:
    return forbidden("NOT_ADDRESSED", "R99", "Du har inte rätt att öppna det här ärendet.")


def _holds(chat: Chat, by: Actor) -> Refusal | None:
    holder = chat.holder
    if holder is not None and holder.hsa_id == by.hsa_id:
        # She may open it: had it been restricted, she would have been asked.
        return None
    if not may_open(chat, by):
        return _not_addressed()
    closed = isinstance(chat.state, Grace | Closed | Completed)
    how = "Ärendet är stängt." if closed else "Ta det först, eller ta över det från den som har det."
    return forbidden("NOT_HOLDER", "R45", f"Du har inte hand om ärendet. {how}")


def _addressed(chat: Chat, by: Actor) -> Refusal | None:
    handover = pending_handover(chat)
    addressed = handover is None or reaches(handover.to, by)
    return None if addressed and may_open(chat, by) else _not_addressed()


def _owns(chat: Chat, kinds: tuple[Kind, ...], by: Actor, task_id: str | None) -> Refusal | None:
    """The task is or was the actor's. One nobody knows of is judged by the state, for whoever may open the case."""
    mine = [wait for wait in waits(chat) if reaches(wait.owner, by)]
    if task_id is None:
        return None if any(wait.kind in kinds for wait in mine) else _not_owner()
    written = [note.task_id for note in chat.notes if note.documenter == by.hsa_id]
    if task_id in (*(wait.task_id for wait in mine), *written):
        return None
    known = (*(wait.task_id for wait in waits(chat)), *(note.task_id for note in chat.notes))
    return None if task_id not in known and may_open(chat, by) else _not_owner()


def _not_owner() -> Refusal:
    return forbidden("NOT_HOLDER", "R84", "Uppgiften är inte din.")
