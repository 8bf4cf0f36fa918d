"""Handing over to somebody outside the chat: on-call, psychiatric emergency, 112; and being sure of it (R72-R75)."""

from datetime import datetime, timedelta

from routine.actors import ASSESSORS, Actor, ToPerson, member
from routine.chat.case import Remark
from routine.gate import Taken
from routine.on_call import SWEDISH, Target
from routine.reachable import alternatives, resolves
from routine.refusals import Refusal, conflict
from routine.suicide_risk.assessing import ELEVATED
from routine.suicide_risk.decisions import Call112, CloseLastResort, HandoverOnCall, RecordAck
from routine.suicide_risk.elapse import alerted, settle
from routine.suicide_risk.exits import UNDOCUMENTED
from routine.suicide_risk.hear import again
from routine.suicide_risk.owed import guardian_missing
from routine.suicide_risk.pathway import (
    Acknowledged,
    Dismissed,
    Left,
    Outside,
    Pathway,
    Released,
    accepted,
    current,
    of_episode,
    open_notes,
)
from routine.suicide_risk.reach import never_answered, tried, unreached
from routine.tasks import EACH_ASSESSOR

TWO = 2
"""So many handovers that were not accepted stand for one that was, with safety information (R75)."""


def call_112(pathway: Pathway, decision: Call112, by: Actor, now: datetime) -> Pathway:
    """Somebody has called 112. The assessor, or all of them, are told; nobody was waited for (R73, T1).

    What was judged or done before the danger lets go of nobody: after an exit, or of a low risk, it begins anew.
    """
    judged = current(pathway)
    if isinstance(pathway.state, Left) or (judged is not None and judged.level not in ELEVATED):
        pathway = again(pathway, now)
    said = [each for each in (decision.location, decision.expression) if each]
    pathway = _handed(pathway, "emergency_112", by, now, "\n".join(said) or None, assessed=False)
    to = (ToPerson(hsa_id=pathway.assessor.hsa_id),) if pathway.assessor else EACH_ASSESSOR
    pathway = alerted(pathway, now, "112 är uppringt för en patient i chatten", "R73", *to)
    if decision.received_by and decision.reference:
        ack = RecordAck(type="record_ack", received_by=decision.received_by, reference=decision.reference)
        return _acked(pathway, pathway.outside[-1], ack, now)
    return settle(pathway)


def _handed(
    pathway: Pathway, target: Target, by: Actor, now: datetime, content: str | None, *, assessed: bool
) -> Pathway:
    duty = pathway.unit.on_call.on_duty(target, now)
    handover = Outside(
        handover_id=f"o{len(pathway.outside) + 1}",
        target=target,
        sender=member(by),
        at=now,
        to_name=duty.name if duty else SWEDISH[target],
        content=content,
        assessed=assessed,
        ack_by=now + timedelta(minutes=pathway.unit.policy.on_call_ack),
    )
    return pathway.model_copy(update={"outside": (*pathway.outside, handover)})


def may_hand_out(pathway: Pathway) -> Refusal | None:
    """While the patient is ours; a dismissed suspicion has nobody to hand over."""
    if isinstance(pathway.state, Dismissed):
        return conflict("WRONG_STATE", "R72", "Ingen misstanke om självmordsrisk är flaggad.", ("flag_suspicion",))
    judged = current(pathway)
    if judged is not None and judged.level not in ELEVATED:
        return conflict("WRONG_STATE", "R72", "Risken är bedömd som ingen eller låg. Gör en ny bedömning.", ("assess",))
    return None


def hand_out(pathway: Pathway, decision: HandoverOnCall, by: Actor, now: datetime) -> Pathway | Refusal:
    """Hand over to who is on duty. Off duty nobody is waited for: what can be reached now is answered (R72, X8)."""
    if not resolves(pathway.unit, decision.target, now):
        detail = f"{SWEDISH[decision.target].capitalize()} har inte tjänst nu. Välj en väg som svarar nu."
        return conflict("OFF_DUTY", "R72", detail, alternatives(pathway.unit, now))
    judged = current(pathway)
    if judged is not None and judged.level == "moderate" and (never_answered(pathway) or unreached(pathway)):
        because = decision.not_called_because or judged.not_called_because
        if not tried(pathway, because):
            detail = "Försök nå patienten per telefon minst två gånger först, eller skriv varför det inte går."
            return conflict("NOT_TRIED_TO_REACH", "R70", detail, ("log_call",))
    pathway = _handed(pathway, decision.target, by, now, decision.content, assessed=judged is not None)
    latest = pathway.outside[-1].model_copy(update={"not_called_because": decision.not_called_because or None})
    return settle(pathway.model_copy(update={"outside": (*pathway.outside[:-1], latest)}))


def open_to_ack(pathway: Pathway, handover_id: str | None) -> Outside | None:
    """The handover an acknowledgement is for: the one named, else the newest without an answer."""
    waiting = [each for each in of_episode(pathway) if each.acked_at is None]
    if handover_id is not None:
        waiting = [each for each in waiting if each.handover_id == handover_id]
    return waiting[-1] if waiting else None


def may_ack(pathway: Pathway) -> Refusal | None:
    """There must be a handover without an answer."""
    if open_to_ack(pathway, None) is not None:
        return None
    return conflict("WRONG_STATE", "R74", "Ingen överlämning väntar på kvitto.", ("handover_on_call", "call_112"))


def ack(pathway: Pathway, decision: RecordAck, now: datetime) -> Pathway | Refusal:
    """Who received, and what they said. Only a yes opens the gate (R74)."""
    handover = open_to_ack(pathway, decision.handover_id)
    if handover is None:
        return conflict("WRONG_STATE", "R74", "Den överlämningen finns inte, eller är redan kvitterad.")
    return _acked(pathway, handover, decision, now)


def _acked(pathway: Pathway, handover: Outside, decision: RecordAck, now: datetime) -> Pathway:
    how = {
        "acked_at": now,
        "received_by": decision.received_by,
        "reference": decision.reference,
        "outcome": decision.outcome,
    }
    rows = tuple(each.model_copy(update=how) if each == handover else each for each in pathway.outside)
    pathway = pathway.model_copy(update={"outside": rows})
    if decision.outcome == "accepted" and _confirmed(pathway, handover) and not isinstance(pathway.state, Left):
        pathway = pathway.model_copy(update={"state": Acknowledged(since=now)})
    if decision.outcome != "accepted":
        to = ToPerson(hsa_id=handover.sender.hsa_id)
        pathway = alerted(pathway, now, "Överlämningen togs inte emot: ring igen, eller ring 112", "R74", to)
    return settle(pathway)


def _confirmed(pathway: Pathway, handover: Outside) -> bool:
    """Whether an assessor stands behind the handover: her own, of an acute risk, or judged since (T1, T3, R74)."""
    judged = current(pathway)
    if judged is None or judged.level not in ELEVATED:
        return False
    return handover.sender.role in ASSESSORS or judged.level == "acute" or judged.at >= handover.at


def may_close_last(pathway: Pathway) -> Refusal | None:
    """Only of an elevated risk that an assessor has judged (R75)."""
    judged = current(pathway)
    if judged is None:
        return conflict("NO_ASSESSMENT", "R75", "Gör en bedömning först.", ("assess",))
    if judged.level not in ELEVATED:
        return conflict("WRONG_STATE", "R75", "Sista utvägen gäller bara vid förhöjd risk.")
    return None


def close_last(pathway: Pathway, decision: CloseLastResort, by: Actor, now: datetime) -> Pathway | Refusal:
    """Let go of who refuses all care: after a handover that was accepted, or two that were not and safety information.

    Closing is begun with it; the second step is confirmed in the contact (X10).
    """
    refusals = [each for each in of_episode(pathway) if _not_taken(each, now)]
    enough = accepted(pathway) is not None or (len(refusals) >= TWO and decision.safety_information)
    if not enough:
        detail = "Lämna över till jouren, psykiatrisk akutmottagning eller 112 först."
        return conflict("NO_HANDOVER", "R75", detail, alternatives(pathway.unit, now))
    if open_notes(pathway) and accepted(pathway) is None:
        return conflict(UNDOCUMENTED.code, UNDOCUMENTED.rule, UNDOCUMENTED.text, ("attest_note",))
    if guardian_missing(pathway):
        return conflict(
            "GUARDIAN_NOTE", "R66", "Anteckna vad som gäller för vårdnadshavare först.", ("record_guardian_note",)
        )
    remark = Remark(at=now, by=member(by), text=decision.rationale, about="close_last_resort")
    how = {
        "state": Released(since=now, way="last_resort"),
        "remarks": (*pathway.remarks, remark),
        "close_asked": Taken(at=now, by=member(by)),
        "wanted": None,
    }
    return settle(pathway.model_copy(update=how))


def _not_taken(each: Outside, now: datetime) -> bool:
    return each.outcome in ("declined", "advice_only") or (each.acked_at is None and each.ack_by <= now)
