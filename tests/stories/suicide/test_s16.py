"""S16: nobody reaches a patient whose risk could be at least moderate, and she is handed over (R72, R74, T13)."""

from tests.stories.suicide.acts import (
    FORM,
    MANAGER,
    OUT,
    UNMET,
    codes,
    deadline,
    kinds,
    lasts,
    minute,
    phoned,
    problem,
    sent,
    task,
    to,
    told,
    written,
)
from tests.story import P1, Story

ACK = {"received_by": "Björn Jour", "reference": "J-204"}


async def unreached(story: Story, day: str, form: str, nurse: str, doctor: str, *calls: str) -> str:
    """A form's yes, a nurse, a physician, and calls that reach nobody."""
    await story.begins(day, form)
    contact = await story.comes_in(P1, triaged=True, priority=2, area="mental_health", form=FORM)
    await story.at(nurse)
    await story.decide("N1", contact, "pick")
    await story.at(doctor)
    await story.decide("D1", contact, "accept_handover")
    await phoned(story, contact, "D1", *calls)
    return contact


async def evening(story: Story) -> str:
    """S16 (a) and (c) until 17:02: on-call has no duty by day, and is chosen once it has."""
    contact = await unreached(story, "2026-12-28", "15:00", "15:05", "15:15", "15:30", "16:00", "16:30")
    view = await story.view(contact, "D1")
    assert ("assess" in kinds(view), view["suicide_state"]) == (True, "assessing")
    await story.at("16:40")
    view = await story.decide("D1", contact, "assess", **UNMET)
    assert (view["suicide_state"], codes(view)[0]) == ("route_choice", "NO_HANDOVER")
    told_so = await problem(story, "D1", contact, "handover_on_call", **OUT)
    assert (told_so["status"], told_so["code"], told_so["rule"]) == (409, "OFF_DUTY", "R72")
    assert told_so["alternatives"] == ["unit_physician", "psychiatric_emergency", "emergency_112"]
    assert (await story.view(contact))["handovers"][-1]["kind"] == "colleague"
    assert await story.refused("BJ1", contact, "record_ack", **ACK) == (409, "WRONG_STATE")
    await story.at("17:02")
    await story.decide("D1", contact, "choose_route", route="on_call", rationale="Jouren har börjat.")
    await story.decide("D1", contact, "handover_on_call", **OUT)
    return contact


async def test_on_call_acknowledges(story: Story) -> None:
    """S16a: handed over at 17:02, acknowledged at 17:06, closed at 17:10: no further action."""
    contact = await evening(story)
    view = await story.view(contact, "BJ1")
    out = view["handovers"][-1]
    assert (view["suicide_state"], out["kind"], out["from"], out["content"]) == (
        "handover_on_call",
        "on_call",
        "SE0000000000-D1",
        OUT["content"],
    )
    assert (minute(deadline(view, "on_call_ack")["hard_at"]), out["assessed"]) == ("2026-12-28 17:17", True)
    assert await story.refused("D1", contact, "request_close") == (409, "ACK_PENDING")
    await story.at("17:06")
    await story.decide("BJ1", contact, "record_ack", **ACK)
    await story.at("17:10")
    view = await story.closes("D1", contact)
    out = view["handovers"][-1]
    assert (view["state"], view["suicide_state"]) == ("closed_grace", "acknowledged")
    assert (out["received_by"], out["reference"], out["outcome"]) == ("Björn Jour", "J-204", "accepted")
    assert minute(out["acked_at"]) == "2026-12-28 17:06"
    assert {each["kind"] for each in view["tasks"]} == {"doc_note", "doc_suicide_assessment"}
    assert written(view) == [("D1", "doc_note"), ("D1", "doc_suicide_assessment"), ("N1", "doc_note")]
    assert (sent(view), view["registration"]) == ([], None)


async def test_by_day_the_psychiatric_emergency(story: Story) -> None:
    """S16b: two calls are enough; on-call is off duty at 10:40, the psychiatric emergency acknowledges at 10:52."""
    contact = await unreached(story, "2026-12-30", "09:00", "09:05", "09:10", "09:30")
    await story.at("10:00")
    await story.decide("D1", contact, "assess", **UNMET)
    refused = await story.refused("D1", contact, "handover_on_call", **OUT, target="psychiatric_emergency")
    assert refused == (409, "NOT_TRIED_TO_REACH")
    await phoned(story, contact, "D1", "10:10")
    await story.at("10:40")
    assert await story.refused("D1", contact, "handover_on_call", **OUT) == (409, "OFF_DUTY")
    await story.decide("D1", contact, "handover_on_call", **OUT, target="psychiatric_emergency")
    await story.at("10:52")
    await story.decide("D1", contact, "record_ack", received_by="Dr Ek", reference="PA-3")
    await story.at("10:55")
    view = await story.closes("D1", contact)
    assert (view["state"], view["handovers"][-1]["kind"]) == ("closed_grace", "psychiatric_emergency")
    assert sent(view) == []


async def test_on_call_does_not_acknowledge(story: Story) -> None:
    """S16c (R74): at 17:17 whoever called calls again or calls 112, the manager is told, and nothing closes."""
    contact = await evening(story)
    await story.at("17:18")
    view = await story.view(contact, "D1")
    again = task(view, "repeat_handover")
    assert (minute(again["due_at"]), lasts(again).seconds, again["owner"]) == ("2026-12-28 17:17", 15 * 60, to("D1"))
    assert "112" in again["title"]
    assert told(view, "17:17") == [to("D1"), MANAGER]
    assert await story.refused("D1", contact, "request_close") == (409, "ACK_PENDING")
    view = await story.decide("D1", contact, "call_112", received_by="SOS", reference="S-9", location="Hemma")
    assert (view["suicide_state"], codes(view)) == ("acknowledged", [])


async def test_an_eve_is_a_weekday_in_law(story: Story) -> None:
    """S16d (B3, B6): on New Year's Eve the unit is closed and on-call has no duty before 17: others resolve."""
    contact = await unreached(story, "2026-12-30", "15:00", "15:05", "15:15", "15:30", "16:00")
    await story.at("16:10")
    await story.decide("D1", contact, "assess", **UNMET)
    await story.at("10:00", "2026-12-31")
    told_so = await problem(story, "D1", contact, "handover_on_call", **OUT)
    assert (told_so["code"], told_so["alternatives"]) == ("OFF_DUTY", ["psychiatric_emergency", "emergency_112"])
    refused = await story.refused("D1", contact, "handover_on_call", **OUT, target="unit_physician")
    assert refused == (409, "OFF_DUTY")
    await story.at("17:00")
    view = await story.decide("D1", contact, "handover_on_call", **OUT)
    assert view["suicide_state"] == "handover_on_call"
