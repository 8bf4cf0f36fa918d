"""Every step the core lets a chat take, from every state: what the diagram is held against, besides the stories.

Cases count as the same where they differ only in instants, texts and how often something was done (`_key`).
"""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from audit.chats import CHAT, place_of
from audit.steps import Step, Walked
from routine.actors import Actor, member
from routine.chat.case import Chat, CloseRequested, Grace, InHand, RegisterAway, open_errands, open_notes
from routine.chat.decide import allowed
from routine.chat.decisions import TYPES
from routine.chat.elapse import next_due, with_errand
from routine.chat.events import (
    Event,
    PathwayBegun,
    PathwayChanged,
    PatientMessage,
    PatientWithdrew,
    PersonKnown,
    RegisterSilent,
    SmsOutcome,
    SmsReport,
    StaffTold,
)
from routine.chat.owed import waits
from routine.chat.row import state_of, word_of
from routine.gate import Block, Gate, Post, Taken
from routine.handover import unspent
from routine.hours import at_local, local_date
from routine.tasks import ERRANDS, Kind
from tests.processes.walking import walk
from tests.routine.world import D1, N1, N2, REC1, VC_T, at, chat, decision

ACTORS: tuple[Actor, ...] = (N1, N2, D1)
EVENING = time(18, 30)
BOUND = 1_000
"""More cases than this, and something grows without end."""
LEADS_NOWHERE = (
    *("internal_note", "set_urgency", "stop_messages", "contact_preference", "reassign_task", "record_asked"),
    *("resolve_elsewhere",),
)
"""Once from each state is enough."""
PLAIN: dict[str, tuple[dict[str, Any], ...]] = {
    "pick": ({},),
    "take_over": ({"reason": "absent"},),
    "message": ({"text": "Hur mår du?"}, {"text": "Vila.", "expects_reply": False}),
    "log_call": ({"reached": True, "note": "Pratat."}, {"reached": False, "note": "Inget svar."}),
    "internal_note": ({"text": "Ringer i morgon."},),
    "release": ({},),
    "set_urgency": ({"priority": 2, "rationale": "Feber."},),
    "record_consent": ({"given": True, "wording": "Ja."},),
    "handover": ({"to": {"role": "physician"}},),
    "accept_handover": ({},),
    "decline_handover": ({"reason": "Hinner inte."},),
    "recall_handover": ({},),
    "request_close": ({}, {"grace": "none"}),
    "withdraw_close": ({},),
    "no_action_needed": ({"note": "Ett tack."},),
    "sms_reminder": ({},),
    "stop_messages": ({"reason": "Anhörig bad om det."},),
    "contact_preference": ({"sms": False},),
    "keep_for_slot": ({"note": "Inga tider."},),
    "offer_slot": ({"start": "2027-03-01T10:30:00+01:00"},),
    "book_slot": ({"start": "2027-03-01T10:30:00+01:00"},),
    "resolve_kept": ({"outcome": "not_needed", "note": "Bra nu."},),
    "mark_wrong_person": ({},),
    "unmark_wrong_person": ({"reason": "Läste fel."},),
    "moved_outside": ({"how": "brev", "note": "Kallad."},),
    "flag_suspicion": ({"observation": "Skriver om döden."},),
    "record_asked": ({"outcome": "asked_none", "note": "Nej."},),
    "resolve_elsewhere": ({"outcome": "seen_elsewhere", "source": "journal", "rationale": "Läst."},),
    "assess": (
        {
            "level": "low",
            "step": "dodstankar",
            "risk_factors": ["ensam"],
            "protective_factors": ["familj"],
            "sources": ["chat"],
            "rationale": "Sammanvägt.",
        },
    ),
    "call_112": ({},),
}


@dataclass(frozen=True)
class Begin:
    """How a case begins, and what is not tried on it: another case shows that, and together they would take minutes."""

    fields: dict[str, Any] = field(default_factory=dict)
    restricted: bool = False
    protected: bool = False
    sms: bool = False
    without: tuple[str, ...] = ()
    only: tuple[str, ...] = tuple(TYPES)
    gates: tuple[str, ...] = ()
    """What the pathway says."""
    actors: tuple[Actor, ...] = ACTORS


SHUT = Block(code="NO_ASSESSMENT", rule="R58", text="Ska bedömas.")
SUSPECTING = ("flag_suspicion", "assess", "call_112", "record_asked", "resolve_elsewhere")
CLOSING = ("request_close", "confirm_close", "attest_note")
WRONG = ("mark_wrong_person", "unmark_wrong_person")
CASES: dict[str, Begin] = {
    "plain": Begin(without=("sms_reminder", *SUSPECTING)),
    "sms and registers": Begin(
        sms=True,
        only=("pick", "sms_reminder", "complete_task", "moved_outside", *CLOSING),
    ),
    "sms about somebody else": Begin(
        sms=True,
        only=("pick", "sms_reminder", "mark_wrong_person", "request_close", "confirm_close", "complete_task"),
    ),
    "a protected person's yes": Begin({"sign": True}, restricted=True, without=(*WRONG, *SUSPECTING)),
    "protected": Begin(protected=True, without=("take_over", "log_call", *SUSPECTING)),
    "suspected": Begin(
        only=("pick", "take_over", "release", *CLOSING, *SUSPECTING),
        gates=("taken", "assessed", "shut"),
        actors=(N1, D1, REC1),
    ),
    "suspected while it waits": Begin(
        only=("pick", "record_consent", "handover", "keep_for_slot", *SUSPECTING),
        gates=("taken", "asked", "assessed"),
        actors=(N1, D1),
    ),
    "the pathway lets go": Begin(
        {"sign": True},
        only=("pick", "message", *CLOSING, "flag_suspicion"),
        gates=("assessed", "owed", "written", "last resort"),
        actors=(N1, D1),
    ),
    "suspected outside": Begin(
        protected=True, only=("pick", "message", "moved_outside", "attest_note", *SUSPECTING), gates=("owed", "written")
    ),
}


def walked(name: str) -> list[Walked[Chat]]:
    """Everything that can become of the case, one entry for each kind of step from each kind of case."""
    how = CASES[name]
    first, now = _begun(how), at("2026-11-24 10:00")

    def following(
        case: Chat, now: datetime, found: dict[Step, Walked[Chat]]
    ) -> Iterator[tuple[Walked[Chat], datetime]]:
        return _successors(case, now, how, found)

    return walk(CHAT.begun(first), now, following, _key, BOUND)


def _begun(how: Begin) -> Chat:
    case = chat("2026-11-24 10:00", of=VC_T, **how.fields)
    if how.restricted:
        case = with_errand(case.model_copy(update={"restricted": True}), Kind.SAFETY_REVIEW, case.opened_at)
    return CHAT.heard(case, _known(protected=True), case.opened_at).case if how.protected else case


def _known(*, protected: bool) -> PersonKnown:
    return PersonKnown(found=True, name="Test Ett", protected=protected, deceased=False)


def _key(case: Chat, now: datetime) -> Hashable:
    word, state, until = word_of(case), case.state, case.reopened_until
    return (
        state_of(case),
        type(state).__name__,
        word.word if word else None,
        bool(open_notes(case)),
        bool(open_errands(case)),
        isinstance(state, Grace) and case.unit.hours.is_open(now),
        isinstance(state, InHand) and until is not None and ("running" if until > now else "over"),
        isinstance(state, InHand) and unspent(case.consents) is not None,
        isinstance(state, CloseRequested) and state.grace,
        case.wrong_person,
        case.protected,
        _gate_key(case.gate),
        case.suspected,
        case.hit,
        case.pathway_begun,
        isinstance(state, InHand) and isinstance(case.person, RegisterAway),
        *{each.status for each in case.sent if each.channel == "sms"},
    )


def _gate_key(gate: Gate | None) -> Hashable:
    return gate and (
        gate.tier,
        bool(gate.blocks),
        gate.taken and gate.taken.by,
        gate.record_owed,
        bool(gate.close_asked),
    )


def _successors(
    case: Chat, now: datetime, how: Begin, found: dict[Step, Walked[Chat]]
) -> Iterator[tuple[Walked[Chat], datetime]]:
    place = place_of(case)
    for by in how.actors:
        for name in allowed(case, by):
            if name in how.without or name not in how.only:
                continue
            if name in LEADS_NOWHERE and Step(name, place, place) in found:
                continue
            for body in _bodies(case, name, by):
                after = CHAT.decided(case, decision({"type": name, **body}), by, now)
                if isinstance(after, Walked):
                    yield after, now
    for event in _events(case, now, how):
        if not case.ended:
            yield CHAT.heard(case, event, now), now
    due = next_due(case)
    if due is not None:
        for then in (due.at, max(now, at_local(local_date(now), EVENING))):
            yield CHAT.passed(case, then), then


def _gates(case: Chat, now: datetime, kinds: tuple[str, ...]) -> Iterator[Gate]:
    """What the pathway may say, one thing at a time."""
    before = case.gate or Gate(version=0, signs=0, tier="suicide", suicide_state="suspected", blocks=(SHUT,))
    heard = before.model_copy(update={"version": before.version + 1, "signs": len(case.suspicions)})
    taken = Taken(at=now, by=member(D1))
    may: dict[str, dict[str, Any]] = {
        "taken": {"taken": taken},
        "asked": {"posts": (*before.posts, Post(post_id="p1", template="M13", at=now, by=member(D1)))},
        "assessed": {"taken": before.taken or taken, "assessed_at": now, "assessed_by": member(D1), "blocks": ()},
        "owed": {"record_owed": True},
        "written": {"record_owed": False},
        "shut": {"blocks": (SHUT,)},
        "last resort": {"close_asked": taken, "blocks": ()},
    }
    for kind in kinds:
        yield heard.model_copy(update=may[kind])


def _events(case: Chat, now: datetime, how: Begin) -> list[Event]:
    events: list[Event] = [
        PatientMessage(type="patient_message", text="Hej igen."),
        PatientWithdrew(type="patient_withdrew"),
        PatientWithdrew(type="patient_withdrew", text="Det har gått över."),
        _known(protected=case.protected),
        StaffTold(alerts=len(case.alerts)),
    ]
    if case.wants_pathway:
        events.append(PathwayBegun())
    if case.pathway_begun:
        events += [PathwayChanged(gate=gate) for gate in _gates(case, now, how.gates)]
    if how.sms:
        events += [RegisterSilent(), _known(protected=True)]
    for sent in [each for each in case.sent if each.channel == "sms"][-1:]:
        events.append(SmsOutcome(message_id=sent.message_id, status="sent"))
        events.append(SmsReport(message_id=sent.message_id, status="failed"))
    return events


def _bodies(case: Chat, name: str, by: Actor) -> tuple[dict[str, Any], ...]:
    match name:
        case "confirm_close":
            return ({"token": case.state.token},) if isinstance(case.state, CloseRequested) else ()
        case "attest_note":
            words = {"current": "Hosta.", "assessment": "Viros."}
            return tuple({"task_id": each, **words} for each in _written_by(case, by))
        case "waive_note":
            return tuple({"task_id": each, "reason": "administrative"} for each in _written_by(case, by))
        case "complete_task":
            kinds = (Kind.FOLLOW_UP, *ERRANDS)
            tasks = {wait.kind: wait.task_id for wait in waits(case) if wait.kind in kinds}
            return tuple({"task_id": each, "outcome": "done", "note": "Klart."} for each in tasks.values())
        case "reassign_task":
            given = [wait.task_id for wait in waits(case) if wait.kind is not Kind.HANDOVER_ACCEPT][:1]
            return tuple({"task_id": each, "to": {"hsa_id": N2.hsa_id}, "reason": "Går hem."} for each in given)
        case _:
            return PLAIN[name]


def _written_by(case: Chat, by: Actor) -> list[str]:
    return [note.task_id for note in open_notes(case) if note.documenter == by.hsa_id][:1]
