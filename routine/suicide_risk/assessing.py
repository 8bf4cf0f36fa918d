"""The assessment and what it leads to: an assessor's, never computed, lowered by nobody else (R60-R64)."""

from datetime import datetime, time, timedelta

from routine.actors import Actor, Member, Role, ToRole, member
from routine.chat.case import Remark
from routine.documentation import Note
from routine.gate import Level
from routine.hours import at_local, local_date
from routine.refusals import Refusal, conflict
from routine.suicide_risk import handing
from routine.suicide_risk.decisions import Assess, DismissFlag, RetractAssessment
from routine.suicide_risk.elapse import alerted, settle
from routine.suicide_risk.pathway import (
    Acknowledged,
    Assessing,
    Assessment,
    Booked,
    Booking,
    Dismissed,
    Left,
    LowAsk,
    Pathway,
    Phoning,
    Released,
    RouteChoice,
    State,
    accepted,
    current,
    open_notes,
)
from routine.suicide_risk.reach import out_of_touch, tried_for, unreached
from routine.tasks import EACH_ASSESSOR, MANAGER, Kind, next_open_closing
from routine.unit import Unit

ELEVATED: tuple[Level, ...] = ("moderate", "high", "acute")


def assess(pathway: Pathway, decision: Assess, by: Actor, now: datetime) -> Pathway:
    """What an assessor judges. Assessing is taking the patient on; the way out follows the level (A10)."""
    me = member(by)
    if pathway.assessor is None or pathway.assessor.hsa_id != me.hsa_id or pathway.wanted is not None:
        pathway = handing.accept(pathway, me, now)
    judged = Assessment(
        at=now,
        by=me,
        level=decision.level,
        step=decision.step,
        risk_factors=decision.risk_factors,
        protective_factors=decision.protective_factors,
        sources=decision.sources,
        rationale=decision.rationale,
        reasonable_certainty=decision.reasonable_certainty,
        not_called_because=decision.not_called_because or None,
    )
    pathway = pathway.model_copy(update={"assessments": (*pathway.assessments, judged), "sends_stopped": False})
    pathway = with_note(_due(pathway, judged), me, now)
    pathway = pathway.model_copy(update={"state": _after(pathway, judged)})
    return settle(_warned(pathway, judged))


def with_note(pathway: Pathway, who: Member, now: datetime) -> Pathway:
    """The assessment is owed the record by who made it, one note at a time (A13)."""
    if any(note.documenter == who.hsa_id for note in open_notes(pathway)):
        return pathway
    note = Note(
        task_id=f"{Kind.DOC_SUICIDE_ASSESSMENT}-{len(pathway.notes) + 1}",
        documenter=who.hsa_id,
        first=False,
        opened_at=now,
        due_at=next_open_closing(pathway.unit, now),
    )
    return pathway.model_copy(update={"notes": (*pathway.notes, note)})


def hard_due(unit: Unit, at: datetime) -> datetime:
    """The last second of the second calendar day after the decision (R64)."""
    return at_local(local_date(at) + timedelta(days=unit.policy.moderate_days), time(23, 59, 59))


def _due(pathway: Pathway, judged: Assessment) -> Pathway:
    """A moderate risk's due instant is set once and never moves while no visit has resolved it (X6)."""
    if judged.level in ("none", "low") or isinstance(pathway.state, Left):
        pathway = pathway.model_copy(update={"due_on": None, "soft_at": None, "soft_told": False})
    seen = pathway.visit is not None and pathway.visit.state == "attended"
    if judged.level != "moderate" or (pathway.due_on is not None and not seen):
        return pathway
    if seen:
        assert pathway.visit is not None
        pathway = pathway.model_copy(update={"visit": None, "visits": (*pathway.visits, pathway.visit)})
    hours = timedelta(hours=pathway.unit.policy.moderate_soft_hours)
    due = {"due_on": hard_due(pathway.unit, judged.at), "soft_at": judged.at + hours, "soft_told": False}
    return pathway.model_copy(update=due)


def _after(pathway: Pathway, judged: Assessment) -> State:
    """The first row of table A10 that fits."""
    now, level = judged.at, judged.level
    if level in ELEVATED and accepted(pathway) is not None:
        return Acknowledged(since=now)
    if level in ("none", "low"):
        if not (judged.reasonable_certainty and out_of_touch(pathway)):
            return LowAsk(since=now)
        return Released(since=now, way="unreachable_low") if tried_for(pathway, judged) else Phoning(since=now)
    if level == "moderate":
        return _moderate(pathway, judged)
    return RouteChoice(since=now, why="acute" if level == "acute" else "high")


def _moderate(pathway: Pathway, judged: Assessment) -> State:
    """Booked, if the patient can be reached and the days up to the due instant are all open (T7, T8, T13)."""
    now = judged.at
    if unreached(pathway) or judged.not_called_because:
        return RouteChoice(since=now, why="unreached")
    if pathway.visit is not None and pathway.visit.state == "booked":
        return pathway.state if isinstance(pathway.state, Booked) else Booked(since=now)
    assert pathway.due_on is not None
    if now > pathway.due_on:
        return RouteChoice(since=now, why="past_due")
    if closed_day_in_window(pathway, now):
        return RouteChoice(since=now, why="window")
    return Booking(since=now)


def closed_day_in_window(pathway: Pathway, now: datetime) -> bool:
    """Whether any day from the decision to the due instant is closed (R67)."""
    assert pathway.due_on is not None
    first, last = local_date(now), local_date(pathway.due_on)
    days = [first + timedelta(days=each) for each in range((last - first).days + 1)]
    return not all(pathway.unit.hours.is_open_day(day) for day in days)


def _warned(pathway: Pathway, judged: Assessment) -> Pathway:
    """Who must know at once: everybody of an acute risk; the manager of a directory that has nobody to hand over to."""
    if judged.level == "acute" and accepted(pathway) is None:
        reason = "Akut självmordsrisk: 112 ska ringas nu"
        pathway = alerted(pathway, judged.at, reason, "R73", *EACH_ASSESSOR, MANAGER, ToRole(role=Role.LICENSED))
    needs = isinstance(pathway.state, RouteChoice) and pathway.state.why in ("high", "acute", "unreached")
    if needs and not pathway.unit.on_call.has("on_call"):
        reason = "Ingen jour finns i katalogen: ring psykiatrisk akutmottagning eller 112"
        pathway = alerted(pathway, judged.at, reason, "R72", MANAGER)
    return pathway


def may_assess(pathway: Pathway) -> Refusal | None:
    """A suspicion that was dismissed is raised anew before it is assessed."""
    if isinstance(pathway.state, Dismissed):
        return conflict("WRONG_STATE", "R59", "Flagga en ny misstanke först.", ("flag_suspicion",))
    return None


def may_retract(pathway: Pathway) -> Refusal | None:
    """There must be an assessment that counts."""
    if current(pathway) is not None:
        return None
    return conflict("WRONG_STATE", "R60", "Det finns ingen bedömning att ta tillbaka.", ("assess",))


def retract(pathway: Pathway, decision: RetractAssessment, by: Actor, now: datetime) -> Pathway:
    """Back to assessing, by whoever had the patient, else the assessors are asked. A running due instant stays (X6)."""
    judged = current(pathway)
    assert judged is not None
    rows = tuple(
        each.model_copy(update={"retracted_at": now}) if each == judged else each for each in pathway.assessments
    )
    remark = Remark(at=now, by=member(by), text=decision.rationale, about="retract_assessment")
    how = {"assessments": rows, "remarks": (*pathway.remarks, remark), "state": Assessing(since=now)}
    pathway = pathway.model_copy(update=how | {"close_asked": None})
    if pathway.taken is None and pathway.wanted is None:
        pathway = handing.wanted(pathway, now, None)
    return settle(pathway)


def may_dismiss(pathway: Pathway) -> Refusal | None:
    """Only a suspicion that nobody has assessed; what was assessed is retracted or assessed anew."""
    if isinstance(pathway.state, Dismissed):
        return conflict("WRONG_STATE", "R59", "Ingen misstanke om självmordsrisk är flaggad.")
    if isinstance(pathway.state, Left) or current(pathway) is not None:
        return conflict("WRONG_STATE", "R59", "Risken är bedömd. Gör en ny bedömning i stället.", ("assess",))
    return None


def dismiss(pathway: Pathway, decision: DismissFlag, by: Actor, now: datetime) -> Pathway:
    """There was no suspicion: the contact is with its holder, else in the queue, as before."""
    remark = Remark(at=now, by=member(by), text=decision.rationale, about=f"dismiss_flag: {decision.reason}")
    how = {
        "state": Dismissed(since=now),
        "wanted": None,
        "taken": None,
        "due_on": None,
        "soft_at": None,
        "errands": (),
        "remarks": (*pathway.remarks, remark),
    }
    return settle(pathway.model_copy(update=how))
