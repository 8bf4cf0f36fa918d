"""The suicide-risk pathway's states, walked as `tools.diagram` walks the chat's: what was seen is what is drawn.

A suspicion is flagged on a nurse's contact. From there everything staff may decide, that the contact tells and that the
clock brings about is tried, until nothing new turns up. Two pathways count as the same where `_key` says so.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pydantic import TypeAdapter

from config.settings import ROOT
from config.units import load_units
from routine.actors import Actor, member
from routine.chat.events import StaffTold
from routine.gate import Contact, Spoken, Taken
from routine.people import PersonId
from routine.refusals import Refusal
from routine.signs import Sign
from routine.suicide_risk.decide import TYPES, AnyDecision, Decision, allowed, decide
from routine.suicide_risk.elapse import Name, dues, elapse, next_due, strike
from routine.suicide_risk.exits import blocks
from routine.suicide_risk.hear import ContactChanged, begun, hear
from routine.suicide_risk.owed import waits
from routine.suicide_risk.pathway import (
    Assessing,
    Booked,
    Left,
    LowAsk,
    Pathway,
    Phoning,
    Plan,
    RouteChoice,
    accepted,
    current,
    of_episode,
    open_errands,
    open_notes,
    unanswered,
)
from routine.suicide_risk.summary import suicide_state
from tools.walked import Edge, Means, Stranger, Walk

FLAGGED: Final = datetime(2026, 11, 27, 9, tzinfo=UTC)
"""A Friday, in open hours: the days until a moderate risk's visit are not all open."""
BOUND: Final = 5_000
DECISION: Final[TypeAdapter[AnyDecision]] = TypeAdapter(Decision)
Body = dict[str, Any]
Bodies = Callable[[Pathway, Actor], Sequence[Body]]
JUDGED: Final[Body] = {
    "step": "dodstankar",
    "risk_factors": ["ensam"],
    "protective_factors": ["familj"],
    "sources": ["chat"],
    "rationale": "Sammanvägt.",
}
FAR: Final = (Name.SOFT, Name.HARD)
"""Timers that much else comes before."""
SWITCHED_OFF: Final = frozenset({Name.PAGE})
"""Timers of what the unit has not turned on (A15)."""
OUTWARD: Final = ("psychiatric_emergency", "emergency_112")


def _plain(*bodies: Body) -> Bodies:
    return lambda _pathway, _by: bodies


def _soon(pathway: Pathway, _by: Actor) -> Sequence[Body]:
    where = {"profession": "physician", "unit": pathway.unit.code, "contact_type": "physical"}
    return [{"start": pathway.as_of + timedelta(minutes=40), **where}]


def _planned(pathway: Pathway, by: Actor) -> Sequence[Body]:
    promised = [{"at": pathway.as_of + timedelta(minutes=30), "how": "telefon"}]
    watched = {"watcher": by.hsa_id, "watcher_confirmed": True, "safety_information": True}
    review = pathway.as_of + timedelta(hours=1)
    return [{"contacts": promised, "review_at": review, "rationale": "I dialog.", **watched}]


def _kept(pathway: Pathway, _by: Actor) -> Sequence[Body]:
    state = pathway.state
    promises = state.promises if isinstance(state, Plan) else ()
    return [{"at": each.at, "outcome": "Pratat."} for each in promises if each.done_at is None]


def _longer(pathway: Pathway, _by: Actor) -> Sequence[Body]:
    return [{"until": pathway.as_of + timedelta(hours=1), "rationale": "Bedöms säkert."}]


def _handed(pathway: Pathway, by: Actor) -> Sequence[Body]:
    to = next(each.hsa_id for each in pathway.unit.staff if each.hsa_id.endswith("-Y1"))
    return [{"to": {"hsa_id": to}}]


def _attested(pathway: Pathway, by: Actor) -> Sequence[Body]:
    mine = [note.task_id for note in open_notes(pathway) if note.documenter == by.hsa_id][:1]
    return [{"task_id": each, "current": "Nedstämd.", "assessment": "Låg risk."} for each in mine]


def _called(pathway: Pathway, _by: Actor) -> Sequence[Body]:
    return [{"task_id": each.task_id, "outcome": "done", "note": "Ringt."} for each in open_errands(pathway)[:1]]


def _given(pathway: Pathway, _by: Actor) -> Sequence[Body]:
    to = {"role": "assessor"}
    return [{"task_id": each.task_id, "to": to, "reason": "Går hem."} for each in waits(pathway)[:1]]


BODIES: Final[dict[str, Bodies]] = {
    "call_112": _plain({"location": "Hemma."}, {"received_by": "SOS Alarm", "reference": "1"}),
    "assess": _plain(
        *({"level": level, **JUDGED} for level in ("low", "moderate", "high", "acute")),
        {"level": "low", **JUDGED, "reasonable_certainty": True},
        {"level": "low", **JUDGED, "reasonable_certainty": True, "not_called_because": "Har ingen telefon."},
    ),
    "retract_assessment": _plain({"rationale": "Fel patient."}),
    "dismiss_flag": _plain({"reason": "misclick", "rationale": "Feltryck."}),
    "ask_safe_online": _plain({}),
    "record_safe_online": _plain({"answer": "yes"}, {"answer": "no"}),
    "offer_alternative": _plain({"kind": "phone"}, {"kind": "phone", "answer": "accepted"}),
    "choose_route": _plain(*({"route": way, "rationale": "I dialog."} for way in ("book", "plan", "same_day"))),
    "book_physical": _soon,
    "decline_booking": _plain({}),
    "set_plan": _planned,
    "complete_plan_contact": _kept,
    "extend": _longer,
    "handover_on_call": _plain(
        *({"target": to, "content": "Tas om hand.", "not_called_because": "Har ingen telefon."} for to in OUTWARD)
    ),
    "record_ack": _plain(
        *({"received_by": "Jouren", "reference": "2", "outcome": said} for said in ("accepted", "declined"))
    ),
    "attended": _plain({}),
    "missed": _plain({}),
    "resolve_elsewhere": _plain({"outcome": "admitted", "source": "journal", "rationale": "Läst."}),
    "record_guardian_note": _plain({"informed": "no", "rationale": "Vill inte.", "child_protection_considered": True}),
    "close_last_resort": _plain({"rationale": "Avböjer all vård.", "safety_information": True}),
    "handover": _handed,
    "accept_handover": _plain({}),
    "decline_handover": _plain({"reason": "Hinner inte."}),
    "attest_note": _attested,
    "complete_task": _called,
    "reassign_task": _given,
}
"""What is sent for each decision: every way that leads elsewhere."""
OF_MINORS: Final = frozenset({"record_guardian_note"})
"""Decisions that change no state and that this patient, an adult, has no use for."""


def check_complete() -> None:
    """Raises Stranger if a decision is missing here."""
    if odd := set(TYPES) ^ set(BODIES):
        raise Stranger(f"BODIES and routine.suicide_risk.decide.TYPES differ in {', '.join(sorted(odd))}")


def state_of(pathway: Pathway) -> str:
    """The state by its name in `api.md`; one that it has no name for is an ordinary contact again."""
    return suicide_state(pathway) or "dismissed"


Moment = tuple[Pathway, datetime]


def walk() -> Walk:
    """Everything that can become of the pathway, until nothing new turns up. Raises Stranger."""
    check_complete()
    found = Walk()
    first, actors = _flagged()
    found.begun.add(state_of(first))
    waiting, seen = deque([(first, FLAGGED)]), {_key(first)}
    while waiting:
        pathway, now = waiting.popleft()
        found.states.add(type(pathway.state))
        if pathway.ended:
            found.ended.add(state_of(pathway))
            continue
        for moment in _successors(pathway, now, actors, found):
            if (key := _key(moment[0])) not in seen:
                seen.add(key)
                waiting.append(moment)
        if len(seen) > BOUND:
            raise Stranger(f"more than {BOUND} pathways that differ: _key keeps apart what is the same")
    return found


def _flagged() -> tuple[Pathway, tuple[Actor, ...]]:
    unit = load_units(ROOT / "config" / "demo").snapshot("VC-T", FLAGGED)
    assert unit is not None
    staff = [unit.member(f"SE0000000000-{short}") for short in ("N1", "D1", "Y1", "REC1")]
    who = tuple(Actor(hsa_id=each.hsa_id, name=each.name, roles=each.roles, unit=unit.code) for each in staff if each)
    sign = Sign(kind="staff", at=FLAGGED, by=member(who[0]), observation="Skriver om döden.")
    contact = Contact(version=1, opened_at=FLAGGED, signs=(sign,), holder=member(who[0]))
    return begun("K-1", unit, PersonId("198804202383"), contact, FLAGGED), who


def _key(pathway: Pathway) -> tuple[object, ...]:
    state, judged = pathway.state, current(pathway)
    match state:
        case LowAsk(asked_at=asked_at, unsafe=unsafe):
            detail: object = asked_at is not None, unsafe
        case RouteChoice(why=why):
            detail = why
        case Phoning(tries=tries):
            detail = min(len(tries), 2)
        case Booked() if pathway.visit is not None:
            detail = pathway.visit.start <= pathway.as_of
        case Assessing():
            detail = bool(open_errands(pathway))
        case _:
            detail = None
    left = isinstance(state, Left)
    outside = "taken" if accepted(pathway) else "waits" if unanswered(pathway) else None
    return (
        state_of(pathway),
        type(state).__name__,
        detail,
        judged.level if judged and not left else None,
        pathway.taken is not None and not left,
        outside,
        outside is None and sum(each.outcome == "declined" for each in of_episode(pathway)) > 1,
        pathway.contact.ended and open_notes(pathway) == (),
    )


def _successors(pathway: Pathway, now: datetime, actors: Sequence[Actor], found: Walk) -> Iterator[Moment]:
    for by in actors:
        for name in allowed(pathway, by):
            for body in BODIES[name](pathway, by):
                after = decide(pathway, DECISION.validate_python({"type": name, **body}), by, now)
                if not isinstance(after, Refusal):
                    yield _seen(found, pathway, "decision", name, after), now
    for means, contact in _told(pathway, now, actors):
        newer = contact.model_copy(update={"version": contact.version + 1})
        yield _seen(found, pathway, "event", means, hear(pathway, ContactChanged(contact=newer), now)), now
    _seen(found, pathway, "event", "staff_told", hear(pathway, StaffTold(alerts=len(pathway.alerts)), now))
    if (due := next_due(pathway)) is not None:
        after = strike(pathway, due)
        for name in {each.name for each in dues(pathway) if each.at <= due.at}:
            _seen(found, pathway, "timer", name.value, after)
        yield after, max(now, due.at)
    for each in dues(pathway):
        if each.name in FAR:
            then = elapse(pathway, each.at)
            _seen(found, pathway, "timer", each.name.value, then)
            for due in dues(then):
                if due.name is Name.HARD:
                    _seen(found, then, "timer", due.name.value, elapse(then, due.at))


def _told(pathway: Pathway, now: datetime, actors: Sequence[Actor]) -> Iterator[tuple[str, Contact]]:
    """What may come to be on the contact, one thing at a time, by what it was there."""
    contact, by = pathway.contact, member(actors[1])
    flag = Sign(kind="staff", at=now, by=member(actors[0]), observation="Åter orolig.")
    may: dict[str, dict[str, Any]] = {
        "patient_message": {"last_patient_at": now, "asked_at": None},
        "message": {"first_staff_at": contact.first_staff_at or now, "last_staff_at": now, "asked_at": now},
        "log_call reached": {"calls": (*contact.calls, Spoken(at=now, reached=True))},
        "log_call": {"calls": (*contact.calls, Spoken(at=now, reached=False))},
        "flag_suspicion": {"signs": (*contact.signs, flag)},
        "take_over": {"taken": Taken(at=now, by=by), "holder": by},
        "release": {"released_at": now, "holder": None},
        "reopened": {"reopened_at": now, "last_patient_at": now},
        "moved_outside": {"outside": True, "ended": True},
    }
    if not blocks(pathway):
        may["ended"] = {"ended": True}
    for name, update in may.items():
        yield name, contact.model_copy(update=update)


def _seen(found: Walk, pathway: Pathway, means: Means, name: str, after: Pathway) -> Pathway:
    found.edges.add(Edge(state_of(pathway), means, name, state_of(after)))
    return after
