"""The steps of a case, read from what the engine recorded."""

import copy
from functools import cache

import pytest
from temporalio.client import WorkflowHistory

from audit.steps import Step, Unreadable, Walked, begun, decided, heard, passed, steps_of
from routine.chat.events import PatientMessage
from routine.refusals import Refusal
from tests.replay.recording import Recorded, recorded
from tests.routine.world import N1, N2, at, chat, decision


@cache
def story(name: str) -> Recorded:
    return next(each for each in recorded() if each.story == name)


async def test_an_advice_chat() -> None:
    assert await steps_of(story("s1-advice-chat-1").history) == (
        Step("submit", None, "queued"),
        Step("pick", "queued", "in_progress"),
        Step("message", "in_progress", "in_progress"),
        Step("request_close", "in_progress", "close_requested"),
        Step("confirm_close", "close_requested", "closed"),
        Step("attest_note", "closed", "completed"),
    )


async def test_what_the_clock_did() -> None:
    """A dialogue that nobody confirmed, and the rung after it."""
    steps = await steps_of(story("s1-not-confirmed-is-still-open-1").history)
    assert steps[-2:] == (
        Step("close_token", "close_requested", "in_progress"),
        Step("rung", "in_progress", "in_progress"),
    )


async def test_words_after_the_end_are_no_step() -> None:
    steps = await steps_of(story("the-last-ten-seconds-of-grace-17-00-00-false-1").history)
    assert steps[-1] == Step("grace", "closed_grace", "closed")


async def test_a_history_that_the_core_would_not_have_made() -> None:
    """The pick is taken out: the message that was taken would be refused now."""
    whole = story("s1-advice-chat-1").history
    events = [copy.deepcopy(event) for event in whole.events]
    picked = next(nth for nth, event in enumerate(events) if b'"type":"pick"' in event.SerializeToString())
    with pytest.raises(Unreadable, match="that was taken"):
        await steps_of(WorkflowHistory(whole.workflow_id, [*events[:picked], *events[picked + 1 :]]))


def test_the_clock_strikes_before_a_decision() -> None:
    case = chat("2026-11-24 10:00", priority=1)
    picked = decided(case, decision({"type": "pick"}), N1, at("2026-11-24 10:31"))
    assert isinstance(picked, Walked)
    assert [step.name for step in picked.steps] == ["rung", "rung", "pick"]


def test_a_refused_decision_is_no_step() -> None:
    picked = decided(chat("2026-11-24 10:00"), decision({"type": "pick"}), N1, at("2026-11-24 10:01"))
    assert isinstance(picked, Walked)
    assert isinstance(decided(picked.chat, decision({"type": "pick"}), N2, at("2026-11-24 10:02")), Refusal)


def test_nothing_passes() -> None:
    case = chat("2026-11-24 10:00")
    assert passed(case, at("2026-11-24 10:01")) == Walked(case)
    assert begun(case).steps == (Step("submit", None, "queued"),)
    word = heard(case, PatientMessage(type="patient_message", text="Hej."), at("2026-11-24 10:01"))
    assert word.steps == (Step("patient_message", "queued", "queued"),)
