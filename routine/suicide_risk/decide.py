"""What a person may decide on the pathway, and what follows. Identity and shape are known; the rest is judged here."""

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
from routine.suicide_risk.pathway import Dismissed, Pathway

Shared = HandOver | AcceptHandover | DeclineHandover | AttestNote | CompleteTask | ReassignTask
"""Decisions of every contact that go to the pathway where they concern it (`routine.suicide_risk.owner`)."""
AnyDecision = Own | Shared
Decision = Annotated[AnyDecision, Field(discriminator="type")]
TYPES: dict[str, type[AnyDecision]] = {
    get_args(model.model_fields["type"].annotation)[0]: model for model in get_args(AnyDecision)
}


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
    if kind is AcceptHandover:
        return handing.may_accept(pathway, by)
    if kind is DeclineHandover:
        return handing.may_decline(pathway, by)
    if kind is HandOver:
        return handing.may_hand_over(pathway)
    if kind is RetractAssessment:
        return assessing.may_retract(pathway)
    if kind is DismissFlag:
        return assessing.may_dismiss(pathway)
    if kind in (AskSafeOnline, RecordSafeOnline):
        return low.may_ask(pathway)
    if kind is OfferAlternative:
        return low.may_offer(pathway)
    if kind is ChooseRoute:
        return visits.may_choose(pathway)
    if kind is BookPhysical:
        return visits.may_book(pathway)
    if kind is DeclineBooking:
        return visits.may_decline(pathway)
    if kind is Attended:
        return visits.may_attend(pathway, pathway.as_of)
    if kind is Missed:
        return visits.may_miss(pathway, pathway.as_of)
    if kind is SetPlan:
        return plans.may_plan(pathway)
    if kind is CompletePlanContact:
        return plans.may_keep(pathway)
    if kind is Extend:
        return plans.may_extend(pathway)
    if kind is HandoverOnCall:
        return outside.may_hand_out(pathway)
    if kind is RecordAck:
        return outside.may_ack(pathway)
    if kind is CloseLastResort:
        return outside.may_close_last(pathway)
    if kind is RecordGuardianNote:
        return leaving.may_note(pathway)
    if kind is Assess and isinstance(pathway.state, Dismissed):
        return conflict("WRONG_STATE", "R59", "Flagga en ny misstanke först.", ("flag_suspicion",))
    return None


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
