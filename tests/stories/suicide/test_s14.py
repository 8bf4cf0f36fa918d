"""S14: a patient stops answering, the chat is kept open while it is safe, she is reached by phone (R68-R70, T11)."""

from tests.stories.suicide.acts import MODERATE, accepted, codes, deadline, instant, kinds, minute, sent, task, written
from tests.story import P4, Story, clock_of

VISIT = {"profession": "physician", "unit": "VC-T", "contact_type": "physical"}


async def test_silent_extended_reached_and_seen(story: Story) -> None:
    """S14: the silence is seen, a person extends, calls and assesses; the clock closes nothing."""
    contact = await accepted(story, "2026-12-17", "09:00", P4)
    await story.report(contact, "patient_message", text="Det är svårt.")
    await story.at("09:25")
    view = await story.decide("Y1", contact, "message", text="Hur menar du då?")
    assert minute(deadline(view, "silence")["hard_at"]) == "2026-12-17 11:25"
    assert (view["state"], "assess" in kinds(view)) == ("awaiting_patient", False)
    await story.at("11:30")
    silence = task(await story.view(contact), "silence")
    assert (minute(silence["due_at"]), silence["owner"]) == ("2026-12-17 11:25", {"hsa_id": "SE0000000000-Y1"})
    until = {"until": instant("2026-12-17", "13:00"), "rationale": "Brukar svara efter lunch."}
    assert await story.refused("N1", contact, "extend", **until) == (403, "NOT_ASSESSOR")
    late = until | {"until": instant("2026-12-18", "17:01")}
    assert await story.refused("Y1", contact, "extend", **late) == (422, "BEYOND_LIMIT")
    view = await story.decide("Y1", contact, "extend", **until)
    assert (view["suicide_state"], clock_of(deadline(view, "extension")["hard_at"])) == (
        "extended",
        "2026-12-17 13:00:00",
    )
    assert not {"assess", "silence"} & set(kinds(view))
    await story.at("11:31")
    await story.decide("Y1", contact, "sms_reminder")
    await story.at("13:05")
    view = await story.view(contact)
    assert (view["state"], clock_of(task(view, "extension_expired")["due_at"])) == (
        "awaiting_patient",
        "2026-12-17 13:00:00",
    )
    view = await story.decide("Y1", contact, "log_call", reached=False, note="Inget svar.")
    assert (view["suicide_state"], minute(task(view, "call_patient")["due_at"])) == ("phoning", "2026-12-17 13:35")
    await story.at("13:40")
    await story.decide("Y1", contact, "log_call", reached=True, note="Svarar, ledsen.")
    await story.at("13:55")
    view = await story.decide("Y1", contact, "assess", **(MODERATE | {"sources": ["chat", "phone"]}))
    assert clock_of(deadline(view, "moderate_visit")["hard_at"]) == "2026-12-19 23:59:59"
    assert view["suicide_state"] == "route_choice"
    start = {"start": instant("2026-12-18", "11:00")}
    assert await story.refused("Y1", contact, "book_physical", **VISIT, **start) == (409, "WRONG_STATE")
    view = await story.decide("Y1", contact, "choose_route", route="book", rationale="Kan komma på fredag.")
    assert ("choose_route: book", "Kan komma på fredag.") in [(each["about"], each["text"]) for each in view["notes"]]
    saturday = {"start": instant("2026-12-19", "11:00")}
    assert await story.refused("Y1", contact, "book_physical", **VISIT, **saturday) == (422, "UNIT_CLOSED")
    await story.decide("Y1", contact, "book_physical", **VISIT, **start)
    await story.at("11:40", "2026-12-18")
    view = await story.decide("Y1", contact, "attended")
    assert codes(view) == ["ASSESSMENT_UNDOCUMENTED"]
    await story.attests("Y1", contact)
    await story.at("11:50")
    view = await story.closes("Y1", contact)
    assert (view["state"], sent(view)) == ("closed_grace", ["M4"])
    assert written(view) == [("N1", "doc_note"), ("Y1", "doc_note"), ("Y1", "doc_suicide_assessment")]
