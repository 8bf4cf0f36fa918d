"""Draws the states of chat and pathway from the code: `python -m tools.diagram` writes README.md, `--check` only looks.

Nothing here knows how a chat goes on. A submitted chat is walked through everything staff may decide, that is heard
and that the clock brings about, and the diagram is what was seen. Two cases count as the same where `_key` says so.
The suicide-risk pathway's walk is `tools.pathway_diagram`.
"""

import sys
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, get_args

from pydantic import TypeAdapter

from config.settings import ROOT
from config.units import load_units
from routine.actors import Actor, member
from routine.chat.access import KINDS
from routine.chat.case import Chat, CloseRequested, open_errands, open_notes
from routine.chat.decide import allowed, decide
from routine.chat.decisions import TYPES, AnyDecision, CompleteTask, Decision
from routine.chat.elapse import Name, dues, elapse, next_due
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
from routine.chat.hear import hear, opened
from routine.chat.owed import waits
from routine.chat.row import state_of, word_of
from routine.gate import NO_ASSESSMENT, Gate, Taken
from routine.handover import unspent
from routine.hours import at_local, local_date
from routine.intake import Submission, route
from routine.refusals import Refusal
from routine.tasks import Kind
from routine.unit import Unit
from starter.tables import STATES, SUICIDE_STATES
from tools import pathway_diagram
from tools.walked import Edge, Means, Stranger, Walk

README: Final = ROOT / "README.md"
CHAT: Final = "chat-states"
PATHWAY: Final = "pathway-states"

SUBMITTED: Final = datetime(2026, 11, 24, 9, tzinfo=UTC)
"""A Tuesday, in open hours."""
EVENING: Final = time(18, 30)
STRIKES: Final = 4
"""So many strikes of the clock are looked at from each case, whether or not it has come to differ by then."""
BOUND: Final = 5_000
"""More cases than this, and something grows without end."""
NEVER_MOVES: Final = frozenset({Name.RUNG, Name.DUTY, Name.REGISTER})
"""Timers that tell somebody or ask again; the state stays."""
DECISION: Final[TypeAdapter[AnyDecision]] = TypeAdapter(Decision)

Body = dict[str, Any]
Bodies = Callable[[Chat, Actor], Sequence[Body]]


def _plain(*bodies: Body) -> Bodies:
    return lambda _case, _by: bodies


def _token(case: Chat, _by: Actor) -> Sequence[Body]:
    return [{"token": case.state.token}] if isinstance(case.state, CloseRequested) else []


def _attested(case: Chat, by: Actor) -> Sequence[Body]:
    return [{"task_id": each, "current": "Hosta.", "assessment": "Viros."} for each in _own_notes(case, by)]


def _waived(case: Chat, by: Actor) -> Sequence[Body]:
    return [{"task_id": each, "reason": "administrative"} for each in _own_notes(case, by)]


def _own_notes(case: Chat, by: Actor) -> list[str]:
    return [note.task_id for note in open_notes(case) if note.documenter == by.hsa_id][:1]


def _completed(case: Chat, _by: Actor) -> Sequence[Body]:
    tasks = [wait.task_id for wait in waits(case) if wait.kind in KINDS[CompleteTask]]
    return [{"task_id": each, "outcome": "done", "note": "Läst."} for each in tasks]


def _reassigned(case: Chat, by: Actor) -> Sequence[Body]:
    tasks = [wait.task_id for wait in waits(case) if wait.kind is not Kind.HANDOVER_ACCEPT][:1]
    to = next(each.hsa_id for each in case.unit.staff if each.hsa_id != by.hsa_id)
    return [{"task_id": each, "to": {"hsa_id": to}, "reason": "Går hem."} for each in tasks]


def _start(case: Chat, _by: Actor) -> Sequence[Body]:
    return [{"start": case.as_of + timedelta(days=60)}]


JUDGED: Final[Body] = {
    "step": "dodstankar",
    "risk_factors": ["ensam"],
    "protective_factors": ["familj"],
    "sources": ["chat"],
    "rationale": "Sammanvägt.",
}
BODIES: Final[dict[str, Bodies]] = {
    "pick": _plain({}),
    "take_over": _plain({"reason": "agreed"}),
    "message": _plain({"text": "Hur mår du?"}, {"text": "Vila.", "expects_reply": False}),
    "log_call": _plain({"reached": True, "note": "Pratat."}, {"reached": False, "note": "Inget svar."}),
    "internal_note": _plain({"text": "Ringer i morgon."}),
    "release": _plain({}),
    "set_urgency": _plain({"priority": 2, "rationale": "Tilltagande."}),
    "record_consent": _plain({"given": True, "wording": "Ja."}),
    "handover": _plain({"to": {"role": "physician"}}),
    "accept_handover": _plain({}),
    "decline_handover": _plain({"reason": "Fel yrkesgrupp."}),
    "recall_handover": _plain({}),
    "request_close": _plain({}, {"grace": "none"}),
    "confirm_close": _token,
    "withdraw_close": _plain({}),
    "no_action_needed": _plain({"note": "Patienten tackar."}),
    "attest_note": _attested,
    "waive_note": _waived,
    "complete_task": _completed,
    "reassign_task": _reassigned,
    "sms_reminder": _plain({}),
    "stop_messages": _plain({"reason": "Anhörig har bett om det."}),
    "contact_preference": _plain({"sms": False}),
    "keep_for_slot": _plain({"note": "Inga tider i dag."}),
    "offer_slot": _start,
    "book_slot": _start,
    "resolve_kept": _plain({"outcome": "declined", "note": "Vill avvakta."}),
    "mark_wrong_person": _plain({}),
    "unmark_wrong_person": _plain({"reason": "Rätt person."}),
    "moved_outside": _plain({"how": "brev", "note": "Kallad."}),
    "flag_suspicion": _plain({"observation": "Skriver om döden."}),
    "record_asked": _plain({"outcome": "asked_none", "note": "Nej."}),
    "resolve_elsewhere": _plain({"outcome": "admitted", "source": "journal", "rationale": "Läst."}),
    "assess": _plain({"level": "low", **JUDGED}),
    "call_112": _plain({}),
}
"""What is sent for each decision: every way that leads elsewhere."""

EVENTS: Final[tuple[Event, ...]] = (
    PatientMessage(type="patient_message", text="Hej igen."),
    PatientWithdrew(type="patient_withdrew"),
    PatientWithdrew(type="patient_withdrew", text="Det har gått över."),
    PersonKnown(found=True, name="Test", protected=False, deceased=False),
    PersonKnown(found=True, name="Test", protected=True, deceased=False),
    RegisterSilent(),
    SmsOutcome(message_id="", status="failed", reason="refused"),
    SmsReport(message_id="", status="failed"),
    StaffTold(alerts=0),
    PathwayBegun(),
    *(
        PathwayChanged(gate=Gate(version=0, signs=0, suicide_state=state, tier=tier, blocks=shut, record_owed=owed))
        for state, tier, shut, owed in (
            ("assessing", "suicide", (NO_ASSESSMENT,), False),
            ("acknowledged", "suicide", (), True),
            ("released", "suicide", (), False),
            (None, "normal", (), False),
        )
    ),
)
"""What is heard; what is about an SMS is about the case's last one, what a pathway tells is about the suspicions."""


def check_complete() -> None:
    """Raises Stranger if a decision, an event or a state is missing here."""
    if odd := set(TYPES) ^ set(BODIES):
        raise Stranger(f"BODIES and routine.chat.decisions.TYPES differ in {', '.join(sorted(odd))}")
    if new := set(get_args(Event)) - {type(event) for event in EVENTS}:
        raise Stranger(f"EVENTS has no {', '.join(sorted(each.__name__ for each in new))}")


Moment = tuple[Chat, datetime]


def walk() -> Walk:
    """Everything that can become of the chats, until nothing new turns up. Raises Stranger."""
    check_complete()
    found = Walk()
    unit = load_units(ROOT / "config" / "demo").snapshot("VC-T", SUBMITTED)
    assert unit is not None
    begun = _submitted(unit)
    found.begun.add(state_of(begun))
    waiting, seen = deque([(begun, SUBMITTED)]), {_key(begun, SUBMITTED)}
    while waiting:
        case, now = waiting.popleft()
        _look(case, found)
        for moment in _successors(case, now, found):
            if (key := _key(*moment)) not in seen:
                seen.add(key)
                waiting.append(moment)
        if len(seen) > BOUND:
            raise Stranger(f"more than {BOUND} cases that differ: _key keeps apart what is the same")
    return found


def _submitted(unit: Unit) -> Chat:
    submission = Submission.model_validate(
        {
            "kind": "chat",
            "unit": unit.code,
            "entry_channel": "1177.se",
            "auth_method": "bankid",
            "person": {"personnummer": "198804202383"},
            "message": "Hej, hostan ger sig inte.",
        }
    )
    return opened("K-1", unit, submission, route(submission, unit, SUBMITTED), SUBMITTED)


def _key(case: Chat, now: datetime) -> tuple[object, ...]:
    word, until = word_of(case), case.reopened_until
    return (
        state_of(case),
        word.word if word else None,
        case.unit.hours.is_open(now),
        bool(open_notes(case)),
        until and ("running" if until > now else "over"),
        # A suspicion asks for no consent.
        not case.has_sign and unspent(case.consents) is not None,
        case.state.grace if isinstance(case.state, CloseRequested) else None,
        _beside(case),
    )


def _beside(case: Chat) -> str | None:
    """What goes on beside the state; one of them at a time is enough to see every arrow."""
    if case.protected:
        return "protected"
    if case.has_sign:
        gate = case.gate
        return f"suspicion {gate.suicide_state if gate else case.pathway_begun}"
    if case.wrong_person:
        return "wrong person"
    return "errand" if open_errands(case) else None


def _look(case: Chat, found: Walk) -> None:
    found.states.add(type(case.state))
    if case.ended:
        found.ended.add(state_of(case))
    if not case.hears:
        found.deaf.add(state_of(case))


def _successors(case: Chat, now: datetime, found: Walk) -> Iterator[Moment]:
    for name, after in _decided(case, now):
        yield _seen(found, case, "decision", name, after), now
    for event in EVENTS:
        pathway = isinstance(event, PathwayBegun | PathwayChanged)
        if pathway and not (case.wants_pathway or case.pathway_begun):
            continue
        if case.hears or not isinstance(event, PatientMessage | PatientWithdrew):
            after = _seen(found, case, "event", event.type, hear(case, _of(case, event), now))
            yield after, now
            _struck(after, now, found)
    later = case, now
    for _ in range(STRIKES):
        later = _struck(*later, found)
        yield later
    evening = max(now, at_local(local_date(now), EVENING))
    while (due := next_due(case)) is not None and due.at <= evening:
        case, _ = _struck(case, now, found)
    yield case, evening


def _of(case: Chat, event: Event) -> Event:
    if isinstance(event, PathwayChanged):
        return PathwayChanged(gate=_gate(case, event.gate))
    if not isinstance(event, SmsOutcome | SmsReport):
        return event
    last = next((each.message_id for each in reversed(case.sent) if each.channel == "sms"), "none")
    return event.model_copy(update={"message_id": last})


def _gate(case: Chat, told: Gate) -> Gate:
    """As a pathway would tell it that has heard of every suspicion: D1 assesses, unless there was nothing."""
    before, doctor = case.gate, _actors(case.unit)[2]
    how: dict[str, Any] = {"version": before.version + 1 if before else 1, "signs": len(case.suspicions)}
    if told.tier == "suicide":
        how["taken"] = before.taken if before and before.taken else Taken(at=case.as_of, by=member(doctor))
    return told.model_copy(update=how)


def _decided(case: Chat, now: datetime) -> Iterator[tuple[str, Chat]]:
    for by in _actors(case.unit):
        for name in allowed(case, by):
            for body in BODIES[name](case, by):
                after = decide(case, DECISION.validate_python({"type": name, **body}), by, now)
                if not isinstance(after, Refusal):
                    yield name, after


def _actors(unit: Unit) -> list[Actor]:
    """Two nurses, a physician and the manager."""
    who = [unit.member(f"SE0000000000-{short}") for short in ("N1", "N2", "D1", "VCH")]
    return [Actor(hsa_id=each.hsa_id, name=each.name, roles=each.roles, unit=unit.code) for each in who if each]


def _struck(case: Chat, now: datetime, found: Walk) -> Moment:
    """The case after the clock's next strike, if it has one."""
    due = next_due(case)
    if due is None:
        return case, now
    after = elapse(case, due.at)
    names = {each.name for each in dues(case) if each.at <= due.at}
    if state_of(after) != state_of(case):
        names -= NEVER_MOVES
        if len(names) != 1:
            raise Stranger(f"{sorted(names)} moved {state_of(case)}: a diagram needs one cause")
    for name in names:
        _seen(found, case, "timer", name.value, after)
    return after, due.at


def _seen(found: Walk, case: Chat, means: Means, name: str, after: Chat) -> Chat:
    found.edges.add(Edge(state_of(case), means, name, state_of(after)))
    return after


def drawn(found: Walk, swedish: dict[str, str] = STATES, begins: str = "submit") -> str:
    """The walk as a Mermaid diagram, and a table of what changes no state."""
    moves: dict[tuple[str, str], list[str]] = defaultdict(list)
    stays: dict[str, list[str]] = defaultdict(list)
    for edge in sorted(found.edges):
        (stays[edge.source] if edge.source == edge.target else moves[edge.source, edge.target]).append(edge.label)
    names = [name for name in swedish if any(name in (edge.source, edge.target) for edge in found.edges)]
    if odd := {state for edge in found.edges for state in (edge.source, edge.target)} - set(swedish):
        raise Stranger(f"starter.tables has no Swedish for {', '.join(sorted(odd))}")
    order = {name: place for place, name in enumerate(names)}
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{name} ({swedish[name]})" as {name}' for name in names]
    lines += [f"    [*] --> {name}: {begins}" for name in sorted(found.begun)]
    for source, target in sorted(moves, key=lambda pair: (order[pair[0]], order[pair[1]])):
        lines.append(f"    {source} --> {target}: {'<br/>'.join(moves[source, target])}")
    lines += [f"    {name} --> [*]" for name in sorted(found.ended)]
    lines += ["```", ""]
    if not found.deaf:
        lines += ["| state | seen there without leaving it |", "|---|---|"]
        return "\n".join([*lines, *(f"| `{name}` | {_quoted(stays[name])} |" for name in names)])
    lines += ["| state | seen there without leaving it | a patient's words |", "|---|---|---|"]
    for name in names:
        words = "open a new contact that continues it" if name in found.deaf else "belong to it"
        lines.append(f"| `{name}` | {_quoted(stays[name])} | {words} |")
    return "\n".join(lines)


def _quoted(labels: list[str]) -> str:
    return ", ".join(f"`{each}`" for each in labels) or "–"


def placed(text: str, drawing: str, name: str = CHAT) -> str:
    """The text with the drawing between its markers. Raises Stranger if they are not there, once and in order."""
    first, last = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    before, begin, rest = text.partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end or first in after or last in before:
        raise Stranger(f"the text needs the line {first} and, after it, the line {last}")
    return f"{before}{first}\n{drawing}\n{last}{after}"


def main(arguments: Sequence[str], readme: Path = README) -> int:
    """0 when the file shows both diagrams, 1 when it does not, 2 for a wrong argument."""
    if list(arguments) not in ([], ["--check"]):
        sys.stderr.write("usage: python -m tools.diagram [--check]\n")
        return 2
    try:
        text = readme.read_text(encoding="utf-8")
        wanted = placed(text, drawn(walk()))
        wanted = placed(wanted, drawn(pathway_diagram.walk(), SUICIDE_STATES, "suspicion"), PATHWAY)
    except (Stranger, OSError) as reason:
        sys.stderr.write(f"diagram: {reason}\n")
        return 1
    if text == wanted:
        sys.stdout.write(f"diagram: {readme.name} shows chat and pathway as the code has them\n")
        return 0
    if arguments:
        sys.stderr.write(f"diagram: {readme.name} is out of step with the code; run python -m tools.diagram\n")
        return 1
    readme.write_text(wanted, encoding="utf-8")
    sys.stdout.write(f"diagram: drawn into {readme.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
