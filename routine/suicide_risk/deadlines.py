"""The pathway's deadlines as they are shown: whom they hold, and whether they were met (task table, R64)."""

from routine.chat.deadlines import Deadline
from routine.suicide_risk.owed import waits
from routine.suicide_risk.pathway import Extended, Pathway, Plan
from routine.suicide_risk.reach import never_answered
from routine.tasks import Kind

NAMES = {Kind.SILENCE: "silence", Kind.ROUTE_CHOICE: "route_choice", Kind.CALL_PATIENT: "next_call"}


def deadlines(pathway: Pathway) -> tuple[Deadline, ...]:
    """Every deadline of the pathway, those met too."""
    return (*_handovers(pathway), *_moderate(pathway), *_waits(pathway), *_state(pathway), *_outside(pathway))


def _handovers(pathway: Pathway) -> tuple[Deadline, ...]:
    return tuple(
        Deadline(name="handover_accept", hard_at=row.accept_by, rule="R59", met_at=row.accepted_at)
        for row in pathway.handovers
        if row.declined_at is None
    )


def _moderate(pathway: Pathway) -> tuple[Deadline, ...]:
    if pathway.due_on is None:
        return ()
    visit = pathway.visit
    attended = pathway.state.since if visit is not None and visit.state == "attended" else None
    return (
        Deadline(name="moderate_visit", soft_at=pathway.soft_at, hard_at=pathway.due_on, rule="R64", met_at=attended),
    )


def _waits(pathway: Pathway) -> tuple[Deadline, ...]:
    found = []
    for wait in waits(pathway):
        name = NAMES.get(wait.kind)
        if name is not None:
            name = "never_answered" if name == "silence" and never_answered(pathway) else name
            found.append(Deadline(name=name, hard_at=wait.due_at, rule=wait.row.rule))
    return tuple(found)


def _state(pathway: Pathway) -> tuple[Deadline, ...]:
    match pathway.state:
        case Extended(until=until):
            return (Deadline(name="extension", hard_at=until, rule="R69"),)
        case Plan(promises=promises, review_at=review_at):
            kept = [
                Deadline(name="plan_contact", hard_at=each.at, rule="R67", met_at=each.done_at) for each in promises
            ]
            return (*kept, Deadline(name="plan_review", hard_at=review_at, rule="R67"))
        case _:
            return ()


def _outside(pathway: Pathway) -> tuple[Deadline, ...]:
    return tuple(
        Deadline(
            name="ack_112" if each.target == "emergency_112" else "on_call_ack",
            hard_at=each.ack_by,
            rule="R74",
            met_at=each.acked_at if each.outcome == "accepted" else None,
        )
        for each in pathway.outside
    )
