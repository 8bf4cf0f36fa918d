"""T7, T8, T9 and X6: a moderate risk round a weekend, a missed visit, and a due date that never moves."""

from tests.stories.suicide.acts import (
    EACH_ASSESSOR,
    LOW,
    MANAGER,
    MODERATE,
    Body,
    assessed,
    codes,
    deadline,
    instant,
    kinds,
    minute,
    task,
    to,
    told,
)
from tests.story import P3, P4, Story, clock_of

VISIT: Body = {"profession": "psychologist", "unit": "VC-T", "contact_type": "physical"}
PLAN: Body = {
    "watcher": "SE0000000000-D1",
    "contacts": [{"at": instant("2026-12-12", "11:00"), "how": "telefon"}],
    "safety_information": True,
    "review_at": instant("2026-12-14", "08:00"),
    "rationale": "Har sällskap i helgen, D1 ringer på lördag.",
}


async def test_a_friday(story: Story) -> None:
    """T7 (R67): the window holds a weekend, so the assessor chooses; on Friday afternoon there still is open time."""
    contact = await assessed(story, "2026-12-11", "15:45", MODERATE)
    view = await story.view(contact)
    assert (view["suicide_state"], codes(view)[0]) == ("route_choice", "NOT_ATTENDED")
    assert clock_of(deadline(view, "moderate_visit")["hard_at"]) == "2026-12-13 23:59:59"
    assert minute(deadline(view, "route_choice")["hard_at"]) == "2026-12-11 16:30"
    start = {"start": instant("2026-12-11", "16:45")}
    assert await story.refused("Y1", contact, "book_physical", **VISIT, **start) == (409, "WRONG_STATE")
    assert await story.refused("N1", contact, "choose_route", route="book", rationale="Nej.") == (403, "NOT_ASSESSOR")
    await story.at("16:31")
    assert told(await story.view(contact), "16:30", "route_choice") == [*EACH_ASSESSOR, MANAGER]
    view = await story.decide("Y1", contact, "choose_route", route="book", rationale="Hinner före stängning.")
    assert view["suicide_state"] == "booking"
    view = await story.decide("Y1", contact, "book_physical", **VISIT, **start)
    assert view["suicide_state"] == "booked"


async def test_a_weekend_plan(story: Story) -> None:
    """T7: after closing only a plan is left; its watcher is off duty and has promised; a new assessment ends it."""
    contact = await assessed(story, "2026-12-11", "15:45", MODERATE)
    assert await story.refused("Y1", contact, "set_plan", **PLAN) == (422, "NO_WATCHER")
    await story.at("17:05")
    refused = await story.refused("Y1", contact, "choose_route", route="book", rationale="Nej.")
    assert refused == (409, "WRONG_STATE")
    view = await story.decide("Y1", contact, "set_plan", **PLAN, watcher_confirmed=True)
    assert (view["suicide_state"], told(view, "17:05")) == ("plan", [to("D1")])
    await story.at("11:16", "2026-12-12")
    view = await story.view(contact)
    assert task(view, "plan_contact")["owner"] == to("D1")
    assert told(view, "11:15", "plan_contact") == [*EACH_ASSESSOR, MANAGER]
    await story.decide("D1", contact, "complete_plan_contact", at=PLAN["contacts"][0]["at"], outcome="Svarade, lugn.")
    await story.at("08:00", "2026-12-14")
    view = await story.view(contact)
    assert "Två dagar har gått och besöket har inte blivit av" not in {each["reason"] for each in view["alerts"]}
    assert clock_of(task(view, "plan_review")["due_at"]) == "2026-12-14 08:00:00"
    view = await story.decide("Y1", contact, "assess", **MODERATE)
    assert (view["suicide_state"], clock_of(deadline(view, "moderate_visit")["hard_at"])) == (
        "route_choice",
        "2026-12-13 23:59:59",
    )
    book = {"route": "book", "rationale": "Nej."}
    assert await story.refused("Y1", contact, "choose_route", **book) == (409, "WRONG_STATE")
    await story.decide("Y1", contact, "choose_route", route="same_day", rationale="Kommer i dag.")
    today, tomorrow = {"start": instant("2026-12-14", "13:00")}, {"start": instant("2026-12-15", "09:00")}
    assert await story.refused("Y1", contact, "book_physical", **VISIT, **tomorrow) == (422, "BEYOND_DUE")
    view = await story.decide("Y1", contact, "book_physical", **VISIT, **today)
    assert view["suicide_state"] == "booked"


async def test_the_due_date_never_moves(story: Story) -> None:
    """X6, R64: not by a new moderate assessment, a retraction, a no; a low one ends it, a visit that was made too."""
    contact = await assessed(story, "2026-12-07", "10:00", MODERATE, P4)
    await story.at("10:00", "2026-12-08")
    for decision, fields in (
        ("assess", MODERATE),
        ("retract_assessment", {"rationale": "Fel källa."}),
        ("assess", MODERATE),
        ("decline_booking", {}),
    ):
        view = await story.decide("Y1", contact, decision, **fields)
        assert clock_of(deadline(view, "moderate_visit")["hard_at"]) == "2026-12-09 23:59:59", decision
    await story.decide("Y1", contact, "choose_route", route="book", rationale="Ändrade sig.")
    await story.decide("Y1", contact, "book_physical", **VISIT, start=instant("2026-12-08", "10:30"))
    await story.decide("Y1", contact, "retract_assessment", rationale="Fel källa.")
    view = await story.decide("Y1", contact, "assess", **MODERATE)
    assert (view["suicide_state"], view["booking"]["state"]) == ("booked", "booked")
    await story.decide("REC1", contact, "attended")
    view = await story.decide("Y1", contact, "assess", **MODERATE)
    due = deadline(view, "moderate_visit")
    assert (view["suicide_state"], clock_of(due["hard_at"]), due["met_at"]) == ("booking", "2026-12-10 23:59:59", None)
    view = await story.decide("Y1", contact, "assess", **LOW)
    assert "moderate_visit" not in {each["name"] for each in view["deadlines"]}


async def test_missed(story: Story) -> None:
    """T9: phoned at once as one who is silent; the due date stands, and a late arrival still counts."""
    contact = await assessed(story, "2026-12-07", "10:00", MODERATE, P3)
    await story.decide("Y1", contact, "book_physical", **VISIT, start=instant("2026-12-07", "14:00"))
    await story.at("14:20")
    assert await story.refused("N2", contact, "missed") == (403, "NOT_HOLDER")
    await story.decide("REC1", contact, "missed")
    view = await story.view(contact)
    assert (view["suicide_state"], view["booking"]["state"], codes(view)[0]) == ("phoning", "missed", "NOT_ATTENDED")
    assert told(view, "14:20") == [to("Y1")]
    assert minute(task(view, "call_patient")["due_at"]) == "2026-12-07 14:20"
    assert await story.refused("REC1", contact, "missed") == (409, "WRONG_STATE")
    await story.at("14:36")
    assert told(await story.view(contact), "14:35", "call_patient") == EACH_ASSESSOR
    view = await story.decide("Y1", contact, "log_call", reached=True, note="Missade bussen.")
    assert (view["suicide_state"], "assess" in kinds(view)) == ("assessing", True)
    view = await story.decide("Y1", contact, "assess", **MODERATE)
    assert clock_of(deadline(view, "moderate_visit")["hard_at"]) == "2026-12-09 23:59:59"
    view = await story.decide("REC1", contact, "attended")
    assert (view["reduced"], view["suicide_state"]) == (True, "attended")
