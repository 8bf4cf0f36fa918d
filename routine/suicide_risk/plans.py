"""The individual plan, and keeping the chat as it is for a while: both an assessor's, both with a limit (R67, R69)."""

from datetime import datetime

from routine.actors import LICENSED, Actor, Member, ToPerson, member
from routine.chat.case import Remark
from routine.refusals import Refusal, conflict, invalid
from routine.suicide_risk.decisions import CompletePlanContact, Extend, SetPlan, same_instant
from routine.suicide_risk.elapse import alerted, settle
from routine.suicide_risk.pathway import Assessing, Extended, LowAsk, Pathway, Phoning, Plan, Promise, RouteChoice
from routine.tasks import next_open_closing

PLANNABLE = ("window", "opposes", "past_due", "unreached")


def may_plan(pathway: Pathway) -> Refusal | None:
    """Where the window holds a closed day or the patient opposes a visit; a plan is renewed by another."""
    match pathway.state:
        case Plan():
            return None
        case RouteChoice(why=why) if why in PLANNABLE:
            return None
        case _:
            detail = "En plan görs när fönstret har en stängd dag eller patienten tackar nej till besök."
            return conflict("WRONG_STATE", "R67", detail, ("decline_booking",))


def plan(pathway: Pathway, decision: SetPlan, by: Actor, now: datetime) -> Pathway | Refusal:
    """Who watches, when we are in touch, what the patient knows, and a review at the latest when we open next."""
    watcher = _watcher(pathway, decision)
    if isinstance(watcher, Refusal):
        return watcher
    if not decision.safety_information:
        return invalid(
            "MISSING_FIELD", "R67", "Patienten behöver säkerhetsinformation innan planen gäller.", "safety_information"
        )
    if decision.review_at <= now:
        return invalid("INVALID", "R67", "Genomgången ligger redan bakåt i tiden.", "review_at")
    if decision.review_at > pathway.unit.hours.next_opening(now):
        return invalid(
            "BEYOND_LIMIT", "R67", "Planen ska gås igenom senast när mottagningen öppnar nästa gång.", "review_at"
        )
    if any(each.at < now for each in decision.contacts):
        return invalid("INVALID", "R67", "En planerad kontakt ligger redan bakåt i tiden.", "contacts")
    promises = tuple(Promise(at=each.at, how=each.how) for each in sorted(decision.contacts, key=lambda each: each.at))
    made = Plan(
        since=now, watcher=watcher, promises=promises, review_at=decision.review_at, rationale=decision.rationale
    )
    remark = Remark(at=now, by=member(by), text=decision.rationale, about="set_plan")
    how = {"state": made, "plans": (*pathway.plans, made), "remarks": (*pathway.remarks, remark)}
    pathway = pathway.model_copy(update=how)
    if watcher.hsa_id != by.hsa_id:
        pathway = alerted(
            pathway, now, "Du vakar över en patient enligt en plan", "R67", ToPerson(hsa_id=watcher.hsa_id)
        )
    return settle(pathway)


def _watcher(pathway: Pathway, decision: SetPlan) -> Member | Refusal:
    """A licensed member of the unit, on duty at each promised contact or asked and willing."""
    staff = pathway.unit.member(decision.watcher)
    licensed = next((role for role in staff.roles if role in LICENSED), None) if staff else None
    if staff is None or licensed is None:
        return invalid("NO_WATCHER", "R67", "Den som vakar ska vara legitimerad personal på enheten.", "watcher")
    unit = pathway.unit
    there = all(unit.on_duty(staff.hsa_id, each.at) for each in decision.contacts)
    if not there and not decision.watcher_confirmed:
        detail = "Den som vakar är inte i tjänst vid alla planerade kontakter. Bekräfta att hen har lovat det."
        return invalid("NO_WATCHER", "R67", detail, "watcher_confirmed")
    return Member(hsa_id=staff.hsa_id, name=staff.name, role=licensed)


def may_keep(pathway: Pathway) -> Refusal | None:
    """There must be a plan."""
    if isinstance(pathway.state, Plan):
        return None
    return conflict("WRONG_STATE", "R67", "Det finns ingen plan i ärendet.", ("set_plan",))


def keep(pathway: Pathway, decision: CompletePlanContact, now: datetime) -> Pathway | Refusal:
    """A promised contact was kept."""
    state = pathway.state
    assert isinstance(state, Plan)
    meant = [each for each in state.promises if same_instant(each.at, decision.at)]
    if not meant:
        return invalid("INVALID", "R67", "Planen har ingen kontakt vid den tiden.", "at")
    if meant[0].done_at is not None:
        return conflict("WRONG_STATE", "R67", "Den kontakten är redan klar.")
    done = {"done_at": now, "outcome": decision.outcome}
    promises = tuple(each.model_copy(update=done) if each == meant[0] else each for each in state.promises)
    kept = state.model_copy(update={"promises": promises})
    return settle(pathway.model_copy(update={"state": kept, "plans": (*pathway.plans[:-1], kept)}))


def may_extend(pathway: Pathway) -> Refusal | None:
    """While the patient is to be assessed or reached; what has been decided is not put off."""
    match pathway.state:
        case Assessing() if pathway.taken is None:
            return conflict("WRONG_STATE", "R69", "Ta emot patienten först.", ("accept_handover",))
        case Assessing() | Extended() | Phoning() | LowAsk() | RouteChoice(why="unreached"):
            return None
        case _:
            return conflict("WRONG_STATE", "R69", "Det som är beslutat kan inte skjutas upp med en förlängning.")


def extend(pathway: Pathway, decision: Extend, by: Actor, now: datetime) -> Pathway | Refusal:
    """Until then the chat stays as it is; at its end a person decides (R69)."""
    if decision.until <= now:
        return invalid("INVALID", "R69", "Tiden har redan varit.", "until")
    if decision.until > next_open_closing(pathway.unit, now):
        detail = "Förläng som längst till stängning nästa öppna dag."
        return invalid("BEYOND_LIMIT", "R69", detail, "until")
    remark = Remark(at=now, by=member(by), text=decision.rationale, about="extend")
    extended = Extended(since=now, until=decision.until, rationale=decision.rationale)
    return settle(pathway.model_copy(update={"state": extended, "remarks": (*pathway.remarks, remark)}))
