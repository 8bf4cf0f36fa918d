"""S12: a patient who opposes a visit, and one who refuses everything (R67, R75, T6, T14)."""

from tests.stories.suicide.acts import (
    EACH_ASSESSOR,
    MANAGER,
    MODERATE,
    Body,
    accepted,
    codes,
    instant,
    kinds,
    lasts,
    problem,
    sent,
    task,
    to,
    told,
    written,
)
from tests.story import P5, Story

PLAN: Body = {
    "watcher": "SE0000000000-Y1",
    "contacts": [
        {"at": instant("2026-12-15", "15:00"), "how": "chatt"},
        {"at": instant("2026-12-16", "10:00"), "how": "telefon"},
    ],
    "safety_information": True,
    "review_at": instant("2026-12-16", "08:00"),
    "rationale": "Vill inte komma, går med på tät kontakt.",
}


async def opposing(story: Story) -> str:
    """Moderate at 09:30; the patient says no to a visit at 09:50."""
    contact = await accepted(story, "2026-12-15", "09:20", P5)
    await story.decide("Y1", contact, "message", text="Hur mår du i dag?")
    await story.report(contact, "patient_message", text="Jag orkar inte.")
    await story.at("09:30")
    await story.decide("Y1", contact, "assess", **MODERATE)
    assert await story.refused("Y1", contact, "set_plan", **PLAN) == (409, "WRONG_STATE")
    await story.at("09:50")
    assert await story.refused("N2", contact, "decline_booking") == (403, "NOT_HOLDER")
    view = await story.decide("Y1", contact, "decline_booking")
    assert (view["suicide_state"], codes(view)[0]) == ("route_choice", "NOT_ATTENDED")
    assert lasts(task(view, "route_choice")).seconds == 60 * 60
    return contact


async def test_a_plan_in_dialogue(story: Story) -> None:
    """S12a (R67, T6): who watches, when, what the patient knows; its tasks fall due, and only an assessment ends it."""
    contact = await opposing(story)
    for fields, code in (
        ({"watcher": "SE0000000000-REC1"}, "NO_WATCHER"),
        ({"safety_information": False}, "MISSING_FIELD"),
        ({"review_at": instant("2026-12-16", "08:01")}, "BEYOND_LIMIT"),
        ({"contacts": [{"at": instant("2026-12-15", "20:00"), "how": "telefon"}]}, "NO_WATCHER"),
    ):
        assert await story.refused("Y1", contact, "set_plan", **(PLAN | fields)) == (422, code)
    assert await story.refused("N1", contact, "set_plan", **PLAN) == (403, "NOT_ASSESSOR")
    view = await story.decide("Y1", contact, "set_plan", **PLAN)
    assert (view["suicide_state"], codes(view)[0]) == ("plan", "PLAN_OPEN")
    assert [each["owner"] for each in view["tasks"] if each["kind"] == "plan_contact"] == [to("Y1")] * 2
    assert await story.refused("Y1", contact, "request_close") == (409, "PLAN_OPEN")
    await story.at("15:16")
    assert told(await story.view(contact), "15:15", "plan_contact") == [*EACH_ASSESSOR, MANAGER]
    first = PLAN["contacts"][0]["at"]
    assert await story.refused("N1", contact, "complete_plan_contact", at=first, outcome="Ja.") == (403, "NOT_ASSESSOR")
    view = await story.decide("Y1", contact, "complete_plan_contact", at=first, outcome="Lugnare i dag.")
    assert [each["outcome"] for each in view["plan"]["contacts"]] == ["Lugnare i dag.", None]
    await story.at("08:16", "2026-12-16")
    assert told(await story.view(contact), "08:15", "plan_review") == [*EACH_ASSESSOR, MANAGER]
    await story.decide("Y1", contact, "log_call", reached=True, note="Mår bättre.")
    await story.attests("Y1", contact)
    assert await story.refused("Y1", contact, "request_close") == (409, "PLAN_OPEN")
    view = await story.decide("Y1", contact, "assess", **(MODERATE | {"level": "low", "step": "dodstankar"}))
    assert (view["suicide_state"], view["deadlines"][-1]["name"] == "plan_review") == ("low_ask", False)
    assert not {"plan_contact", "plan_review"} & set(kinds(view))


async def test_refuses_everything(story: Story) -> None:
    """S12b (R75, T14): the last resort needs a handover first; on-call is off duty by day and says so at once."""
    contact = await opposing(story)
    await story.decide("Y1", contact, "set_plan", **PLAN)
    await story.at("14:20")
    await story.decide("Y1", contact, "log_call", reached=True, note="Vill inte ha någon vård alls.")
    await story.at("14:30")
    assert await story.refused("N1", contact, "close_last_resort", rationale="Vill inget.") == (403, "NOT_ASSESSOR")
    assert await story.refused("Y1", contact, "close_last_resort", rationale="Vill inget.") == (409, "NO_HANDOVER")
    await story.at("14:31")
    handover = {"content": "Måttlig risk, avböjer all vård."}
    told_so = await problem(story, "Y1", contact, "handover_on_call", **handover)
    assert (told_so["status"], told_so["code"]) == (409, "OFF_DUTY")
    assert told_so["alternatives"] == ["unit_physician", "psychiatric_emergency", "emergency_112"]
    await story.decide("Y1", contact, "handover_on_call", **handover, target="psychiatric_emergency")
    assert await story.refused("Y1", contact, "request_close") == (409, "ACK_PENDING")
    await story.at("14:45")
    await story.decide("Y1", contact, "record_ack", received_by="Dr Ek", reference="PA-17")
    view = await story.decide("Y1", contact, "close_last_resort", rationale="Vill inget. Akuten har tagit vid.")
    await story.at("14:50")
    view = await story.decide("Y1", contact, "confirm_close", token=view["close_token"])
    assert (view["state"], view["suicide_state"]) == ("closed_grace", "released")
    assert written(view) == [("N1", "doc_note"), ("Y1", "doc_note"), ("Y1", "doc_suicide_assessment")]
    assert sent(view) == []
    assert {each["kind"] for each in view["tasks"]} == {"doc_note", "doc_suicide_assessment"}
