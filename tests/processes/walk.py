"""Every step the core lets a chat take, from every state: what the diagram is held against, besides the stories.

Cases count as the same where they differ only in instants, texts and how often something was done (`_key`).
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from audit.steps import Step, Walked, begun, decided, heard, passed, place_of
from routine.actors import Actor
from routine.chat.case import Chat, CloseRequested, Grace, InHand, RegisterAway, open_errands, open_notes
from routine.chat.decide import allowed
from routine.chat.decisions import TYPES
from routine.chat.elapse import next_due, with_errand
from routine.chat.events import (
    Event,
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
from routine.handover import unspent
from routine.hours import at_local, local_date
from routine.tasks import ERRANDS, Kind
from tests.routine.world import D1, N1, N2, VC_T, at, chat, decision

ACTORS: tuple[Actor, ...] = (N1, N2, D1)
EVENING = time(18, 30)
BOUND = 1_000
"""More cases than this, and something grows without end."""
LEADS_NOWHERE = ("internal_note", "set_urgency", "stop_messages", "contact_preference", "reassign_task")
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


WRONG = ("mark_wrong_person", "unmark_wrong_person")
CASES: dict[str, Begin] = {
    "plain": Begin(without=("sms_reminder",)),
    "sms and registers": Begin(
        sms=True,
        only=(
            "pick",
            "sms_reminder",
            "complete_task",
            "moved_outside",
            "request_close",
            "confirm_close",
            "attest_note",
        ),
    ),
    "sms about somebody else": Begin(
        sms=True,
        only=("pick", "sms_reminder", "mark_wrong_person", "request_close", "confirm_close", "complete_task"),
    ),
    "a yes in the form": Begin({"sign": True}, without=(*WRONG, "sms_reminder", "take_over", "log_call")),
    "a protected person's yes": Begin({"sign": True}, restricted=True, without=WRONG),
    "protected": Begin(protected=True, without=("take_over", "log_call")),
}


def walked(name: str) -> list[Walked]:
    """Everything that can become of the case, one entry for each kind of step from each kind of case."""
    how = CASES[name]
    first, now = _begun(how), at("2026-11-24 10:00")
    waiting, seen = deque([(first, now)]), {_key(first, now)}
    found: dict[Step, Walked] = {step: begun(first) for step in begun(first).steps}
    while waiting:
        case, now = waiting.popleft()
        for each, then in _successors(case, now, how, found):
            for taken in each.steps:
                found.setdefault(taken, each)
            if (key := _key(each.chat, then)) not in seen:
                seen.add(key)
                assert len(seen) <= BOUND, key
                waiting.append((each.chat, then))
    return list(found.values())


def _begun(how: Begin) -> Chat:
    case = chat("2026-11-24 10:00", of=VC_T, **how.fields)
    if how.restricted:
        case = with_errand(case.model_copy(update={"restricted": True}), Kind.SAFETY_REVIEW, case.opened_at)
    return heard(case, _known(protected=True), case.opened_at).chat if how.protected else case


def _known(*, protected: bool) -> PersonKnown:
    return PersonKnown(found=True, name="Test Ett", protected=protected, deceased=False)


def _key(case: Chat, now: datetime) -> tuple[object, ...]:
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
        case.sign_accepted is not None,
        isinstance(state, InHand) and isinstance(case.person, RegisterAway),
        *{each.status for each in case.sent if each.channel == "sms"},
    )


def _successors(case: Chat, now: datetime, how: Begin, found: dict[Step, Walked]) -> Iterator[tuple[Walked, datetime]]:
    place = place_of(case)
    for by in ACTORS:
        for name in allowed(case, by):
            if name in how.without or name not in how.only:
                continue
            if name in LEADS_NOWHERE and Step(name, place, place) in found:
                continue
            for body in _bodies(case, name, by):
                after = decided(case, decision({"type": name, **body}), by, now)
                if isinstance(after, Walked):
                    yield after, now
    for event in _events(case, how):
        if not case.ended:
            yield heard(case, event, now), now
    due = next_due(case)
    if due is not None:
        for then in (due.at, max(now, at_local(local_date(now), EVENING))):
            yield passed(case, then), then


def _events(case: Chat, how: Begin) -> list[Event]:
    events: list[Event] = [
        PatientMessage(type="patient_message", text="Hej igen."),
        PatientWithdrew(type="patient_withdrew"),
        PatientWithdrew(type="patient_withdrew", text="Det har gått över."),
        _known(protected=case.protected),
        StaffTold(alerts=len(case.alerts)),
    ]
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
