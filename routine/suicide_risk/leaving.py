"""Real endings, and what is considered about a minor's guardians (A10, B5)."""

from datetime import datetime

from routine.actors import Actor, Role, member
from routine.chat.case import Remark
from routine.refusals import Refusal, conflict, forbidden
from routine.suicide_risk.decisions import RecordGuardianNote, ResolveElsewhere
from routine.suicide_risk.elapse import settle
from routine.suicide_risk.pathway import GuardianNote, Pathway, Released, minor, open_errands


def resolve(pathway: Pathway, decision: ResolveElsewhere, by: Actor, now: datetime) -> Pathway | Refusal:
    """Seen elsewhere, admitted or dead: nothing is waited for any more. Of who has died nothing more is sent."""
    if decision.outcome != "deceased" and not by.has(Role.ASSESSOR):
        return forbidden("NOT_ASSESSOR", "R66", "Det beslutet fattas av läkare eller psykolog.")
    remark = Remark(
        at=now,
        by=member(by),
        text=f"{decision.rationale} ({decision.source})",
        about=f"resolve_elsewhere: {decision.outcome}",
    )
    ids = {each.task_id for each in open_errands(pathway)}
    done = {"done_at": now, "outcome": decision.outcome}
    how = {
        "state": Released(since=now, way=decision.outcome),
        "wanted": None,
        "errands": tuple(each.model_copy(update=done) if each.task_id in ids else each for each in pathway.errands),
        "remarks": (*pathway.remarks, remark),
        "sends_stopped": decision.outcome == "deceased",
    }
    return settle(pathway.model_copy(update=how))


def may_note(pathway: Pathway) -> Refusal | None:
    """Only of a minor."""
    return None if minor(pathway) else conflict("WRONG_STATE", "R66", "Patienten är inte under 18 år.")


def note(pathway: Pathway, decision: RecordGuardianNote, by: Actor, now: datetime) -> Pathway:
    """What an assessor has considered; nobody is told automatically."""
    written = GuardianNote(
        at=now,
        by=member(by),
        informed=decision.informed == "yes",
        rationale=decision.rationale,
        child_protection_considered=decision.child_protection_considered,
    )
    return settle(pathway.model_copy(update={"guardian_notes": (*pathway.guardian_notes, written)}))
