"""T14: a patient refuses all care despite an elevated risk. Closing is the last resort, after a handover (R75)."""

from tests.stories.suicide.acts import HIGH, LOW, OUT, assessed, codes, problem, suspicion
from tests.story import P5, Story

LAST = {"rationale": "Avböjer all vård, har fått information."}
PSYCHIATRY = OUT | {"target": "psychiatric_emergency"}


async def test_two_that_were_not_accepted(story: Story) -> None:
    """T14: two named handovers that were not accepted, and safety information; the record first, then two steps."""
    contact = await assessed(story, "2026-12-07", "10:00", HIGH, P5)
    ack = {"received_by": "Dr Ek", "reference": "PA-1", "outcome": "advice_only"}
    await story.decide("Y1", contact, "handover_on_call", **PSYCHIATRY)
    await story.decide("Y1", contact, "record_ack", **ack)
    told_so = await problem(story, "Y1", contact, "close_last_resort", **LAST, safety_information=True)
    assert (told_so["code"], told_so["rule"]) == ("NO_HANDOVER", "R75")
    assert told_so["alternatives"] == ["unit_physician", "psychiatric_emergency", "emergency_112"]
    await story.decide("Y1", contact, "handover_on_call", **(OUT | {"target": "unit_physician"}))
    assert await story.refused("Y1", contact, "close_last_resort", **LAST, safety_information=True) == (
        409,
        "NO_HANDOVER",
    )
    await story.at("10:16")
    assert await story.refused("Y1", contact, "close_last_resort", **LAST) == (409, "NO_HANDOVER")
    safe = LAST | {"safety_information": True}
    assert await story.refused("Y1", contact, "close_last_resort", **safe) == (409, "ASSESSMENT_UNDOCUMENTED")
    await story.attests("Y1", contact)
    assert await story.refused("Y1", contact, "request_close") == (409, "ACK_PENDING")
    view = await story.decide("Y1", contact, "close_last_resort", **safe)
    assert (view["state"], view["suicide_state"], codes(view)) == ("close_requested", "released", [])
    view = await story.decide("Y1", contact, "confirm_close", token=view["close_token"])
    assert view["state"] == "closed_grace"


async def test_only_of_an_elevated_risk(story: Story) -> None:
    """T14: not before an assessment, and not of a low risk; a patient's word voids the token (R54)."""
    contact = await suspicion(story, "2026-12-07", "10:00")
    assert await story.refused("D1", contact, "close_last_resort", **LAST) == (409, "NO_ASSESSMENT")
    await story.decide("D1", contact, "assess", **LOW)
    assert await story.refused("D1", contact, "close_last_resort", **LAST) == (409, "WRONG_STATE")
    await story.decide("D1", contact, "assess", **HIGH)
    await story.decide("D1", contact, "call_112", received_by="SOS", reference="S-1")
    token = (await story.decide("D1", contact, "close_last_resort", **LAST))["close_token"]
    await story.report(contact, "patient_message", text="Vänta.")
    assert await story.refused("D1", contact, "confirm_close", token=token) == (409, "TOKEN_EXPIRED")
