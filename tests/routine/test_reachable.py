"""No patient is forgotten, by construction: every state a chat can reach owes somebody something, or is watched.

From submitted chats, all decisions, events and steps of time are tried until nothing new turns up. Two cases count as
the same where they differ only in instants, texts and how often something was done; what is kept apart is in `Key`.
"""

from collections import Counter, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import pytest

from routine.actors import Actor
from routine.chat import suspicion
from routine.chat.case import (
    Chat,
    Closed,
    CloseRequested,
    Completed,
    Grace,
    InHand,
    open_errands,
    open_notes,
    pending_handover,
)
from routine.chat.closing import blocks
from routine.chat.deadlines import deadlines
from routine.chat.decide import allowed, decide
from routine.chat.decisions import TYPES
from routine.chat.elapse import Name, elapse, next_due
from routine.chat.hear import hear
from routine.chat.owed import owed
from routine.chat.row import row, state_of, suicide_state, word_of
from routine.chat.view import view
from routine.handover import unspent
from routine.hours import local_date
from routine.refusals import Refusal
from routine.tasks import ERRANDS, Kind
from routine.unit import Unit
from routine.worklist import LEFT
from tests.routine.bodies import Body, body
from tests.routine.traces import GATES, event_of
from tests.routine.world import AUD1, D1, K1, LITERAL, N1, N2, N9, P2, PROTECTED, REC1, VC_T, VCH, at, chat, decision

ACTORS = (N1, N2, D1, VCH)
STOPPERS = (K1, REC1)
OUTSIDERS = (*STOPPERS, AUD1, N9)
ANYBODYS = {"stop_messages", "flag_suspicion", "call_112"}
"""What all staff of the unit may decide (R59, R73)."""
BOUND = 1_000
"""More states than this, and the abstraction leaks: something grows without end."""

OTHERWISE: dict[str, tuple[Body, ...]] = {
    "message": ({"text": "Vila.", "expects_reply": False}, {"phrase": "Stängning"}),
    "log_call": ({"reached": True, "note": "Pratat."},),
    "record_consent": ({"given": False, "wording": "Nej."},),
    "request_close": ({"grace": "none"},),
    "handover": ({"to": {"hsa_id": N1.hsa_id}}, {"to": {"hsa_id": D1.hsa_id}}),
}
"""Further bodies of a decision, where they lead elsewhere than the plain one."""

CASES: dict[str, tuple[str, Unit, dict[str, Any]]] = {
    "open hours": ("2026-11-24 10:00", VC_T, {"priority": 4}),
    "after closing, urgent": ("2026-11-24 18:30", LITERAL, {"priority": 1}),
    "Friday evening, a sign": ("2026-11-27 18:30", VC_T, {"priority": 4, "sign": True}),
    "the day before Christmas, untriaged": ("2026-12-23 16:20", VC_T, {"priority": None, "triaged": False}),
    "Friday before closing, literal grace": ("2026-11-27 15:50", LITERAL, {"priority": 2}),
    "no times, wrong person": ("2026-11-24 15:50", VC_T, {"priority": 3}),
    "reminded by SMS": ("2026-11-24 10:00", LITERAL, {"priority": 4}),
    "in despair": ("2026-11-24 15:50", VC_T, {"priority": 4, "area": "mental_health"}),
    "protected, and a sign": ("2026-11-24 15:50", VC_T, {"sign": True, "standing": PROTECTED}),
    "for somebody else": ("2026-11-24 10:00", LITERAL, {"on_behalf_of": {"personnummer": P2}}),
    "a pathway beside it": ("2026-11-24 15:50", VC_T, {"priority": 4}),
}
PLAIN_EVENTS = ("wrote", "withdrew", "withdrew with words", "known", "register silent")
EVENTS_OF: dict[str, tuple[str, ...]] = {
    "Friday evening, a sign": ("wrote", "withdrew", "despaired", "protected"),
    "no times, wrong person": ("wrote", "withdrew", "staff told"),
    "reminded by SMS": ("wrote", "sms sent", "sms refused", "sms protected", "reported failed", "protected"),
    "in despair": ("wrote", "despaired", "withdrew"),
    "protected, and a sign": ("wrote", "despaired", "withdrew", "known"),
    "for somebody else": ("wrote", "despaired", "protected"),
    "a pathway beside it": ("wrote", "pathway begun", *(name for name in GATES if name != "gate waits")),
}
"""What is heard, where it is not `PLAIN_EVENTS`."""
GONE = Grace | Closed | Completed
CLOSING = ("request_close", "confirm_close", "waive_note")
DECIDED: dict[str, tuple[str, ...]] = {
    "Friday evening, a sign": (
        *("pick", "take_over", "message", "release"),
        *("complete_task", "moved_outside", "waive_note"),
    ),
    "no times, wrong person": (
        *("pick", "message", "keep_for_slot", "offer_slot", "book_slot", "resolve_kept"),
        *("mark_wrong_person", "unmark_wrong_person", "take_over", "no_action_needed", *CLOSING),
    ),
    "reminded by SMS": (
        *("pick", "sms_reminder", "stop_messages", "contact_preference", "complete_task", "moved_outside", *CLOSING),
    ),
    "in despair": (
        *("pick", "message", "take_over", "release", "no_action_needed", "record_asked", "resolve_elsewhere"),
        *CLOSING,
    ),
    "protected, and a sign": (
        *("pick", "release", "record_consent", "handover", "keep_for_slot", "resolve_kept"),
        *("log_call", "complete_task", "moved_outside", "waive_note", "attest_note", "reassign_task"),
    ),
    "for somebody else": ("pick", "message", "mark_wrong_person", "moved_outside", "request_close", "confirm_close"),
    "a pathway beside it": (*("pick", "message", "flag_suspicion", "assess", "call_112", *CLOSING),),
}
"""What is followed further in a world that is about something; what is decided otherwise is only looked at.

The worlds that are about nothing follow what `BESIDE` does not name.
"""
BESIDE = (
    *("sms_reminder", "stop_messages", "contact_preference", "keep_for_slot", "offer_slot", "book_slot"),
    *("resolve_kept", "mark_wrong_person", "unmark_wrong_person", "moved_outside"),
    *("flag_suspicion", "record_asked", "resolve_elsewhere", "assess", "call_112"),
)
MAIN = tuple(name for name in TYPES if name not in BESIDE)
OFFERED_YET = (("handover", "CONSENT_REQUIRED"), ("sms_reminder", "RATE_LIMIT"))
"""What is offered although what was said, or the clock, may refuse it."""


class Key(NamedTuple):
    """What keeps two cases apart in the walk."""

    state: str
    word: str
    holder: str
    open: bool
    pending: str
    note: bool
    reopened: bool
    consented: bool
    token: str
    tier: str
    gate: str
    begun: bool
    assessor: bool
    open_gate: bool
    elsewhere: bool
    wrong: bool
    errands: tuple[str, ...]
    protected: bool
    planned: bool


def key(case: Chat, now: datetime) -> Key:
    word, holder, pending = word_of(case), case.holder, pending_handover(case)
    return Key(
        state=state_of(case),
        word=word.word if word else "",
        holder=holder.role if holder else "",
        open=case.unit.hours.is_open(now),
        pending=type(pending.to).__name__ if pending else "",
        note=bool(open_notes(case)),
        reopened=case.reopened_until is not None,
        consented=isinstance(case.state, InHand) and unspent(case.consents) is not None,
        token=case.state.grace if isinstance(case.state, CloseRequested) else "",
        tier=suicide_state(case) or "",
        gate=(case.gate.suicide_state or case.gate.tier) if case.gate else "",
        begun=case.pathway_begun,
        assessor=case.assessor is not None,
        open_gate=not suspicion.blocks(case),
        elsewhere=case.resolved_elsewhere,
        wrong=case.wrong_person,
        errands=tuple(sorted({each.kind for each in open_errands(case)} - {Kind.SMS_IMPOSSIBLE})),
        protected=case.protected,
        planned=any(each.status == "planned" for each in case.sent),
    )


@dataclass
class Walk:
    """What a walk has seen."""

    seen: set[Key]
    accepted: Counter[str]
    steps: int = 0
    events: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()


@cache
def walk(name: str) -> Walk:
    """Everything that can become of the case in that world."""
    submitted, of, fields = CASES[name]
    begun, now = chat(submitted, of=of, **fields), at(submitted)
    found = Walk(
        seen={key(begun, now)},
        accepted=Counter(),
        events=EVENTS_OF.get(name, PLAIN_EVENTS),
        follows=DECIDED.get(name, MAIN),
    )
    waiting = deque([(begun, now)])
    while waiting:
        case, now = waiting.popleft()
        is_watched(case)
        case = elapse(case, now)
        is_watched(case)
        is_shown(case)
        for after, then in successors(case, now, found):
            found.steps += 1
            keeps_its_signs(case, after)
            if (what := key(after, then)) not in found.seen:
                found.seen.add(what)
                assert len(found.seen) <= BOUND, what
                waiting.append((after, then))
    return found


def keeps_its_signs(before: Chat, after: Chat) -> None:
    """A sign never disappears, and such a case leaves only through an open gate, or outside because of protection."""
    assert after.signs[: len(before.signs)] == before.signs
    assert row(after).tier == ("suicide" if after.has_sign else "normal")
    if after.has_sign and isinstance(after.state, GONE) and not isinstance(before.state, GONE):
        if isinstance(after.state, Grace) or after.state.outcome != "moved_outside":
            assert not blocks(before)
            assert not blocks(after)
        else:
            assert after.protected


def is_watched(case: Chat) -> None:
    """Somebody owes something, or a named timer waits for the patient."""
    if case.ended:
        assert next_due(case) is None
        assert owed(case) == ()
        return
    tasks = owed(case)
    if the_pathway_watches(case) and not tasks:
        return
    due = next_due(case)
    assert due is not None
    assert due.summary
    for task in tasks:
        assert task.next_rung is not None
        assert task.next_rung.to
        assert task.next_rung.at >= task.due_at
        assert task.due_at >= task.opened_at
    for_us = [task for task in tasks if task.kind not in (Kind.DOC_NOTE, *ERRANDS)]
    state = state_of(case)
    if state in ("awaiting_patient", "closed_grace"):
        assert not for_us
        watch = {"awaiting_patient": Name.CLOSING_LIST, "closed_grace": Name.GRACE}[state]
        assert watch.value in [each.name for each in deadlines(case)]
    else:
        assert tasks, "nobody owes anything"
        assert for_us or case.restricted or state in ("closed", "moved_outside", "excluded_wrong_person")
        reviewed = Kind.SAFETY_REVIEW in [task.kind for task in tasks] or the_pathway_watches(case)
        assert for_us or state in LEFT or reviewed
    if isinstance(case.state, CloseRequested):
        assert any(task.kind in ("reply", "follow_up") for task in tasks)


def the_pathway_watches(case: Chat) -> bool:
    """Whether it is the pathway that owes what is left: the record, or what staff saw in a restricted contact."""
    if isinstance(case.state, Closed):
        return case.gate is not None and case.gate.record_owed
    return case.restricted and (case.wants_pathway or case.pathway_begun)


def is_shown(case: Chat) -> None:
    """The row and the view never fail, for anybody, and JSON holds all of it."""
    shown = view(case, N1)
    assert shown.model_dump_json(by_alias=True)
    assert row(case).tasks == shown.tasks
    assert (shown.state, shown.tier) == (state_of(case), "suicide" if case.has_sign else "normal")
    assert Chat.model_validate_json(case.model_dump_json()) == case
    for by in OUTSIDERS:
        assert set(allowed(case, by)) <= (ANYBODYS if by in STOPPERS else set())


def successors(case: Chat, now: datetime, found: Walk) -> list[tuple[Chat, datetime]]:
    """What every decision, event and step of time makes of the case; `allowed` is held to its word on the way."""
    checked = ACTORS[len(found.seen) % len(ACTORS)]
    after = [(each, now) for by in ACTORS for each in decided(case, by, now, found, everything=by is checked)]
    after += [(hear(case, event_of(case, name), now), now) for name in found.events]
    if due := next_due(case):
        for then in (due.at - timedelta(seconds=1), due.at, turn(case, now)):
            if then > now:
                after.append((elapse(case, then), then))
    for each, _ in after:
        assert len(each.lines) >= len(case.lines)
        assert len(each.alerts) >= len(case.alerts)
    return after


def turn(case: Chat, now: datetime) -> datetime:
    """When the unit next opens or closes."""
    hours = case.unit.hours
    closing = hours.closing_of(local_date(now))
    return closing if closing and hours.is_open(now) else hours.next_opening(now)


def decided(case: Chat, by: Actor, now: datetime, found: Walk, *, everything: bool) -> list[Chat]:
    """What her decisions make of it. With `everything` she also tries what she is not offered."""
    may, after = allowed(case, by), []
    for name in TYPES if everything else (each for each in may if each in found.follows):
        answer = decide(case, decision(body(case, name, by)), by, now)
        if isinstance(answer, Chat):
            assert name in may, f"{name} is not offered, yet accepted from {by.hsa_id}"
            found.accepted[name] += 1
            if name in found.follows:
                after.append(answer)
            else:
                is_watched(answer)
                keeps_its_signs(case, answer)
        elif name in may:
            assert (name, answer.code) in OFFERED_YET, f"{name} is offered, and {answer.code}"
        for fields in OTHERWISE.get(name, ()) if name in may else ():
            other = decide(case, decision({"type": name, **fields}), by, now)
            assert isinstance(other, Refusal) or name in may
            if isinstance(other, Chat) and name in found.follows:
                after.append(other)
    return after


FLAGS = (
    "note",
    "reopened",
    "consented",
    "assessor",
    "open_gate",
    "elsewhere",
    "begun",
    "wrong",
    "protected",
    "planned",
)
AT_ANY_HOUR = {
    *("queued", "in_progress", "awaiting_patient", "handover_pending", "kept_for_slot", "closed_grace", "closed"),
}
USUAL = {
    *("queued", "in_progress", "awaiting_patient", "handover_pending", "close_requested"),
    *("closed_grace", "closed", "completed", "note", "reopened", "consented"),
}
REACHED: dict[str, set[str]] = {
    **dict.fromkeys((name for name in CASES if name not in DECIDED), USUAL),
    "Friday evening, a sign": {
        *("queued", "in_progress", "awaiting_patient", "moved_outside", "suspected"),
        *("note", "protected", "move_outside"),
    },
    "no times, wrong person": USUAL - {"handover_pending", "consented"}
    | {"kept_for_slot", "excluded_wrong_person", "wrong"},
    "reminded by SMS": {
        *("queued", "in_progress", "close_requested", "closed_grace", "closed", "completed", "moved_outside"),
        *("note", "reopened", "protected", "planned", "sms_failed", "move_outside"),
    },
    "in despair": USUAL - {"handover_pending", "consented"} | {"screening_hit", "open_gate", "elsewhere"},
    "protected, and a sign": {
        *("queued", "in_progress", "handover_pending", "kept_for_slot", "moved_outside"),
        *("suspected", "safety_review", "note", "consented"),
    },
    "for somebody else": {
        *("queued", "in_progress", "awaiting_patient", "close_requested", "excluded_wrong_person", "moved_outside"),
        *("note", "wrong", "protected", "screening_hit", "move_outside", "open_gate"),
    },
    "a pathway beside it": USUAL - {"handover_pending", "consented"}
    | {"suspected", "assessing", "low_ask", "released", "assessor", "open_gate", "begun"},
}
"""The states, tiers and errands each world reaches, and the flags that are met both raised and lowered."""


def reached(found: Walk) -> set[str]:
    flags = {flag for flag in FLAGS if {getattr(each, flag) for each in found.seen} == {True, False}}
    named = {name for each in found.seen for name in (each.state, each.tier, *each.errands) if name}
    return flags | {str(name) for name in named}


@pytest.mark.parametrize("name", CASES)
def test_no_patient_is_forgotten(name: str) -> None:
    """Every state that has not ended owes a task with an owner and a ladder, or a named timer waits for the patient."""
    found = walk(name)
    print(f"{name}: {len(found.seen)} states, {found.steps} steps")  # noqa: T201
    assert reached(found) == REACHED[name]
    assert set(found.follows) <= set(found.accepted), "what is followed is also accepted"
    at_hours = {(each.state, each.open) for each in found.seen}
    assert {(state, open_) for state in AT_ANY_HOUR & REACHED[name] for open_ in (True, False)} <= at_hours


def test_the_walks_together_are_not_vacuous() -> None:
    """Every state of `api.md` that a chat has, every decision, every tier and every errand is in some world."""
    everything = {each for name in CASES for each in REACHED[name]}
    assert everything - set(FLAGS) == {
        *("queued", "in_progress", "awaiting_patient", "handover_pending", "kept_for_slot", "close_requested"),
        *("closed_grace", "closed", "completed", "excluded_wrong_person", "moved_outside"),
        *("screening_hit", "suspected", "assessing", "low_ask", "released"),
        *(kind.value for kind in ERRANDS if kind is not Kind.SMS_IMPOSSIBLE),
    }
    assert set(FLAGS) <= everything
    assert {each for name in CASES for each in DECIDED.get(name, MAIN)} == set(TYPES)
