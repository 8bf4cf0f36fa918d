"""Every step the core lets a suicide-risk pathway take, from every state, whatever its contact tells it.

Pathways count as the same where they differ only in instants, texts and how often something was done (`_key`).
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from audit.pathways import PATHWAY, place_of
from audit.steps import Step, Walked
from routine.actors import Actor, member
from routine.chat.events import StaffTold
from routine.gate import Contact, Spoken, Taken
from routine.on_call import Directory, Duty, DutyWindow
from routine.people import PersonId
from routine.signs import Sign
from routine.suicide_risk.decide import TYPES, AnyDecision, Decision, allowed
from routine.suicide_risk.elapse import Name, dues, next_due
from routine.suicide_risk.exits import blocks
from routine.suicide_risk.hear import ContactChanged, begun
from routine.suicide_risk.owed import waits
from routine.suicide_risk.pathway import (
    Assessing,
    Booked,
    Booking,
    LowAsk,
    Pathway,
    Phoning,
    Plan,
    RouteChoice,
    accepted,
    current,
    open_errands,
    open_notes,
    unanswered,
)
from routine.suicide_risk.reach import unreached
from routine.unit import Policy
from tests.processes.walking import walk
from tests.routine.world import BJ1, D1, N1, N2, P1, REC1, T17, VC_T, VCH, Y1, at

ACTORS = (D1, N1, VCH, REC1, BJ1)
BOUND = 2_000
NIGHTS = (DutyWindow(days="every_day", start=datetime.min.time(), end=datetime.min.time()),)
ON_CALL = Directory(duties=(Duty(target="on_call", name="Jouren", phone="035-13 10 00", windows=NIGHTS),))
UNIT = VC_T.model_copy(update={"on_call": ON_CALL})
PAGED = UNIT.model_copy(update={"policy": Policy(page_after_hours=True)})
DECISIONS: TypeAdapter[AnyDecision] = TypeAdapter(Decision)

JUDGED: dict[str, Any] = {
    "step": "dodstankar",
    "risk_factors": ["ensam"],
    "protective_factors": ["familj"],
    "sources": ["chat"],
    "rationale": "Sammanvägt.",
}
PLAIN: dict[str, tuple[dict[str, Any], ...]] = {
    "call_112": ({"location": "Hemma."}, {"received_by": "SOS", "reference": "1"}),
    "assess": (
        *({"level": level, **JUDGED} for level in ("low", "moderate", "high", "acute")),
        {"level": "low", **JUDGED, "reasonable_certainty": True},
        {"level": "low", **JUDGED, "reasonable_certainty": True, "not_called_because": "Har ingen telefon."},
    ),
    "retract_assessment": ({"rationale": "Fel patient."},),
    "dismiss_flag": ({"reason": "misclick", "rationale": "Feltryck."},),
    "ask_safe_online": ({},),
    "record_safe_online": ({"answer": "yes"}, {"answer": "no"}),
    "offer_alternative": ({"kind": "phone"}, {"kind": "phone", "answer": "accepted"}),
    "choose_route": tuple(
        {"route": route, "rationale": "I dialog."} for route in ("book", "plan", "same_day", "on_call")
    ),
    "decline_booking": ({},),
    "handover_on_call": (
        {"content": "Behöver tas om hand.", "target": "psychiatric_emergency"},
        {"content": "Behöver tas om hand.", "not_called_because": "Har ingen telefon."},
    ),
    "record_ack": tuple(
        {"received_by": "Jouren", "reference": "2", "outcome": outcome} for outcome in ("accepted", "declined")
    ),
    "attended": ({},),
    "missed": ({},),
    "resolve_elsewhere": tuple(
        {"outcome": outcome, "source": "journal", "rationale": "Läst."} for outcome in ("admitted", "deceased")
    ),
    "record_guardian_note": ({"informed": "no", "rationale": "Vill inte.", "child_protection_considered": True},),
    "close_last_resort": ({"rationale": "Avböjer all vård.", "safety_information": True},),
    "accept_handover": ({},),
    "decline_handover": ({"reason": "Hinner inte."},),
}


@dataclass(frozen=True)
class Begin:
    """How a pathway begins, and what is tried on it: all at once would take minutes."""

    when: str = "2026-11-24 10:00"
    fields: dict[str, Any] = field(default_factory=dict)
    person: str = P1
    paged: bool = False
    only: tuple[str, ...] = tuple(TYPES)
    told: tuple[str, ...] = ("wrote", "asked", "reached", "called", "flagged")
    actors: tuple[Actor, ...] = ACTORS
    levels: tuple[str, ...] = ("none", "low", "moderate", "high", "acute")
    bound: int = BOUND


def _flag(when: str, by: Actor = N1) -> Sign:
    return Sign(kind="staff", at=at(when), by=member(by), observation="Skriver om döden.")


NOWHERE = ("attest_note", "complete_task", "reassign_task", "record_guardian_note", "ask_safe_online")
"""Once from each state is enough."""
TAKING = ("handover", "accept_handover", "decline_handover")
LOW = ("assess", "ask_safe_online", "record_safe_online", "offer_alternative", "extend", "retract_assessment")
CHOOSING = ("choose_route", "book_physical", "decline_booking", "set_plan")
MODERATE = (*CHOOSING, "attended", "missed", "complete_plan_contact", "retract_assessment")
SILENT = ("assess", "extend")
AT_ONCE = ("call_112", "record_ack", "handover_on_call")
OUTWARD = (*AT_ONCE, "close_last_resort")
ENDING = ("assess", "attest_note", "record_safe_online", "resolve_elsewhere", "dismiss_flag", "retract_assessment")
CASES: dict[str, Begin] = {
    "low": Begin(only=("accept_handover", *LOW), told=("wrote", "called"), actors=(D1,), levels=("low",)),
    "moderate": Begin(
        only=("accept_handover", *MODERATE, *SILENT), told=("wrote", "called"), actors=(D1, REC1), levels=("moderate",)
    ),
    "on a Friday": Begin(
        when="2026-11-27 10:00", only=("assess", *MODERATE), told=(), actors=(D1,), levels=("moderate",)
    ),
    "handed out": Begin(
        only=("accept_handover", "assess", "choose_route", *OUTWARD), told=(), actors=(D1, BJ1), levels=("high",)
    ),
    "not reached": Begin(
        only=("accept_handover", "assess", *CHOOSING, "handover_on_call", "record_ack"),
        told=("called",),
        actors=(D1,),
        levels=("moderate",),
    ),
    "112 at once": Begin(only=(*AT_ONCE, "assess", "dismiss_flag"), told=(), actors=(REC1, D1)),
    "who has the patient": Begin(
        only=(*TAKING, "dismiss_flag", "resolve_elsewhere", "reassign_task", "complete_task", "assess", "extend"),
        told=("taken", "released", "flagged", "outside"),
        actors=(D1, N1, VCH),
        levels=("low", "moderate"),
    ),
    "let go and again": Begin(only=ENDING, told=("flagged", "reopened", "outside", "ended"), actors=(D1,)),
    "a minor's, out of hours": Begin(
        when="2026-11-27 18:30", person=T17, paged=True, only=("record_guardian_note", "accept_handover"), told=()
    ),
    "handed over before closing": Begin(paged=True, only=("accept_handover",), told=(), actors=(D1,)),
    "an assessor's own": Begin(fields={"holder": member(D1)}, only=("assess", "book_physical"), told=(), actors=(D1,)),
}


def walked(name: str) -> list[Walked[Pathway]]:
    """Everything that can become of the pathway."""
    how = CASES[name]
    now = at(how.when)
    contact = Contact(version=1, opened_at=now, **({"signs": (_flag(how.when),), "holder": member(N1)} | how.fields))
    first = begun("K-1", PAGED if how.paged else UNIT, PersonId(how.person), contact, now)

    def following(
        pathway: Pathway, now: datetime, found: dict[Step, Walked[Pathway]]
    ) -> Iterator[tuple[Walked[Pathway], datetime]]:
        now += timedelta(seconds=1)
        yield from _decisions(pathway, now, how, found)
        if not pathway.ended:
            for contact in _told(pathway, now, how):
                later = contact.model_copy(update={"version": contact.version + 1})
                yield PATHWAY.heard(pathway, ContactChanged(contact=later), now), now
            yield PATHWAY.heard(pathway, StaffTold(alerts=len(pathway.alerts)), now), now
        for then in _instants(pathway):
            yield PATHWAY.passed(pathway, then), then

    return walk(PATHWAY.begun(first), now, following, _key, how.bound)


def _instants(pathway: Pathway) -> set[datetime]:
    """What falls due first, and a moderate risk's own instants."""
    due, owns = next_due(pathway), (Name.SOFT, Name.HARD, Name.PAGE)
    return {each.at for each in dues(pathway) if each == due or each.name in owns}


def _decisions(
    pathway: Pathway, now: datetime, how: Begin, found: dict[Step, Walked[Pathway]]
) -> Iterator[tuple[Walked[Pathway], datetime]]:
    place = place_of(pathway)
    for by in how.actors:
        for name in allowed(pathway.model_copy(update={"as_of": now}), by):
            if name not in how.only or (name in NOWHERE and Step(name, place, place) in found):
                continue
            for body in _bodies(pathway, name, by, now):
                if body.get("level") not in (None, *how.levels):
                    continue
                decision = DECISIONS.validate_python({"type": name, **body})
                after = PATHWAY.decided(pathway, decision, by, now)
                if isinstance(after, Walked):
                    yield after, now


def _bodies(pathway: Pathway, name: str, by: Actor, now: datetime) -> tuple[dict[str, Any], ...]:
    match name:
        case "handover":
            return ({"to": {"hsa_id": (Y1 if by == D1 else D1).hsa_id}},)
        case "book_physical":
            start = now + timedelta(hours=1)
            slot = {"profession": "physician", "unit": "VC-T", "contact_type": "physical"}
            return ({"start": start, **slot},)
        case "set_plan":
            soon = now + timedelta(minutes=30)
            promised = {"contacts": [{"at": soon, "how": "telefon"}], "review_at": now + timedelta(hours=1)}
            watched = {"watcher": D1.hsa_id, "watcher_confirmed": True, "safety_information": True}
            return ({**promised, **watched, "rationale": "I dialog."},)
        case "complete_plan_contact" if isinstance(pathway.state, Plan):
            return tuple({"at": each.at, "outcome": "Pratat."} for each in pathway.state.promises if not each.done_at)
        case "extend":
            return ({"until": now + timedelta(hours=1), "rationale": "Bedöms säkert."},)
        case "attest_note":
            mine = [note.task_id for note in open_notes(pathway) if note.documenter == by.hsa_id]
            return tuple({"task_id": each, "current": "Nedstämd.", "assessment": "Låg."} for each in mine)
        case "complete_task":
            return tuple(
                {"task_id": each.task_id, "outcome": "done", "note": "Ringt."} for each in open_errands(pathway)
            )
        case "reassign_task":
            given = [wait.task_id for wait in waits(pathway)][:1]
            return tuple({"task_id": each, "to": {"hsa_id": Y1.hsa_id}, "reason": "Går hem."} for each in given)
        case _:
            return PLAIN[name]


def _told(pathway: Pathway, now: datetime, how: Begin) -> Iterator[Contact]:
    """What may come to be on the contact, one thing at a time."""
    contact = pathway.contact
    may: dict[str, dict[str, Any]] = {
        "wrote": {"last_patient_at": now, "asked_at": None},
        "asked": {"first_staff_at": contact.first_staff_at or now, "last_staff_at": now, "asked_at": now},
        "reached": {"calls": (*contact.calls, Spoken(at=now, reached=True)), "first_staff_at": now},
        "called": {"calls": (*contact.calls, Spoken(at=now, reached=False)), "first_staff_at": now},
        "flagged": {"signs": (*contact.signs, _flag("2026-11-24 10:00", N2))},
        "taken": {"taken": Taken(at=now, by=member(D1)), "holder": member(D1)},
        "released": {"released_at": now, "holder": None},
        "reopened": {"reopened_at": now, "last_patient_at": now},
        "outside": {"outside": True, "ended": True},
    }
    for name in [name for name in how.told if name in may]:
        yield contact.model_copy(update=may[name])
    if not blocks(pathway) and "ended" in how.told:
        yield contact.model_copy(update={"ended": True})


def _key(pathway: Pathway, now: datetime) -> Hashable:
    state, judged, contact = pathway.state, current(pathway), pathway.contact
    return (
        place_of(pathway),
        _detail(state),
        pathway.wanted is not None and pathway.wanted.named and pathway.wanted.to,
        len(unanswered(pathway)),
        accepted(pathway) is not None,
        (judged.level, judged.reasonable_certainty) if judged else None,
        pathway.visit is not None and (pathway.visit.state, pathway.visit.start <= now),
        unreached(pathway),
        contact.ended or contact.outside,
        bool(open_errands(pathway)),
    )


def _detail(state: object) -> object:
    match state:
        case Assessing(tried_at=tried_at):
            return tried_at is not None
        case LowAsk(asked_at=asked_at, unsafe=unsafe):
            return asked_at is not None, unsafe
        case RouteChoice(why=why):
            return why
        case Booking(today=today) | Booked(today=today):
            return today
        case Phoning(tries=made):
            return min(len(made), 3)
        case _:
            return None
