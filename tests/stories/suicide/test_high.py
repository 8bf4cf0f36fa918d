"""T10: high and reachable. An assessor picks the same day, the psychiatric emergency, on-call or 112."""

from datetime import timedelta

from tests.stories.suicide.acts import (
    EACH_ASSESSOR,
    HIGH,
    LOW,
    MANAGER,
    Body,
    assessed,
    codes,
    instant,
    lasts,
    task,
    told,
)
from tests.story import P2, Story

VISIT: Body = {"profession": "physician", "unit": "VC-T", "contact_type": "physical"}


async def test_the_same_day(story: Story) -> None:
    """T10: 15 open minutes to choose; the visit is today, closes once attended, and a no leaves the risk high."""
    contact = await assessed(story, "2026-12-07", "10:00", HIGH)
    view = await story.view(contact)
    assert (view["suicide_state"], codes(view)[0]) == ("route_choice", "NO_HANDOVER")
    assert lasts(task(view, "route_choice")) == timedelta(minutes=15)
    for route in ("book", "plan"):
        assert await story.refused("Y1", contact, "choose_route", route=route, rationale="Nej.") == (409, "WRONG_STATE")
    start = {"start": instant("2026-12-07", "13:00")}
    assert await story.refused("Y1", contact, "book_physical", **VISIT, **start) == (409, "WRONG_STATE")
    assert await story.refused("Y1", contact, "decline_booking") == (409, "WRONG_STATE")
    until = {"until": instant("2026-12-07", "15:00"), "rationale": "Nej."}
    assert await story.refused("Y1", contact, "extend", **until) == (409, "WRONG_STATE")
    await story.at("10:16")
    assert told(await story.view(contact), "10:15", "route_choice") == [*EACH_ASSESSOR, MANAGER]
    await story.decide("Y1", contact, "choose_route", route="same_day", rationale="Kommer nu.")
    tomorrow = {"start": instant("2026-12-08", "09:00")}
    assert await story.refused("Y1", contact, "book_physical", **VISIT, **tomorrow) == (422, "BEYOND_DUE")
    await story.decide("Y1", contact, "book_physical", **VISIT, **start)
    assert await story.refused("Y1", contact, "request_close") == (409, "NOT_ATTENDED")
    view = await story.decide("Y1", contact, "decline_booking")
    assert (view["suicide_state"], codes(view)[0]) == ("route_choice", "NO_HANDOVER")
    assert await story.refused("Y1", contact, "choose_route", route="plan", rationale="Nej.") == (409, "WRONG_STATE")
    await story.decide("Y1", contact, "choose_route", route="same_day", rationale="Ändrade sig.")
    await story.decide("Y1", contact, "book_physical", **VISIT, **start)
    await story.at("12:59")
    await story.decide("REC1", contact, "attended")
    await story.attests("Y1", contact)
    assert (await story.closes("Y1", contact))["state"] == "closed_grace"


async def test_the_psychiatric_emergency(story: Story) -> None:
    """T10: chosen is not handed over, handed over is not received; only a yes lets go. No calls are asked for."""
    contact = await assessed(story, "2026-12-07", "10:00", HIGH, P2)
    view = await story.decide(
        "Y1", contact, "choose_route", route="psychiatric_emergency", rationale="Behöver vård nu."
    )
    assert (view["suicide_state"], codes(view)[0]) == ("route_choice", "NO_HANDOVER")
    assert await story.refused("Y1", contact, "record_ack", received_by="A", reference="1") == (409, "WRONG_STATE")
    out = {"target": "psychiatric_emergency", "content": "Planer, ensam."}
    assert await story.refused("N1", contact, "handover_on_call", **out) == (403, "NOT_ASSESSOR")
    await story.decide("Y1", contact, "handover_on_call", **out)
    ack = {"received_by": "Dr Ek", "reference": "PA-5"}
    assert await story.refused("N1", contact, "record_ack", **ack) == (403, "NOT_ASSESSOR")
    view = await story.decide("Y1", contact, "record_ack", **ack, outcome="declined")
    assert (view["suicide_state"], codes(view)[0]) == ("route_choice", "NO_HANDOVER")
    assert view["handovers"][-1]["declined_at"] is not None
    first = await story.decide("Y1", contact, "handover_on_call", **out)
    await story.decide("N2", contact, "call_112")
    named = {"handover_id": first["handovers"][-1]["handover_id"]}
    assert await story.refused("REC1", contact, "record_ack", **ack, **named) == (403, "NOT_ASSESSOR")
    view = await story.decide("Y1", contact, "record_ack", **ack, **named)
    assert (view["suicide_state"], codes(view)) == ("acknowledged", [])
    assert (await story.closes("Y1", contact))["state"] == "closed_grace"


async def test_a_new_assessment(story: Story) -> None:
    """T10: a new, lower assessment is a way out too, an assessor's own."""
    contact = await assessed(story, "2026-12-07", "10:00", HIGH)
    view = await story.decide("D1", contact, "assess", **LOW)
    assert (view["suicide_state"], view["level"], view["holder"]) == ("low_ask", "low", "SE0000000000-D1")


async def test_after_closing_today_is_over(story: Story) -> None:
    """T10: no visit today once the unit has closed; on-call has begun."""
    contact = await assessed(story, "2026-12-07", "16:50", HIGH)
    await story.at("17:01")
    today = {"route": "same_day", "rationale": "Nej."}
    assert await story.refused("Y1", contact, "choose_route", **today) == (409, "WRONG_STATE")
    view = await story.decide("Y1", contact, "handover_on_call", content="Planer, ensam.")
    assert (view["suicide_state"], view["handovers"][-1]["kind"]) == ("handover_on_call", "on_call")
