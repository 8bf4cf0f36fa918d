"""Random lives of a chat: who does what, what is heard, how the time passes. Shrinks to a readable list of moves."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from routine.actors import Actor, member
from routine.chat.case import Chat
from routine.chat.decide import allowed, decide
from routine.chat.decisions import TYPES, AnyDecision
from routine.chat.elapse import elapse, next_due
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
from routine.chat.hear import hear
from routine.gate import NO_ASSESSMENT, Gate, Taken
from routine.refusals import Refusal
from routine.unit import Unit
from tests.routine.bodies import body
from tests.routine.world import AUD1, D1, D2, K1, LITERAL, N1, N2, N9, P2, PROTECTED, VC_T, VCH, Y1, chat, decision

STARTS = ("2026-11-24 10:00", "2026-11-24 16:50", "2026-11-25 06:00", "2026-11-27 18:30", "2026-12-23 16:10")
WORKERS = (N1, N2, D1, Y1, D2, VCH)
OTHERS = (K1, AUD1, N9)
PASSES = (0.0, 1.0, 9.5, 10.0, 30.0, 45.0, 60.0, 239.0, 14 * 60.0, 24 * 60.0, 3 * 24 * 60.0)
"""Minutes."""
EVENTS: dict[str, Event] = {
    "wrote": PatientMessage(type="patient_message", text="Hej igen."),
    "withdrew": PatientWithdrew(type="patient_withdrew"),
    "withdrew with words": PatientWithdrew(type="patient_withdrew", text="Det har gått över."),
    "known": PersonKnown(found=True, name="Test Ett", protected=False, deceased=False),
    "protected": PersonKnown(found=True, name=None, protected=True, deceased=False),
    "register silent": RegisterSilent(),
    "despaired": PatientMessage(type="patient_message", text="Jag vill dö."),
    "sms sent": SmsOutcome(message_id="", status="sent"),
    "sms refused": SmsOutcome(message_id="", status="failed", reason="refused"),
    "sms unknown": SmsOutcome(message_id="", status="unknown"),
    "sms protected": SmsOutcome(message_id="", status="suppressed", reason="protected"),
    "sms deceased": SmsOutcome(message_id="", status="suppressed", reason="deceased"),
    "sms without a number": SmsOutcome(message_id="", status="failed", reason="no_mobile"),
    "sms unchecked": SmsOutcome(message_id="", status="failed", reason="register_away"),
    "reported sent": SmsReport(message_id="", status="sent"),
    "reported delivered": SmsReport(message_id="", status="delivered"),
    "reported failed": SmsReport(message_id="", status="failed"),
    "staff told": StaffTold(alerts=0),
}
ASKED_FIRST = NO_ASSESSMENT.model_copy(update={"code": "SAFE_ONLINE_UNANSWERED", "rule": "R62"})
GATES: dict[str, dict[str, Any]] = {
    "gate waits": {"suicide_state": "suspected", "blocks": (NO_ASSESSMENT,)},
    "gate taken": {"suicide_state": "assessing", "blocks": (NO_ASSESSMENT,)},
    "gate assessed": {"suicide_state": "low_ask", "level": "low", "blocks": (ASKED_FIRST,), "record_owed": True},
    "gate open": {"suicide_state": "released", "level": "low"},
    "gate last resort": {"suicide_state": "released", "level": "high"},
    "gate dismissed": {"suicide_state": None, "tier": "normal"},
}
"""What a pathway may tell of itself, as far as a chat is concerned: D1 assesses."""


def event_of(case: Chat, name: str) -> Event:
    """The event, about the last SMS of the case, all its alerts, its pathway as if it had just changed."""
    if name == "pathway begun" or name in GATES:
        # A pathway that nobody has asked for says nothing.
        if not case.wants_pathway and not case.pathway_begun:
            return StaffTold(alerts=0)
        return PathwayBegun() if name == "pathway begun" else PathwayChanged(gate=_gate(case, name))
    match EVENTS[name]:
        case SmsOutcome() | SmsReport() as event:
            last_sms = next((each.message_id for each in reversed(case.sent) if each.channel == "sms"), "K-1:M4:0")
            return event.model_copy(update={"message_id": last_sms})
        case StaffTold() as event:
            return event.model_copy(update={"alerts": len(case.alerts)})
        case event:
            return event


def _gate(case: Chat, name: str) -> Gate:
    before = case.gate
    taken = before.taken if before and before.taken else Taken(at=case.as_of, by=member(D1))
    judged = before.assessed_at if before and before.assessed_at else case.as_of
    told: dict[str, Any] = {"tier": "suicide", **GATES[name]}
    if name not in ("gate waits", "gate dismissed"):
        told["taken"] = taken
    if told.get("level"):
        told |= {
            "assessed_at": judged,
            "assessed_by": before.assessed_by if before and before.assessed_by else taken.by,
        }
    if name == "gate last resort":
        told["close_asked"] = before.close_asked if before and before.close_asked else Taken(at=case.as_of, by=taken.by)
    return Gate(version=before.version + 1 if before else 1, signs=len(case.suspicions), **told)


Move = tuple[str, Any]
"""`("allowed", (n, who))` the n-th type of decision allowed to anybody, `("any", (who, type))`, `("event", name)`,
`("pass", minutes)`, `("due", seconds)` up to so long before or after what the clock brings about next."""

PREFIXES: dict[str, tuple[str, ...]] = {
    "new": (),
    "picked": ("pick",),
    "asked": ("pick", "message"),
    "handed over": ("pick", "message", "record_consent", "handover"),
    "closing": ("pick", "message", "request_close"),
    "in grace": ("pick", "message", "request_close", "confirm_close"),
    "written in grace": ("pick", "message", "request_close", "confirm_close", "attest_note"),
    "reopened": ("pick", "message", "request_close", "confirm_close", "wrote"),
    "closed": ("pick", "log_call", "reached", "request_close none", "confirm_close"),
    "kept": ("pick", "message", "keep_for_slot"),
    "offered": ("pick", "keep_for_slot", "offer_slot"),
    "reminded": ("pick", "message", "sms_reminder"),
    "wrong person": ("pick", "mark_wrong_person", "request_close", "confirm_close"),
    "protected": ("pick", "message", "protected"),
}
"""What N1 (D1 where N1 may not see it) has done when the moves begin, a minute apart; chance alone hardly closes."""
SPECIAL: dict[str, dict[str, Any]] = {
    "reached": {"type": "log_call", "reached": True, "note": "Pratat."},
    "request_close none": {"type": "request_close", "grace": "none"},
}

HOW: dict[str, dict[str, Any]] = {
    "plain": {},
    "a yes": {"sign": True},
    "mental health": {"area": "mental_health"},
    "words": {"message": "Jag vill dö."},
    "restricted": {"sign": True, "standing": PROTECTED},
    "foreign": {"on_behalf_of": {"personnummer": P2}},
}
"""How it was sent in."""

_who = st.sampled_from(range(len(WORKERS)))
MOVES: st.SearchStrategy[Move] = st.one_of(
    st.tuples(st.just("allowed"), st.tuples(st.integers(0, len(TYPES) - 1), _who)),
    st.tuples(st.just("allowed"), st.tuples(st.integers(0, len(TYPES) - 1), _who)),
    st.tuples(st.just("any"), st.tuples(st.integers(0, 8), st.sampled_from(sorted(TYPES)))),
    st.tuples(st.just("event"), st.sampled_from(["wrote", "wrote", *EVENTS, *EVENTS, "pathway begun", *GATES])),
    st.tuples(st.just("pass"), st.sampled_from(PASSES)),
    st.tuples(st.just("due"), st.sampled_from([0, -1, 1])),
)


@dataclass(frozen=True)
class Trace:
    """How a case begins, and its moves. `how` is one of HOW."""

    start: str
    of: Unit
    how: str
    priority: int | None
    prefix: str = "new"
    moves: list[Move] = field(default_factory=list)

    def __repr__(self) -> str:
        grace = self.of.policy.grace
        begun = f"{self.start!r}, grace={grace}, how={self.how!r}, priority={self.priority}"
        return f"Trace({begun}, {self.prefix}, moves={self.moves})"

    def begun(self) -> tuple[Chat, datetime]:
        """The case as it is submitted and has come so far, and the instant then."""
        case = chat(self.start, of=self.of, priority=self.priority, **HOW[self.how])
        now = case.opened_at
        for name in PREFIXES[self.prefix]:
            now += timedelta(minutes=1)
            if name in EVENTS:
                case = hear(case, event_of(case, name), now)
                continue
            by = D1 if case.restricted else N1
            answer = decide(case, decision(SPECIAL.get(name) or body(case, name, by)), by, now)
            case = answer if isinstance(answer, Chat) else case
        return case, now


UNITS = st.sampled_from((VC_T, LITERAL))


def traces(longest: int = 25, of: st.SearchStrategy[Unit] = UNITS) -> st.SearchStrategy[Trace]:
    """Lives of at most so many moves."""
    return st.builds(
        Trace,
        start=st.sampled_from(STARTS),
        of=of,
        how=st.sampled_from(("plain", "plain", *HOW)),
        priority=st.sampled_from((1, 2, 4, None)),
        prefix=st.sampled_from(sorted(PREFIXES)),
        moves=st.lists(MOVES, min_size=3, max_size=longest),
    )


@dataclass(frozen=True)
class Stage:
    """A move as it was made: the case before and after, when, and what was decided or heard, if anything."""

    before: Chat
    after: Chat
    now: datetime
    decided: tuple[AnyDecision, Actor] | None = None
    refused: Refusal | None = None
    heard: Event | None = None


def stages(trace: Trace) -> Iterator[Stage]:
    """The trace, move by move."""
    case, now = trace.begun()
    for kind, what in trace.moves:
        if kind in ("pass", "due"):
            now = _passed(case, now, kind, what)
            yield Stage(before=case, after=(after := elapse(case, now)), now=now)
            case = after
        elif kind == "event":
            event = event_of(case, what)
            yield Stage(before=case, after=(after := hear(case, event, now)), now=now, heard=event)
            case = after
        elif chosen := _chosen(case, kind, what):
            answer = decide(case, chosen[0], chosen[1], now)
            if isinstance(answer, Refusal):
                yield Stage(before=case, after=case, now=now, decided=chosen, refused=answer)
            else:
                yield Stage(before=case, after=answer, now=now, decided=chosen)
                case = answer


def last(trace: Trace) -> tuple[Chat, datetime]:
    """The case after the trace, and the instant then."""
    case, now = trace.begun()
    for stage in stages(trace):
        case, now = stage.after, stage.now
    return case, now


def _passed(case: Chat, now: datetime, kind: str, what: float) -> datetime:
    if kind == "pass":
        return now + timedelta(minutes=what)
    due = next_due(case)
    return max(now, due.at + timedelta(seconds=what)) if due else now


def _chosen(case: Chat, kind: str, what: tuple[int, Any]) -> tuple[AnyDecision, Actor] | None:
    if kind == "any":
        by = (*WORKERS, *OTHERS)[what[0]]
        return decision(body(case, what[1], by)), by
    may = [(name, by) for by in WORKERS for name in allowed(case, by)]
    names = sorted({name for name, _ in may})
    if not names:
        return None
    name = names[what[0] % len(names)]
    whose = [by for each, by in may if each == name]
    by = whose[what[1] % len(whose)]
    return decision(body(case, name, by)), by
