"""The contact's view with its pathway's in it: one case to whoever reads, the pathway's deadlines among the others."""

from routine.actors import Actor, ToPerson
from routine.chat.case import Chat
from routine.chat.foresee import STEPS
from routine.chat.row import row as chat_row
from routine.chat.view import (
    CaseView,
    Documented,
    ShownAssessment,
    ShownHandover,
    ShownNote,
    ShownPlan,
    ShownPromise,
    ShownVisit,
    ToOutside,
    shown_handover,
    view,
)
from routine.suicide_risk.deadlines import deadlines
from routine.suicide_risk.decide import allowed
from routine.suicide_risk.foresee import if_nobody_acts
from routine.suicide_risk.meeting import OWN
from routine.suicide_risk.owed import owed
from routine.suicide_risk.pathway import Left, Outside, Pathway
from routine.suicide_risk.summary import suicide_state
from routine.tasks import Kind, Task
from routine.worklist import CaseRow

RECORD = (Kind.DOC_NOTE, Kind.DOC_SUICIDE_ASSESSMENT)


def row(chat: Chat, pathway: Pathway | None) -> CaseRow:
    """The line on the worklist, of a contact and of its pathway if it has one; the two have met (`meeting.meet`)."""
    line = chat_row(chat)
    return line if pathway is None else _with_tasks(chat, line, pathway)


def _with_tasks(chat: Chat, line: CaseRow, pathway: Pathway) -> CaseRow:
    tasks = (*owed(pathway), *line.tasks)
    dues = [(each.due_at, each.kind.value) for each in tasks]
    if line.next_due_at is not None and line.next_due_name is not None:
        dues.append((line.next_due_at, line.next_due_name))
    due_at, name = min(dues, key=lambda each: each[0], default=(None, None))
    alarming = chat.hit and isinstance(pathway.state, Left) and not chat.resolved_elsewhere
    return line.model_copy(
        update={
            # Words that nobody has looked at since the exit: they sort as what is not assessed (R66).
            "suicide_state": "screening_hit" if alarming else suicide_state(pathway) or line.suicide_state,
            "level": None if alarming or (chat.hit and line.level in ("none", "low")) else line.level,
            "next_due_at": due_at,
            "next_due_name": name,
            "needs_action": any(task.kind not in RECORD for task in tasks),
            "tasks": tasks,
        }
    )


def case_view(chat: Chat, pathway: Pathway | None, by: Actor) -> CaseView:
    """The whole case for a reader who may open it; the two have met (`meeting.meet`)."""
    shown = view(chat, by)
    if pathway is None:
        return shown
    line = _with_tasks(chat, chat_row(chat), pathway)
    may = [each for each in shown.allowed if each not in OWN]
    return shown.model_copy(
        update={
            **{name: getattr(line, name) for name in CaseRow.model_fields},
            "deadlines": (*shown.deadlines, *deadlines(pathway)),
            "alerts": tuple(sorted((*shown.alerts, *pathway.alerts), key=lambda each: each.at)),
            "if_nobody_acts": tuple(
                sorted((*shown.if_nobody_acts, *if_nobody_acts(pathway)), key=lambda each: each.at)[:STEPS]
            ),
            "documentation": (*shown.documentation, *_documented(pathway)),
            "handovers": tuple(sorted((*shown.handovers, *_handovers(pathway)), key=lambda each: each.at)),
            "assessments": _assessments(pathway),
            "booking": _booking(pathway),
            "plan": _plan(pathway),
            "notes": tuple(sorted((*shown.notes, *_notes(pathway)), key=lambda each: each.at)),
            "allowed": tuple(dict.fromkeys((*may, *allowed(pathway, by)))),
        }
    )


def _handovers(pathway: Pathway) -> tuple[ShownHandover, ...]:
    return (*(shown_handover(each) for each in pathway.handovers), *(_outside(each) for each in pathway.outside))


def _outside(each: Outside) -> ShownHandover:
    return ShownHandover(
        handover_id=each.handover_id,
        kind="colleague" if each.target == "unit_physician" else each.target,
        sender=each.sender.hsa_id,
        to=ToOutside(target=each.target, name=each.to_name),
        at=each.at,
        consent="not_required_patient_safety",
        content=each.content,
        assessed=each.assessed,
        accepted_at=each.acked_at if each.outcome == "accepted" else None,
        declined_at=each.acked_at if each.outcome == "declined" else None,
        received_by=each.received_by,
        reference=each.reference,
        outcome=each.outcome,
        acked_at=each.acked_at,
    )


def _assessments(pathway: Pathway) -> tuple[ShownAssessment, ...]:
    return tuple(
        ShownAssessment(
            at=each.at,
            by=each.by.hsa_id,
            level=each.level,
            step=each.step,
            risk_factors=each.risk_factors,
            protective_factors=each.protective_factors,
            sources=each.sources,
            rationale=each.rationale,
            reasonable_certainty=each.reasonable_certainty,
            not_called_because=each.not_called_because,
            retracted_at=each.retracted_at,
        )
        for each in pathway.assessments
    )


def _booking(pathway: Pathway) -> ShownVisit | None:
    visit = pathway.visit or (pathway.visits[-1] if pathway.visits else None)
    return ShownVisit.model_validate(visit.model_dump()) if visit else None


def _plan(pathway: Pathway) -> ShownPlan | None:
    plan = pathway.plans[-1] if pathway.plans else None
    if plan is None:
        return None
    return ShownPlan(
        watcher=plan.watcher.hsa_id,
        contacts=tuple(
            ShownPromise(at=each.at, how=each.how, done_at=each.done_at, outcome=each.outcome) for each in plan.promises
        ),
        review_at=plan.review_at,
        rationale=plan.rationale,
    )


def _notes(pathway: Pathway) -> tuple[ShownNote, ...]:
    considered = (
        ShownNote(at=each.at, by=each.by.hsa_id, about="record_guardian_note", text=each.rationale)
        for each in pathway.guardian_notes
    )
    said = (
        ShownNote(at=each.at, by=each.by.hsa_id if each.by else None, about=each.about, text=each.text)
        for each in pathway.remarks
    )
    return (*said, *considered)


def _documented(pathway: Pathway) -> tuple[Documented, ...]:
    """The notes on the assessment, those done too (A13)."""
    open_tasks: dict[str, Task] = {task.task_id: task for task in owed(pathway)}
    found = []
    for note in pathway.notes:
        task = open_tasks.get(note.task_id)
        found.append(
            Documented(
                task_id=note.task_id,
                kind=Kind.DOC_SUICIDE_ASSESSMENT,
                title="Dokumentera suicidriskbedömningen",
                rule="R60",
                owner=ToPerson(hsa_id=note.documenter),
                opened_at=note.opened_at,
                due_at=note.due_at,
                escalation=task.escalation if task else 0,
                next_rung=task.next_rung if task else None,
                done_at=note.done_at,
                outcome=note.outcome,
                record="Cosmic, Distansbesök - skriftlig",
                template=note.template or "Suicidriskbedömning",
                keywords=("Suicidstegen", "Riskfaktorer", "Skyddsfaktorer", "Nivå", "Källor", "Plan"),
            )
        )
    return tuple(found)
