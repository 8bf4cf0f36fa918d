"""What the clock alone brings about on the pathway: rungs are reached, waits run out, warnings are given."""

from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from routine.actors import Addressee, Role, ToPerson, ToRole
from routine.chat.case import Alert, Climbed, Errand
from routine.hours import local_date
from routine.recalled import recalled
from routine.suicide_risk.owed import climbed, waits
from routine.suicide_risk.pathway import Booked, Extended, Left, Pathway, Plan
from routine.tasks import BY_CLOCK, EACH_ASSESSOR, MANAGER, SUICIDE_ACCEPT, TABLE, Kind, Owed, reached, rung_at, task_id

ON_CALL = ToRole(role=Role.ON_CALL)


class Name(StrEnum):
    """The instants a pathway waits for besides its ladders."""

    RUNG = "rung"
    EXTENSION = "extension"
    VISIT = "visit"
    SOFT = "moderate_visit_soft"
    HARD = "moderate_visit"
    DUTY = "duty"
    PAGE = "page"


SUMMARY = {
    Name.RUNG: "Nästa steg i trappan",
    Name.EXTENSION: "Förlängningen är slut, en bedömare tar ställning",
    Name.VISIT: "Det bokade besöket börjar",
    Name.SOFT: "48 timmar har gått sedan bedömningen",
    Name.HARD: "Sista dagen för det fysiska besöket är slut",
    Name.DUTY: "Arbetspass börjar eller slutar",
    Name.PAGE: "Mottagningen stänger: jouren meddelas",
}


class Due(NamedTuple):
    """Something that happens by itself at an instant unless somebody acts first."""

    at: datetime
    name: Name
    kind: Kind | None = None

    @property
    def summary(self) -> str:
        """What happens then, for an on-call engineer; nothing about the patient."""
        return f"{SUMMARY[self.name]}: {TABLE[self.kind].title}" if self.kind else SUMMARY[self.name]


@recalled
def dues(pathway: Pathway) -> tuple[Due, ...]:
    """Everything the clock will bring about, one entry for each cause."""
    unit = pathway.unit
    found = [Due(rung_at(each, climbed(pathway, each.task_id), unit), Name.RUNG, each.kind) for each in waits(pathway)]
    if isinstance(pathway.state, Extended) and pathway.state.until > pathway.as_of:
        found.append(Due(at=pathway.state.until, name=Name.EXTENSION))
    if isinstance(pathway.state, Booked) and pathway.visit is not None and pathway.visit.start > pathway.as_of:
        found.append(Due(at=pathway.visit.start, name=Name.VISIT))
    found += [Due(at=at, name=name) for name, at in _warnings(pathway)]
    if (change := _duty_change(pathway)) is not None:
        found.append(Due(at=change, name=Name.DUTY))
    if (closing := _page_at(pathway)) is not None:
        found.append(Due(at=closing, name=Name.PAGE))
    return tuple(found)


@recalled
def next_due(pathway: Pathway) -> Due | None:
    """What the clock brings about first; None once the pathway has ended."""
    return None if pathway.ended else min(dues(pathway), key=attrgetter("at"), default=None)


def _warnings(pathway: Pathway) -> list[tuple[Name, datetime]]:
    """The moderate visit's soft alert and its hard due instant, unless the visit has been or a plan goes instead."""
    if pathway.due_on is None or pathway.soft_at is None or isinstance(pathway.state, Left | Plan):
        return []
    if not pathway.soft_told:
        return [(Name.SOFT, pathway.soft_at)]
    return [(Name.HARD, pathway.due_on)] if pathway.as_of < pathway.due_on else []


def _duty_change(pathway: Pathway) -> datetime | None:
    """Who owes a task depends on her shift, so the pathway wakes when one begins or ends."""
    persons = [pathway.assessor.hsa_id] if pathway.assessor else []
    persons += [each.sender.hsa_id for each in pathway.outside if each.acked_at is None]
    if not persons or not waits(pathway):
        return None
    unit = pathway.unit
    changes = [unit.next_change(each, pathway.as_of) for each in dict.fromkeys(persons)]
    return min((at for at in changes if at is not None), default=None)


def _page_at(pathway: Pathway) -> datetime | None:
    """When the unit closes with something owed, whom `page_after_hours` names is told, if it is turned on."""
    unit, at = pathway.unit, pathway.as_of
    if not unit.policy.page_after_hours or not unit.hours.is_open(at) or not _pressing(pathway):
        return None
    closing = unit.hours.closing_of(local_date(at))
    return closing if closing is not None and closing > at else None


def _pressing(pathway: Pathway) -> bool:
    return any(wait.kind is not Kind.DOC_SUICIDE_ASSESSMENT for wait in waits(pathway))


def elapse(pathway: Pathway, now: datetime) -> Pathway:
    """All that the clock alone has brought about by `now`, each thing at its own instant; the same one if nothing."""
    while (due := next_due(pathway)) is not None and due.at <= now:
        pathway = strike(pathway, due)
    return pathway


def strike(pathway: Pathway, due: Due) -> Pathway:
    """The pathway once what falls due first has happened, and everything else that falls due at that instant."""
    at = max(due.at, pathway.as_of)
    page_at, warnings = _page_at(pathway), _warnings(pathway)
    pathway = pathway.model_copy(update={"as_of": at})
    for wait in waits(pathway):
        pathway = _climb(pathway, wait, at)
    for name, when in warnings:
        if when <= at:
            pathway = _warned(pathway, name, at)
    if page_at is not None and page_at <= at:
        pathway = paged(pathway, at)
    return settle(pathway)


def _climb(pathway: Pathway, wait: Owed, at: datetime) -> Pathway:
    """Reach every rung that is due."""
    first = climbed(pathway, wait.task_id)
    tell, step = reached(wait, first, pathway.unit, at)
    if step == first:
        return pathway
    if wait.kind in BY_CLOCK and pathway.unit.policy.page_after_hours and not pathway.unit.hours.is_open(at):
        tell.append(ON_CALL)
    row = wait.row
    alerts = [Alert(at=at, to=to, reason=f"Försenat: {row.title}", rule=row.rule, task_id=wait.task_id) for to in tell]
    if wait.own_row == SUICIDE_ACCEPT and first == 0:
        pathway = _with_call(pathway, at, tell[0])
    others = tuple(row for row in pathway.climbed if row.task_id != wait.task_id)
    return pathway.model_copy(
        update={
            "alerts": (*pathway.alerts, *alerts),
            "climbed": (*others, Climbed(task_id=wait.task_id, rungs=step)),
        }
    )


def _with_call(pathway: Pathway, at: datetime, owner: Addressee) -> Pathway:
    """Nobody has accepted after five minutes: whoever handed over is to phone an assessor (R59)."""
    errand = Errand(task_id=task_id(Kind.CALL_ASSESSOR, at), kind=Kind.CALL_ASSESSOR, owner=owner, opened_at=at)
    return pathway.model_copy(update={"errands": (*pathway.errands, errand)})


def _warned(pathway: Pathway, name: Name, at: datetime) -> Pathway:
    if name is Name.SOFT:
        assessor = pathway.assessor
        to: tuple[Addressee, ...] = (ToPerson(hsa_id=assessor.hsa_id),) if assessor else EACH_ASSESSOR
        pathway = pathway.model_copy(update={"soft_told": True})
        return alerted(pathway, at, "48 timmar har gått och besöket har inte blivit av", "R64", *to, MANAGER)
    reason = "Två dagar har gått och besöket har inte blivit av"
    return alerted(pathway, at, reason, "R64", *EACH_ASSESSOR, MANAGER)


def paged(pathway: Pathway, at: datetime) -> Pathway:
    """Whom the unit has named for closed hours is told."""
    pathway = pathway.model_copy(update={"paged_at": at})
    return alerted(pathway, at, "Misstänkt självmordsrisk utanför öppettid", "R59", ON_CALL)


def alerted(pathway: Pathway, at: datetime, reason: str, rule: str, *to: Addressee) -> Pathway:
    """The pathway with these told."""
    rows = tuple(Alert(at=at, to=each, reason=reason, rule=rule) for each in to)
    return pathway.model_copy(update={"alerts": (*pathway.alerts, *rows)})


def settle(pathway: Pathway) -> Pathway:
    """Ladders of tasks that are no longer owed are forgotten."""
    owed_ids = {wait.task_id for wait in waits(pathway)}
    kept = tuple(row for row in pathway.climbed if row.task_id in owed_ids)
    return pathway if len(kept) == len(pathway.climbed) else pathway.model_copy(update={"climbed": kept})
