"""What can happen to a contact and its pathway, as data: made at random, made again, left out to find what matters."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Literal, assert_never, get_args

from routine.actors import Actor, Role, member
from routine.chat.case import Chat, Closed, CloseRequested, Completed, Grace
from routine.chat.decisions import ConfirmClose, LogCall
from routine.chat.events import PatientMessage, PatientWithdrew, PersonKnown
from routine.refusals import Refusal
from routine.suicide_risk import meeting
from routine.suicide_risk.decide import AnyDecision as OfPathway
from routine.suicide_risk.decide import Shared
from routine.suicide_risk.decisions import (
    Assess,
    Attended,
    BookPhysical,
    Call112,
    CloseLastResort,
    DeclineBooking,
    DismissFlag,
    FlagSuspicion,
    HandoverOnCall,
    OfferAlternative,
    Own,
    RecordAck,
    RecordAsked,
    RecordGuardianNote,
    RecordSafeOnline,
    ResolveElsewhere,
    RetractAssessment,
)
from routine.suicide_risk.pathway import Pathway
from tests.routine.suicide_risk.ledger import Fact
from tests.routine.suicide_risk.pair import Pair

ROUTED = (*get_args(Own), *get_args(Shared))
DESPAIR = "Jag vill dö."


@dataclass(frozen=True)
class Decide:
    """Somebody decides. `begins`: a pathway that is opened for it is there in time, and has heard of it."""

    decision: meeting.AnyDecision
    by: Actor
    begins: bool = True


@dataclass(frozen=True)
class Hear:
    """The patient writes, or a machine answers."""

    event: PatientMessage | PatientWithdrew | PersonKnown


@dataclass(frozen=True)
class Until:
    """Time passes; `prompt`: the mail arrives as it is written."""

    at: datetime
    prompt: bool


@dataclass(frozen=True)
class Begin:
    """The pathway that was wanted has been started."""


@dataclass(frozen=True)
class Deliver:
    """A letter arrives, perhaps for the second time."""

    to: Literal["chat", "pathway"]
    letter: int


@dataclass(frozen=True)
class Settle:
    """All mail arrives, in an order that the seed says."""

    seed: int


Move = Decide | Hear | Until | Begin | Deliver | Settle


def act(pair: Pair, move: Move) -> Refusal | None:
    """The pair after the move; a refusal where it was one. What cannot be done any more does nothing."""
    pair.number += 1
    match move:
        case Decide():
            return _decide(pair, move)
        case Hear(event=event):
            _hear(pair, event)
        case Until(at=at, prompt=prompt):
            pair.pass_to(at, Random(pair.number) if prompt else None)
        case Begin():
            if pair.starting is not None:
                pair.begin()
        case Deliver(to=to, letter=letter):
            if to == "chat" and letter < len(pair.to_chat.sent):
                pair.to_the_chat(pair.to_chat.deliver(letter))
            if to == "pathway" and letter < len(pair.to_pathway.sent):
                pair.to_the_pathway(pair.to_pathway.deliver(letter))
        case Settle(seed=seed):
            pair.settle(Random(seed))
        case _:
            assert_never(move)
    return None


def _decide(pair: Pair, move: Decide) -> Refusal | None:
    decision, by = move.decision, move.by
    if isinstance(decision, ConfirmClose) and isinstance(pair.chat.state, CloseRequested):
        decision = decision.model_copy(update={"token": pair.chat.state.token})
    whose = "chat"
    if isinstance(decision, ROUTED):
        whose = meeting.owner(decision, *pair.met(), by)
    if whose == "chat":
        if isinstance(decision, Own) and not isinstance(decision, ResolveElsewhere | Assess | Call112):
            return meeting.without_pathway(pair.chat, type(decision), by)
        return pair.on_chat(decision, by, lambda chat: _on_contact(pair, chat, decision))
    if whose == "open":
        refused = pair.on_chat(decision, by, lambda chat: _on_contact(pair, chat, decision))  # type: ignore[arg-type]
        if refused or not move.begins:
            return refused
        pair.settle(Random(pair.number))
    if pair.pathway is None:
        return None
    assert isinstance(decision, OfPathway)
    judged = decision
    return pair.on_pathway(judged, by, lambda pathway: _on_pathway(pair, pathway, judged, by))


def _hear(pair: Pair, event: PatientMessage | PatientWithdrew | PersonKnown) -> None:
    text = getattr(event, "text", None)
    if pair.chat.hears and text:
        # The clock comes first: what it has brought about by now is in what the words meet.
        if isinstance(pair.chat.state, Grace):
            pair.contacted.facts.append(Fact("reopened", pair.now))
        pair.contacted.facts.append(Fact("word", pair.now))
        pair.contacted.own_resolved, pair.contacted.spoken = False, pair.number
        if text == DESPAIR:
            pair.contacted.hits.append(pair.number)
    pair.hear(event)


def _on_contact(pair: Pair, after: Chat, decision: meeting.AnyDecision) -> None:
    """What the checker writes down of a decision that the contact has accepted."""
    facts, known = pair.contacted.facts, pair.contacted
    match decision:
        case FlagSuspicion() | Assess() | Call112():
            known.flags += 1
            known.own_resolved, known.spoken = False, pair.number
            facts.append(Fact("flag", pair.now))
        case LogCall(reached=reached):
            facts.append(Fact("reached" if reached else "call", pair.now))
        case RecordAsked():
            known.asked_her()
        case ResolveElsewhere():
            known.own_resolved = True
        case _:
            pass
    if _outside(after) and not _outside(pair.chat):
        facts.append(Fact("outside", pair.now))


def _outside(chat: Chat) -> bool:
    return isinstance(chat.state, Closed | Completed) and chat.state.outcome == "moved_outside"


def _on_pathway(pair: Pair, after: Pathway, decision: OfPathway, by: Actor) -> None:
    """What the checker writes down of a decision that the pathway has accepted."""
    ledger, now = pair.ledger, pair.now
    match decision:
        case Assess(level=level, reasonable_certainty=certain, not_called_because=because):
            ledger.assess(by.hsa_id, level, now, pair.number, certain=certain, because=bool(because))
        case RetractAssessment():
            ledger.retract()
        case DismissFlag():
            ledger.dismissed()
        case RecordSafeOnline(answer=answer):
            ledger.answered(answer)
        case OfferAlternative(answer=answer):
            ledger.offered(answer)
        case Attended():
            ledger.attended()
        case HandoverOnCall(target=target):
            ledger.handed(after.outside[-1].handover_id, target, now, by_assessor=by.has(Role.ASSESSOR))
        case Call112(received_by=received_by, reference=reference):
            ident = after.outside[-1].handover_id
            ledger.called_112(ident, now, by_assessor=by.has(Role.ASSESSOR))
            if received_by and reference:
                ledger.acked(ident, "accepted")
        case RecordAck(outcome=outcome, handover_id=ident):
            ledger.acked(ident, outcome)
        case CloseLastResort(safety_information=safety):
            ledger.last_resort(now, safety=safety)
        case ResolveElsewhere(outcome=outcome):
            ledger.resolved(outcome, pair.number)
        case BookPhysical():
            ledger.booked()
        case DeclineBooking():
            ledger.opposed()
        case RecordGuardianNote():
            ledger.guardians = True
        case _:
            if decision.type == "attest_note":
                ledger.attested(member(by).hsa_id)


def shown(move: Move, started: datetime) -> str:
    """A line of a trace."""
    match move:
        case Decide(decision=decision, by=by):
            said = decision.model_dump(exclude={"type"}, exclude_defaults=True, mode="json")
            late = "" if move.begins else " (what it opens comes late)"
            return f"{by.hsa_id.partition('-')[2]} {decision.type} {said}{late}"
        case Until(at=at, prompt=prompt):
            return f"until {at.isoformat(timespec='seconds')} (+{at - started}){' prompt' if prompt else ''}"
        case _:
            return str(move)
