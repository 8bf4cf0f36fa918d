"""T4 and T5: none or low. The patient is asked whether it feels safe enough to go on online (R62)."""

from datetime import timedelta

from tests.stories.suicide.acts import EACH_ASSESSOR, LOW, MODERATE, assessed, codes, lasts, minute, sent, task, told
from tests.story import P2, P3, Story

ANSWER = {"answer": "yes", "via": "chat"}


async def test_safe_online(story: Story) -> None:
    """T4: none needs the question too; its answer lets the care go on online, and the record closes it."""
    contact = await assessed(story, "2026-12-07", "10:00", LOW | {"level": "none", "step": "none"})
    view = await story.view(contact)
    assert (view["suicide_state"], codes(view)) == ("low_ask", ["SAFE_ONLINE_UNANSWERED", "ASSESSMENT_UNDOCUMENTED"])
    assert await story.refused("Y1", contact, "request_close") == (409, "SAFE_ONLINE_UNANSWERED")
    assert await story.refused("N2", contact, "ask_safe_online") == (403, "NOT_HOLDER")
    assert await story.refused("REC1", contact, "record_safe_online", **ANSWER) == (403, "FORBIDDEN_ROLE")
    offer = {"kind": "phone", "answer": "accepted"}
    assert await story.refused("Y1", contact, "offer_alternative", **offer) == (409, "WRONG_STATE")
    vague = {"answer": "not_applicable"}
    assert await story.refused("Y1", contact, "record_safe_online", **vague) == (422, "MISSING_FIELD")
    for decision, fields in (
        ("book_physical", {"start": "2026-12-08T10:00:00+01:00", "profession": "physician", "unit": "VC-T"}),
        ("handover_on_call", {"content": "Nej.", "target": "psychiatric_emergency"}),
    ):
        more = {"contact_type": "physical"} if decision == "book_physical" else {}
        assert await story.refused("Y1", contact, decision, **fields, **more) == (409, "WRONG_STATE")
    assert await story.refused("Y1", contact, "close_last_resort", rationale="Nej.") == (409, "WRONG_STATE")
    await story.decide("Y1", contact, "ask_safe_online")
    await story.report(contact, "patient_message", text="Ja, det går bra.")
    await story.decide("Y1", contact, "record_safe_online", **ANSWER)
    await story.attests("Y1", contact)
    assert await story.refused("Y1", contact, "request_close", grace="none") == (409, "WRONG_STATE")
    closed = await story.closes("Y1", contact)
    assert (closed["state"], sent(closed)) == ("closed_grace", ["M13"])


async def test_not_safe_online(story: Story) -> None:
    """T5: phone or a visit is offered, and what the patient answers opens the gate."""
    contact = await assessed(story, "2026-12-07", "10:00", LOW, P2)
    await story.decide("Y1", contact, "record_safe_online", answer="no", via="phone")
    await story.attests("Y1", contact)
    assert await story.refused("Y1", contact, "request_close") == (409, "OFFER_UNANSWERED")
    view = await story.decide("Y1", contact, "offer_alternative", kind="physical")
    assert codes(view) == ["OFFER_UNANSWERED"]
    view = await story.decide("Y1", contact, "offer_alternative", kind="physical", answer="declined")
    assert (view["suicide_state"], codes(view)) == ("released", [])
    assert (await story.closes("Y1", contact))["state"] == "closed_grace"


async def test_the_answer_fails_to_come(story: Story) -> None:
    """R62, R68: unasked it is all assessors' after four hours; asked and unanswered for two, the silence is a task."""
    contact = await assessed(story, "2026-12-07", "10:00", LOW)
    view = await story.view(contact)
    asking = next(each for each in view["tasks"] if each["rule"] == "R62")
    assert (asking["kind"], lasts(asking)) == ("follow_up", timedelta(hours=4))
    await story.at("10:30")
    view = await story.decide("Y1", contact, "ask_safe_online")
    assert minute(task(view, "silence")["due_at"]) == "2026-12-07 12:30"
    await story.at("12:46")
    assert told(await story.view(contact), "12:45", "silence") == EACH_ASSESSOR


async def test_an_assessment_is_taken_back(story: Story) -> None:
    """R60: back to assessing and as unassessed on the list; what was judged is kept, and only assessors do it."""
    contact = await assessed(story, "2026-12-07", "10:00", LOW, P3)
    await story.decide("Y1", contact, "record_safe_online", **ANSWER)
    await story.attests("Y1", contact)
    assert await story.refused("N1", contact, "retract_assessment", rationale="Nej.") == (403, "NOT_ASSESSOR")
    view = await story.decide("Y1", contact, "retract_assessment", rationale="Anhörig har ringt.")
    assert (view["suicide_state"], view["level"], codes(view)) == ("assessing", None, ["NO_ASSESSMENT"])
    assert view["assessments"][0]["retracted_at"] is not None
    assert await story.refused("Y1", contact, "retract_assessment", rationale="Nej.") == (409, "WRONG_STATE")
    view = await story.decide("Y1", contact, "assess", **MODERATE)
    assert [each["level"] for each in view["assessments"]] == ["low", "moderate"]


async def test_taken_back_in_grace(story: Story) -> None:
    """R60, R65: an assessment that is taken back or raised opens the closed case again, with who held it."""
    contact = await assessed(story, "2026-12-07", "10:00", LOW, P3)
    await story.decide("Y1", contact, "record_safe_online", **ANSWER)
    await story.attests("Y1", contact)
    await story.closes("Y1", contact)
    view = await story.decide("D1", contact, "assess", **MODERATE)
    assert (view["state"], view["suicide_state"]) == ("in_progress", "booking")
    assert view["holder"] == "SE0000000000-D1"
    assert await story.refused("D1", contact, "request_close") == (409, "NOT_ATTENDED")
