"""A well-formed random body of every decision on a contact and its pathway, mostly one that the rules may accept."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from routine.actors import Actor, reaches
from routine.chat.decisions import TYPES as OF_CHAT
from routine.hours import local_date
from routine.suicide_risk import meeting
from routine.suicide_risk.owed import waits
from routine.suicide_risk.pathway import Pathway, Plan
from routine.tasks import Kind
from tests.routine.bodies import body as plain
from tests.routine.suicide_risk.pair import Pair
from tests.routine.world import D1, D2, N1, N2, Y1

Body = dict[str, Any]
WATCHERS = (N1, D1, Y1, N2)
LEVELS = ("none", "low", "low", "moderate", "moderate", "high", "acute")


def decision(pair: Pair, name: str, by: Actor, chance: Random) -> meeting.AnyDecision:
    """A random one of the type."""
    fields = MADE[name](pair, by, chance) if name in MADE else {}
    if not fields and name in OF_CHAT:
        fields = plain(pair.chat, name, by)
    return meeting.TYPES[name].model_validate({"type": name, **fields})


def _assess(pair: Pair, by: Actor, chance: Random) -> Body:
    level = chance.choice(LEVELS)
    certain = level in ("none", "low") and chance.random() < 0.4
    body: Body = {
        "level": level,
        "step": "suicidtankar",
        "risk_factors": ["ensam"],
        "protective_factors": ["familj"],
        "sources": ["chat"],
        "rationale": "Samlad bedömning.",
        "reasonable_certainty": certain,
    }
    return body | ({"not_called_because": "Anhörig är hos patienten."} if chance.random() < 0.15 else {})


def _soon(pair: Pair, chance: Random) -> datetime:
    """Mostly a time that the visit may have."""
    hours, now = pair.chat.unit.hours, pair.now
    if chance.random() < 0.1:
        return now + timedelta(minutes=chance.choice((-30, 5, 600, 4 * 1440)))
    day = local_date(now)
    if chance.random() < 0.6:
        return hours.add_open(now, timedelta(minutes=chance.choice((5, 15, 60, 120, 300))))
    opening = hours.opening_of(hours.next_open_day(day))
    assert opening is not None
    return opening + timedelta(minutes=chance.choice((0, 60, 300)))


def _book(pair: Pair, by: Actor, chance: Random) -> Body:
    unit = pair.chat.unit
    at = unit.clinics[0].code if unit.clinics and chance.random() < 0.9 else unit.code
    return {
        "start": _soon(pair, chance),
        "profession": chance.choice(("physician", "psychologist", "physician", "nurse")),
        "unit": at if chance.random() < 0.95 else "VC-X",
        "contact_type": "physical" if chance.random() < 0.95 else "video",
    }


def _plan(pair: Pair, by: Actor, chance: Random) -> Body:
    now, opening = pair.now, pair.chat.unit.hours.next_opening(pair.now + timedelta(minutes=1))
    review = chance.choice((opening, opening, now + (opening - now) / 2, opening + timedelta(hours=1)))
    contacts = [
        {"at": now + (review - now) * share, "how": "telefon"}
        for share in chance.choice(((0.5,), (0.2, 0.6), (0.3, 1.2)))
    ]
    return {
        "watcher": chance.choice(WATCHERS).hsa_id if chance.random() < 0.95 else "SE0000000000-XX",
        "watcher_confirmed": chance.random() < 0.8,
        "contacts": contacts,
        "safety_information": chance.random() < 0.95,
        "review_at": review,
        "rationale": "Helg, bor med sin mamma.",
    }


def _kept(pair: Pair, by: Actor, chance: Random) -> Body:
    state = pair.pathway.state if pair.pathway else None
    promised = [each.at for each in state.promises if each.done_at is None] if isinstance(state, Plan) else []
    return {"at": chance.choice(promised) if promised else pair.now, "outcome": "Mår bättre."}


def _extend(pair: Pair, by: Actor, chance: Random) -> Body:
    until = pair.now + timedelta(minutes=chance.choice((15, 60, 240, 18 * 60, 6 * 24 * 60)))
    return {"until": until, "rationale": "Har lovat att höra av sig."}


def _hand_out(pair: Pair, by: Actor, chance: Random) -> Body:
    target = chance.choice(("on_call", "unit_physician", "psychiatric_emergency", "emergency_112"))
    because = {"not_called_because": "Saknar telefon."} if chance.random() < 0.3 else {}
    return {"target": target, "content": "Patienten svarar inte.", **because}


def _ack(pair: Pair, by: Actor, chance: Random) -> Body:
    outcome = chance.choice(("accepted", "accepted", "advice_only", "declined"))
    named = [each.handover_id for each in pair.pathway.outside] if pair.pathway else []
    which = {"handover_id": chance.choice(named)} if named and chance.random() < 0.2 else {}
    return {"received_by": "SOS Alarm", "reference": "112-88", "outcome": outcome, **which}


def _call_112(pair: Pair, by: Actor, chance: Random) -> Body:
    return {"received_by": "SOS Alarm", "reference": "112-7"} if chance.random() < 0.3 else {"location": "hemma"}


def _task(pathway: Pathway | None, by: Actor, chance: Random, *kinds: Kind) -> str | None:
    found = list(waits(pathway)) if pathway else []
    found = [wait for wait in found if not kinds or wait.kind in kinds]
    mine = [wait for wait in found if reaches(wait.owner, by)]
    chosen = mine or found
    return chance.choice(chosen).task_id if chosen and chance.random() < 0.8 else None


def _attest(pair: Pair, by: Actor, chance: Random) -> Body:
    task = _task(pair.pathway, by, chance, Kind.DOC_SUICIDE_ASSESSMENT)
    return {"task_id": task, "current": "Nedstämd.", "assessment": "Egna ord."} if task else {}


def _complete(pair: Pair, by: Actor, chance: Random) -> Body:
    task = _task(pair.pathway, by, chance, Kind.CALL_ASSESSOR, Kind.ASSESS)
    return {"task_id": task, "outcome": "done", "note": "Ringt."} if task else {}


def _reassign(pair: Pair, by: Actor, chance: Random) -> Body:
    task = _task(pair.pathway, by, chance)
    to = chance.choice(({"hsa_id": D2.hsa_id}, {"role": "assessor"}, {"hsa_id": N2.hsa_id}))
    return {"task_id": task, "to": to, "reason": "Går hem."} if task else {}


def _hand_over(pair: Pair, by: Actor, chance: Random) -> Body:
    names = (Y1, D1, D2, N2)
    to = chance.choice(({"role": "assessor"}, *({"hsa_id": each.hsa_id} for each in names)))
    return {"to": to, "note": "Läs det sista hon skrev."}


def _elsewhere(pair: Pair, by: Actor, chance: Random) -> Body:
    outcome = chance.choice(("seen_elsewhere", "admitted", "deceased", "other"))
    return {"outcome": outcome, "source": "Region Halland", "rationale": "Läst i journalen."}


Maker = Callable[[Pair, Actor, Random], Body]
MADE: dict[str, Maker] = {
    "assess": _assess,
    "book_physical": _book,
    "set_plan": _plan,
    "complete_plan_contact": _kept,
    "extend": _extend,
    "handover_on_call": _hand_out,
    "record_ack": _ack,
    "call_112": _call_112,
    "attest_note": _attest,
    "complete_task": _complete,
    "reassign_task": _reassign,
    "handover": _hand_over,
    "resolve_elsewhere": _elsewhere,
    "retract_assessment": lambda pair, by, chance: {"rationale": "Skriven om fel person."},
    "dismiss_flag": lambda pair, by, chance: {
        "reason": chance.choice(("misclick", "wrong_contact")),
        "rationale": "Fel.",
    },
    "record_safe_online": lambda pair, by, chance: {
        "answer": chance.choice(("yes", "no", "no", "not_applicable")),
        "via": "chat",
        "reason": "Enligt patienten.",
    },
    "offer_alternative": lambda pair, by, chance: {
        "kind": chance.choice(("phone", "physical")),
        "answer": chance.choice(("accepted", "declined", None)),
    },
    "choose_route": lambda pair, by, chance: {
        "route": chance.choice(("book", "plan", "same_day", "psychiatric_emergency", "on_call", "emergency_112")),
        "rationale": "Efter samtal.",
    },
    "record_guardian_note": lambda pair, by, chance: {
        "informed": chance.choice(("yes", "no")),
        "rationale": "Efter samtal med patienten.",
        "child_protection_considered": True,
    },
    "close_last_resort": lambda pair, by, chance: {
        "rationale": "Avböjer all vård.",
        "safety_information": chance.random() < 0.7,
    },
    "log_call": lambda pair, by, chance: {"reached": chance.random() < 0.25, "note": "Ringt."},
    "message": lambda pair, by, chance: {"text": "Hur har du det?", "expects_reply": chance.random() < 0.7},
    "record_asked": lambda pair, by, chance: (
        {"outcome": "asked_none", "note": "Nej."}
        if chance.random() < 0.8
        else {"outcome": "not_asked", "reason": "Ett barn.", "note": "Mamma skriver."}
    ),
}
