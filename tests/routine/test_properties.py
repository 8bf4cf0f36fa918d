"""What holds for any life of a chat, whoever does what and however the time passes."""

import json
from datetime import date, datetime, time, timedelta

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from routine.actors import ToPerson, ToRole
from routine.chat.case import Chat, Closed, Completed, Grace
from routine.chat.closing import blocks
from routine.chat.decide import allowed, decide
from routine.chat.decisions import TYPES, SetUrgency
from routine.chat.effects import effects
from routine.chat.elapse import HOLDERS, elapse, next_due
from routine.chat.events import PathwayChanged, PatientMessage
from routine.chat.hear import hear
from routine.chat.owed import owed
from routine.chat.row import row
from routine.chat.view import view
from routine.effects import SendSms, TellStaff
from routine.frozen import as_json
from routine.refusals import Refusal
from routine.roster import DatedRoster, Roster, Shift
from routine.suicide_risk.decisions import RecordAsked
from routine.tasks import Kind
from routine.unit import Unit
from tests.routine.traces import Stage, Trace, last, stages, traces
from tests.routine.world import N1, N2, ROSTER, unit

LIVES = settings(max_examples=60, deadline=None)
GONE = Grace | Closed | Completed


def dues(case: Chat) -> dict[str, datetime]:
    return {task.task_id: task.due_at for task in owed(case)}


@LIVES
@given(traces())
def test_time_brings_about_the_same_however_often_it_is_asked(trace: Trace) -> None:
    """`elapse` is idempotent: once all has happened the very same value comes back."""
    for stage in stages(trace):
        settled = elapse(stage.after, stage.now)
        assert elapse(settled, stage.now) is settled
        due = next_due(settled)
        assert due is None or due.at > stage.now


@LIVES
@given(traces(longest=12), st.integers(0, 5 * 24 * 60), st.integers(0, 5 * 24 * 60))
def test_time_passes_in_any_hops(trace: Trace, first: int, second: int) -> None:
    """`elapse` to t1 and then to t2 is `elapse` to t2 (a worker that slept has missed nothing)."""
    case, now = last(trace)
    between = now + timedelta(minutes=first)
    end = between + timedelta(minutes=second)
    assert elapse(elapse(case, between), end) == elapse(case, end)


@LIVES
@given(traces())
def test_nothing_that_was_written_is_lost(trace: Trace) -> None:
    """Lines, alerts, notes and reasons are only added to, time never runs backwards."""
    for stage in stages(trace):
        before, after = stage.before, stage.after
        assert after.lines[: len(before.lines)] == before.lines
        assert after.alerts[: len(before.alerts)] == before.alerts
        assert after.remarks[: len(before.remarks)] == before.remarks
        assert [each.message_id for each in after.sent][: len(before.sent)] == [each.message_id for each in before.sent]
        assert [each.task_id for each in after.errands][: len(before.errands)] == [
            each.task_id for each in before.errands
        ]
        assert after.alerts_told >= before.alerts_told
        assert [note.task_id for note in after.notes][: len(before.notes)] == [each.task_id for each in before.notes]
        assert len(after.handovers) >= len(before.handovers)
        assert after.as_of >= before.as_of
        assert not before.ended or after.ended


@LIVES
@given(traces())
def test_r41_a_patients_word_is_never_refused_where_it_is_heard(trace: Trace) -> None:
    """It stands as a line and makes somebody owe an answer. After grace nothing changes: a new case begins with it."""
    for stage in stages(trace):
        if not isinstance(stage.heard, PatientMessage):
            continue
        then = elapse(stage.before, stage.now)
        if then.hears:
            assert stage.after.lines == (*then.lines, stage.after.lines[-1])
            assert (stage.after.lines[-1].sender, stage.after.lines[-1].text) == ("patient", stage.heard.text)
            assert not isinstance(stage.after.state, Grace | Closed | Completed)
            waiting = row(stage.after).waiting_since
            assert waiting is not None
            assert waiting <= stage.now
            answering = {Kind.SAFETY_REVIEW} if then.restricted else {Kind.HANDLE, Kind.REPLY}
            assert answering & {task.kind for task in owed(stage.after)}
        else:
            assert stage.after == then.model_copy(update={"as_of": stage.now})


@LIVES
@given(traces())
def test_r59_a_sign_never_disappears(trace: Trace) -> None:
    """No row is lost, only the pathway lowers a suspicion, and a case that has one leaves only as the gate allows."""
    for stage in stages(trace):
        before, after = stage.before, stage.after
        assert after.signs[: len(before.signs)] == before.signs
        assert row(after).tier == ("suicide" if after.has_sign else "normal")
        if before.suspected and not after.suspected:
            assert isinstance(stage.heard, PathwayChanged)
            assert stage.heard.gate.tier == "normal"
        if before.hit and not after.hit:
            asked = stage.decided is not None and isinstance(stage.decided[0], RecordAsked)
            assert asked or after.assessed_at != before.assessed_at
        if after.has_sign and isinstance(after.state, GONE) and not isinstance(before.state, GONE):
            outside = not isinstance(after.state, Grace) and after.state.outcome == "moved_outside"
            assert outside or after.resolved_elsewhere or not blocks(after)
            assert not outside or after.protected


@LIVES
@given(traces())
def test_r58_the_gate_is_fail_safe(trace: Trace) -> None:
    """A suspicion that the pathway has not heard of keeps it shut, whatever an older word of the pathway's said."""
    for stage in stages(trace):
        case = stage.after
        if case.suspected and (case.gate is None or case.gate.signs < len(case.suspicions)):
            assert "NO_ASSESSMENT" in {block.code for block in blocks(case)}
            assert "request_close" not in allowed(case, N1)
        if case.hit and not case.resolved_elsewhere:
            assert blocks(case)


@LIVES
@given(traces())
def test_r76_nothing_leaves_for_a_protected_person(trace: Trace) -> None:
    """What was planned is given up at once, nothing new is planned; a restricted contact is not even written to."""
    for stage in stages(trace):
        case = stage.after
        assert not stage.before.protected or case.protected, "protection is not forgotten"
        if case.protected or case.stopped or case.deceased:
            assert not [each for each in effects(case) if isinstance(each, SendSms)]
            assert not [each for each in case.sent if each.status == "planned"]
        if case.restricted:
            assert not [each for each in case.lines if each.sender == "staff"]


@LIVES
@given(traces())
def test_r56_an_effect_has_a_key_of_its_own_and_no_outcome_yet(trace: Trace) -> None:
    """The same key is the same thing to do, for as long as it is to be done; an ended case does nothing more."""
    known: dict[str, object] = {}
    for stage in stages(trace):
        found = effects(stage.after)
        assert len({each.key for each in found}) == len(found)
        assert not (stage.after.ended and found)
        for each in found:
            if not isinstance(each, TellStaff):
                assert known.setdefault(each.key, each) == each
        planned = [each.message_id for each in stage.after.sent if each.status == "planned"]
        assert stage.after.ended or [each.key for each in found if isinstance(each, SendSms)] == planned


@LIVES
@given(traces())
def test_a_due_instant_never_moves_later(trace: Trace) -> None:
    """The same task keeps its due instant, or a sign makes it sooner.

    Only `set_urgency` may put it off, and a sign that an assessor has dismissed or that was asked about (R58).
    """
    for stage in stages(trace):
        lowered = stage.before.has_sign and not stage.after.has_sign
        if lowered or (stage.decided and isinstance(stage.decided[0], SetUrgency)):
            continue
        before, after = dues(stage.before), dues(stage.after)
        shared = before.keys() & after.keys()
        assert all(after[task] <= before[task] for task in shared)
        raised = not stage.before.has_sign and stage.after.has_sign
        assert raised or all(after[task] == before[task] for task in shared)


@LIVES
@given(traces())
def test_a_refusal_changes_nothing_and_is_the_same_again(trace: Trace) -> None:
    """`decide` has no memory: what is refused leaves the value as it was, what is repeated gets the same answer."""
    for stage in stages(trace):
        if stage.decided is None:
            continue
        kept = stage.before.model_dump_json()
        answer = decide(stage.before, *stage.decided, stage.now)
        assert stage.before.model_dump_json() == kept
        assert answer == (stage.refused or stage.after)
        if stage.refused:
            assert stage.after is stage.before


@LIVES
@given(traces())
def test_the_same_twice_wedges_nothing(trace: Trace) -> None:
    """A decision or event that arrives a second time gets an answer, and the case goes on."""
    for stage in stages(trace):
        twice = _again(stage)
        if twice is not None:
            assert twice.ended or next_due(twice) is not None
            assert twice.lines[: len(stage.after.lines)] == stage.after.lines


def _again(stage: Stage) -> Chat | None:
    if stage.heard is not None:
        return hear(stage.after, stage.heard, stage.now)
    if stage.decided is not None:
        answer = decide(stage.after, *stage.decided, stage.now)
        return None if isinstance(answer, Refusal) else answer
    return None


@LIVES
@given(traces())
def test_a_chat_survives_as_json(trace: Trace) -> None:
    """What is stored and read again is the same value, and goes on in the same way."""
    case, now = last(trace)
    again = Chat.model_validate_json(case.model_dump_json())
    assert again == case
    assert Chat.model_validate({**json.loads(as_json(case, but="unit")), "unit": case.unit}) == case
    later = now + timedelta(days=2)
    assert elapse(again, later) == elapse(case, later)
    assert view(again, N1) == view(case, N1)


SHIFTS = st.sampled_from([None, (None, None), (time(8), time(12)), (time(13), time(17)), (time(7), time(9))])


@st.composite
def rostered(draw: st.DrawFn) -> Unit:
    """VC-T where the nurses' shifts of two weeks differ from day to day, and often leave nobody."""
    dated = []
    for day in range(1, 15):
        spans = {who.hsa_id: draw(SHIFTS) for who in (N1, N2)}
        shifts = [Shift(hsa_id=who, start=span[0], end=span[1]) for who, span in spans.items() if span]
        dated.append(DatedRoster(date=date(2026, 11, 23) + timedelta(days=day), shifts=tuple(shifts)))
    return unit(roster=Roster(standard=ROSTER.standard, dated=tuple(dated)))


@LIVES
@given(traces(of=rostered()))
def test_r42_what_a_holder_owes_is_hers_exactly_while_she_is_on_duty(trace: Trace) -> None:
    """At every instant, not only when something happens: the case wakes when her shift begins or ends."""
    for stage in stages(trace):
        case, now = elapse(stage.after, stage.now), stage.now
        holder, given_away = case.holder, {each.task_id for each in case.assigned}
        for task in owed(case):
            if holder is None or task.task_id in given_away or task.kind not in HOLDERS:
                continue
            on_duty = case.unit.roster.on_duty(holder.hsa_id, now, case.unit.hours)
            assert task.owner == (ToPerson(hsa_id=holder.hsa_id) if on_duty else ToRole(role=holder.role))


def test_the_lives_are_worth_living() -> None:
    """Random lives reach every state, accept every decision, and are refused too."""
    states: set[str] = set()
    accepted: set[str] = set()
    refused: set[str] = set()

    @settings(max_examples=250, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(traces(longest=40))
    def live(trace: Trace) -> None:
        for stage in stages(trace):
            states.add(row(stage.after).state)
            if stage.refused:
                refused.add(stage.refused.code)
            elif stage.decided:
                accepted.add(stage.decided[0].type)

    live()
    assert states == {
        *("queued", "in_progress", "awaiting_patient", "handover_pending"),
        *("kept_for_slot", "close_requested", "closed_grace", "closed", "completed"),
        *("excluded_wrong_person", "moved_outside"),
    }
    assert len(set(TYPES) - accepted) <= 8, "chance may leave one out, the walk does not"
    assert refused >= {"WRONG_STATE", "FORBIDDEN_ROLE", "NOT_HOLDER", "NOT_ADDRESSED", "OTHER_UNIT", "ALREADY_HELD"}
