"""The steps of a case, read from what the engine recorded."""

import copy
from functools import cache

import pytest
from temporalio.api.common.v1 import ActivityType, Payloads
from temporalio.api.history.v1 import ActivityTaskScheduledEventAttributes
from temporalio.client import WorkflowHistory

from audit.chats import CHAT, ChatReader
from audit.history import Unreadable
from audit.pathways import PathwayReader
from audit.steps import Step, Walked
from routine.chat.events import PatientMessage
from routine.refusals import Refusal
from tests.replay.recording import Recorded, recorded
from tests.routine.world import N1, N2, at, chat, decision


@cache
def story(name: str) -> Recorded:
    return next(each for each in recorded() if each.story == name)


async def test_an_advice_chat() -> None:
    assert await ChatReader(story("s1-advice-chat-1").history).steps() == (
        Step("submit", None, "queued"),
        Step("pick", "queued", "in_progress"),
        Step("message", "in_progress", "in_progress"),
        Step("request_close", "in_progress", "close_requested"),
        Step("confirm_close", "close_requested", "closed"),
        Step("attest_note", "closed", "completed"),
    )


async def test_what_the_clock_did() -> None:
    """A dialogue that nobody confirmed, and the rung after it."""
    steps = await ChatReader(story("s1-not-confirmed-is-still-open-1").history).steps()
    assert steps[-2:] == (
        Step("close_token", "close_requested", "in_progress"),
        Step("rung", "in_progress", "in_progress"),
    )


async def test_words_after_the_end_are_no_step() -> None:
    steps = await ChatReader(story("the-last-ten-seconds-of-grace-17-00-00-false-1").history).steps()
    assert steps[-1] == Step("grace", "closed_grace", "closed")


async def test_a_history_that_the_core_would_not_have_made() -> None:
    """The pick is taken out: the message that was taken would be refused now."""
    whole = story("s1-advice-chat-1").history
    events = [copy.deepcopy(event) for event in whole.events]
    picked = next(nth for nth, event in enumerate(events) if b'"type":"pick"' in event.SerializeToString())
    with pytest.raises(Unreadable, match="that was taken"):
        await ChatReader(WorkflowHistory(whole.workflow_id, [*events[:picked], *events[picked + 1 :]])).steps()


def test_the_clock_strikes_before_a_decision() -> None:
    case = chat("2026-11-24 10:00", priority=1)
    picked = CHAT.decided(case, decision({"type": "pick"}), N1, at("2026-11-24 10:31"))
    assert isinstance(picked, Walked)
    assert [step.name for step in picked.steps] == ["rung", "rung", "pick"]


def test_a_refused_decision_is_no_step() -> None:
    picked = CHAT.decided(chat("2026-11-24 10:00"), decision({"type": "pick"}), N1, at("2026-11-24 10:01"))
    assert isinstance(picked, Walked)
    assert isinstance(CHAT.decided(picked.case, decision({"type": "pick"}), N2, at("2026-11-24 10:02")), Refusal)


def test_nothing_passes() -> None:
    case = chat("2026-11-24 10:00")
    assert CHAT.passed(case, at("2026-11-24 10:01")) == Walked(case)
    assert CHAT.begun(case).steps == (Step("submit", None, "queued"),)
    word = CHAT.heard(case, PatientMessage(type="patient_message", text="Hej."), at("2026-11-24 10:01"))
    assert word.steps == (Step("patient_message", "queued", "queued"),)


S8 = "handed-over-assessed-low-and-closed-1-pathway"


async def test_a_pathway() -> None:
    """The decisions of S8, with the contact's word in between."""
    steps = await PathwayReader(story(S8).history).steps()
    assert [each.name for each in steps if each.name not in ("contact_changed", "staff_told", "duty", "rung")] == [
        "pathway_begun",
        "handover",
        "accept_handover",
        "assess",
        "ask_safe_online",
        "record_safe_online",
        "attest_note",
    ]
    assert {each.after for each in steps} == {"suspected", "handed_over", "assessing", "low_ask", "released"}


async def test_what_a_pathway_does_not_know_is_not_guessed_at() -> None:
    whole = story(S8).history
    reader = PathwayReader(whole)
    started = whole.events[0].workflow_execution_started_event_attributes.input
    with pytest.raises(Unreadable, match="no pathway hears the signal sms_report"):
        await reader.signalled("sms_report", started)
    with pytest.raises(Unreadable, match="no pathway has an update hear"):
        await reader.reported(started)
    with pytest.raises(Unreadable, match="no pathway calls the activity send_sms"):
        await reader.outcome(_activity("send_sms"), None)


async def test_what_a_chat_does_not_know_is_not_guessed_at() -> None:
    reader = ChatReader(story("s1-advice-chat-1").history)
    with pytest.raises(Unreadable, match="no chat hears the signal contact_changed"):
        await reader.signalled("contact_changed", Payloads())
    with pytest.raises(Unreadable, match="no chat calls the activity send_mail"):
        await reader.outcome(_activity("send_mail"), None)


def _activity(name: str) -> ActivityTaskScheduledEventAttributes:
    return ActivityTaskScheduledEventAttributes(activity_type=ActivityType(name=name))
