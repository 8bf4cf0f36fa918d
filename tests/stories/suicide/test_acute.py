"""T1: acute danger. Anybody calls 112 at once; it closes once that is acknowledged and an assessor has confirmed it."""

from tests.stories.suicide.acts import (
    ACUTE,
    EACH_ASSESSOR,
    LOW,
    MANAGER,
    MODERATE,
    SEEN,
    accepted,
    assessed,
    codes,
    deadline,
    lasts,
    minute,
    sent,
    task,
    to,
    told,
)
from tests.story import P1, P2, P4, Story

ACK = {"received_by": "SOS Alarm", "reference": "S-1"}


async def test_the_receptionist_calls_112(story: Story) -> None:
    """T1, R73: without opening the case and waiting for nobody; the answer holds none of the patient's words."""
    await story.begins("2026-12-07", "10:00")
    contact = await story.comes_in(P2)
    refused = await story.refused("N9", contact, "call_112")
    assert refused == (403, "OTHER_UNIT")
    assert await story.refused("AUD1", contact, "call_112") == (403, "FORBIDDEN_ROLE")
    reduced = await story.decide("REC1", contact, "call_112", location="I väntrummet", expression="Vill inte leva.")
    assert (reduced["reduced"], reduced["tier"], reduced["suicide_state"]) == (True, "suicide", "handover_112")
    assert not {"chat", "handovers", "alerts"} & set(reduced)
    view = await story.view(contact)
    assert told(view, "10:00") == EACH_ASSESSOR
    assert view["handovers"][-1]["content"] == "I väntrummet\nVill inte leva."
    again = task(view, "repeat_handover")
    assert (lasts(again).seconds, again["owner"]) == (15 * 60, to("REC1"))
    assert deadline(view, "ack_112")["hard_at"] == again["due_at"]
    await story.at("10:16")
    view = await story.view(contact)
    assert told(view, "10:15", "repeat_handover") == [to("REC1"), MANAGER]
    assert "ring 112" in task(view, "repeat_handover")["title"]
    await story.decide("N1", contact, "pick")
    assert codes(await story.view(contact)) == ["NO_ASSESSMENT", "ACK_PENDING"]
    view = await story.decide("N2", contact, "record_ack", **ACK)
    assert view["reduced"]
    assert await story.refused("N1", contact, "request_close") == (409, "NO_ASSESSMENT")
    assert await story.refused("N1", contact, "assess", **ACUTE) == (403, "NOT_ASSESSOR")
    view = await story.decide("D1", contact, "assess", **ACUTE)
    assert (view["suicide_state"], codes(view)) == ("acknowledged", [])
    closed = await story.closes("D1", contact)
    assert (closed["state"], sent(closed)) == ("closed_grace", [])
    assert "doc_suicide_assessment" in {each["kind"] for each in closed["tasks"]}


async def test_acute_by_an_assessor(story: Story) -> None:
    """T1: an acute assessment tells everybody at once; only what leads outward is open, and a no opens nothing."""
    contact = await assessed(story, "2026-12-07", "10:00", ACUTE | {"step": "not_assessable"})
    view = await story.view(contact)
    assert [each["to"] for each in view["alerts"]][-4:] == [*EACH_ASSESSOR, MANAGER, {"role": "licensed"}]
    assert (view["suicide_state"], codes(view)[0], view["level"]) == ("route_choice", "NO_HANDOVER", "acute")
    for route in ("same_day", "book", "plan"):
        assert await story.refused("Y1", contact, "choose_route", route=route, rationale="Nej.") == (409, "WRONG_STATE")
    assert await story.refused("Y1", contact, "request_close") == (409, "NO_HANDOVER")
    await story.decide("Y1", contact, "handover_on_call", target="emergency_112", content="Hot om suicid.")
    assert await story.refused("Y1", contact, "request_close") == (409, "ACK_PENDING")
    await story.decide("Y1", contact, "record_ack", **ACK, outcome="advice_only")
    assert await story.refused("Y1", contact, "request_close") == (409, "NO_HANDOVER")
    view = await story.decide("N2", contact, "call_112", **ACK)
    assert view["reduced"]
    assert (await story.view(contact))["suicide_state"] == "acknowledged"
    assert (await story.closes("Y1", contact))["state"] == "closed_grace"


async def test_called_for_a_patient_with_a_visit_booked(story: Story) -> None:
    """T1: what was judged before the danger does not let go of the patient; an assessor confirms it."""
    contact = await assessed(story, "2026-12-07", "10:00", MODERATE, P1)
    await story.decide("N2", contact, "call_112", **ACK)
    view = await story.view(contact)
    assert told(view, "10:00")[-1] == to("Y1")
    assert (view["suicide_state"], codes(view)[0]) == ("booking", "NOT_ATTENDED")
    view = await story.decide("Y1", contact, "assess", **ACUTE)
    assert (view["suicide_state"], codes(view)) == ("acknowledged", [])


async def test_called_after_a_low_risk(story: Story) -> None:
    """T1: a call to 112 begins anew what was judged low, also after the exit and in grace."""
    contact = await assessed(story, "2026-12-07", "10:00", LOW, P4)
    await story.decide("Y1", contact, "record_safe_online", answer="yes", via="chat")
    await story.attests("Y1", contact)
    assert (await story.closes("Y1", contact))["state"] == "closed_grace"
    await story.decide("REC1", contact, "call_112")
    view = await story.view(contact)
    assert (view["state"], view["holder"], view["suicide_state"]) == ("in_progress", to("Y1")["hsa_id"], "handover_112")
    assert codes(view) == ["NO_ASSESSMENT", "ACK_PENDING"]
    await story.decide("REC1", contact, "record_ack", **ACK)
    assert await story.refused("Y1", contact, "request_close") == (409, "NO_ASSESSMENT")
    view = await story.decide("Y1", contact, "assess", **ACUTE)
    assert codes(view) == []


async def test_112_for_who_waits_for_m13(story: Story) -> None:
    """T1, T4: a yes to M13 does not open the gate while a call to 112 waits for its answer."""
    contact = await assessed(story, "2026-12-07", "10:00", LOW)
    await story.decide("N2", contact, "call_112")
    assert await story.refused("Y1", contact, "record_safe_online", answer="yes", via="chat") == (409, "WRONG_STATE")
    assert await story.refused("Y1", contact, "request_close") == (409, "NO_ASSESSMENT")


async def test_112_is_called_before_it_is_flagged(story: Story) -> None:
    """T1, R59: a call by a nurse is a suspicion too: the patient's case goes to the assessors with its ladder."""
    contact = await accepted(story, "2026-12-07", "10:00")
    await story.decide("Y1", contact, "dismiss_flag", reason="misclick", rationale="Fel ärende.")
    await story.decide("N1", contact, "call_112")
    view = await story.view(contact)
    assert (view["tier"], view["suicide_state"]) == ("suicide", "handover_112")
    assert minute(deadline(view, "handover_accept")["hard_at"]) == "2026-12-07 10:15"
    await story.decide("N1", contact, "flag_suspicion", observation=SEEN)
    assert (await story.view(contact))["suicide_state"] == "handover_112"
