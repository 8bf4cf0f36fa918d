"""What a person may decide on the pathway, and what follows. Identity and shape are known; the rest is judged here."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, assert_never, get_args

from pydantic import Field

from routine.actors import Actor, member
from routine.chat.decisions import (
    AcceptHandover,
    AttestNote,
    CompleteTask,
    DeclineHandover,
    HandOver,
    ReassignTask,
)
from routine.refusals import Refusal, conflict
from routine.suicide_risk import assessing, chores, handing, leaving, low, outside, plans, visits
from routine.suicide_risk.access import may_send
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
    Own,
    RecordAck,
    RecordGuardianNote,
    RecordSafeOnline,
    ResolveElsewhere,
    RetractAssessment,
    SetPlan,
)
from routine.suicide_risk.elapse import elapse
from routine.suicide_risk.pathway import Pathway

Shared = HandOver | AcceptHandover | DeclineHandover | AttestNote | CompleteTask | ReassignTask
"""Decisions of every contact that go to the pathway where they concern it (`routine.suicide_risk.owner`)."""
AnyDecision = Own | Shared
Decision = Annotated[AnyDecision, Field(discriminator="type")]
TYPES: dict[str, type[AnyDecision]] = {
    get_args(model.model_fields["type"].annotation)[0]: model for model in get_args(AnyDecision)
}
OF_STATE: dict[type[AnyDecision], Callable[[Pathway], Refusal | None]] = {
    HandOver: handing.may_hand_over,
    Assess: assessing.may_assess,
    RetractAssessment: assessing.may_retract,
    DismissFlag: assessing.may_dismiss,
    AskSafeOnline: low.may_ask,
    RecordSafeOnline: low.may_ask,
    OfferAlternative: low.may_offer,
    ChooseRoute: visits.may_choose,
    BookPhysical: visits.may_book,
    DeclineBooking: visits.may_decline,
    Attended: visits.may_attend,
    Missed: visits.may_miss,
    SetPlan: plans.may_plan,
    CompletePlanContact: plans.may_keep,
    Extend: plans.may_extend,
    HandoverOnCall: outside.may_hand_out,
    RecordAck: outside.may_ack,
    CloseLastResort: outside.may_close_last,
    RecordGuardianNote: leaving.may_note,
}
"""What a decision asks of the state; one that is in neither table asks nothing."""
OF_WHOM: dict[type[AnyDecision], Callable[[Pathway, Actor], Refusal | None]] = {
    AcceptHandover: handing.may_accept,
    DeclineHandover: handing.may_decline,
}
"""What it asks of the state and of whoever decides."""


def decide(pathway: Pathway, decision: AnyDecision, by: Actor, now: datetime) -> Pathway | Refusal:
    """The pathway after the decision, or why not: role, unit, holder, state, rule, in that order."""
    pathway = elapse(pathway, now).model_copy(update={"as_of": now})
    kind, ident = type(decision), getattr(decision, "task_id", None) or getattr(decision, "handover_id", None)
    return may_send(pathway, kind, by, ident) or possible(pathway, kind, by) or _apply(pathway, decision, by, now)


def allowed(pathway: Pathway, by: Actor) -> tuple[str, ...]:
    """The decisions the actor may send now, by their type."""
    return tuple(
        name for name, kind in TYPES.items() if not (may_send(pathway, kind, by) or possible(pathway, kind, by))
    )


def possible(pathway: Pathway, kind: type[AnyDecision], by: Actor) -> Refusal | None:
    """Whether the state lets anybody decide this now, before its fields are looked at."""
    if pathway.ended:
        return conflict("WRONG_STATE", "R48", "Ärendet är stängt.")
    if kind in OF_WHOM:
        return OF_WHOM[kind](pathway, by)
    return OF_STATE[kind](pathway) if kind in OF_STATE else None


def _apply(pathway: Pathway, decision: AnyDecision, by: Actor, now: datetime) -> Pathway | Refusal:
    match decision:
        case Call112():
            return outside.call_112(pathway, decision, by, now)
        case Assess():
            return assessing.assess(pathway, decision, by, now)
        case RetractAssessment():
            return assessing.retract(pathway, decision, by, now)
        case DismissFlag():
            return assessing.dismiss(pathway, decision, by, now)
        case AskSafeOnline():
            return low.ask(pathway, by, now)
        case RecordSafeOnline():
            return low.record(pathway, decision, by, now)
        case OfferAlternative():
            return low.offer(pathway, decision, by, now)
        case ChooseRoute():
            return visits.choose(pathway, decision, by, now)
        case BookPhysical():
            return visits.book(pathway, decision, by, now)
        case DeclineBooking():
            return visits.decline(pathway, by, now)
        case Attended():
            return visits.attend(pathway, by, now)
        case Missed():
            return visits.miss(pathway, by, now)
        case SetPlan():
            return plans.plan(pathway, decision, by, now)
        case CompletePlanContact():
            return plans.keep(pathway, decision, now)
        case Extend():
            return plans.extend(pathway, decision, by, now)
        case HandoverOnCall():
            return outside.hand_out(pathway, decision, by, now)
        case RecordAck():
            return outside.ack(pathway, decision, now)
        case CloseLastResort():
            return outside.close_last(pathway, decision, by, now)
        case ResolveElsewhere():
            return leaving.resolve(pathway, decision, by, now)
        case RecordGuardianNote():
            return leaving.note(pathway, decision, by, now)
        case HandOver():
            return handing.hand_over(pathway, decision, by, now)
        case AcceptHandover():
            return handing.accept(pathway, member(by), now)
        case DeclineHandover():
            return handing.decline(pathway, decision, now)
        case AttestNote():
            return chores.attest(pathway, decision, now)
        case CompleteTask():
            return chores.complete(pathway, decision, by, now)
        case ReassignTask():
            return chores.reassign(pathway, decision, by, now)
        case _:
            assert_never(decision)
