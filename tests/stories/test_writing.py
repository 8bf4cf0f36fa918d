"""Words to the patient and about the patient: messages, phrases, calls, notes, order in the queue (R45, R55, R56)."""

from tests.stories.conftest import No
from tests.story import P1, Story


async def held(story: Story) -> str:
    """A chat in N1's hands, on a Tuesday at nine."""
    await story.begins("2026-11-24", "09:00")
    contact = await story.comes_in(P1, triaged=True, priority=3)
    await story.decide("N1", contact, "pick")
    return contact


async def test_only_the_holder_writes(story: Story, no: No) -> None:
    """R45: not from the queue, not a colleague, not another role, not once it is closed."""
    await story.begins("2026-11-24", "09:00")
    contact = await story.comes_in(P1)
    assert await no("N1", contact, "message", text="Hej.") == (403, "NOT_HOLDER")
    await story.decide("N1", contact, "pick")
    assert await no("N2", contact, "message", text="Hej.") == (403, "NOT_ADDRESSED")
    for who in ("VCH", "K1", "AUD1"):
        assert await no(who, contact, "message", text="Hej.") == (403, "FORBIDDEN_ROLE")
    assert (await story.decide("N1", contact, "message", text="Hej, hur mår du?"))["state"] == "awaiting_patient"
    await story.closes("N1", contact)
    assert await no("N1", contact, "message", text="En sak till.") == (409, "WRONG_STATE")


async def test_words_or_a_phrase_of_the_unit(story: Story, no: No) -> None:
    """R47, R55: one of the two; a phrase the unit has, to be sent by hand; the style is hinted at, never stopped."""
    contact = await held(story)
    assert await no("N1", contact, "message") == (422, "MISSING_FIELD")
    assert await no("N1", contact, "message", text="Hej", phrase="Stängning") == (422, "INVALID")
    assert await no("N1", contact, "message", phrase="Finns inte") == (422, "INVALID")
    assert await no("N1", contact, "message", text="  ") == (422, "INVALID")
    told = await story.decide("N1", contact, "message", text="OBS! Ring mig", expects_reply=False)
    assert told["state"] == "in_progress"
    assert len(told["hints"]) == 3
    closing = await story.decide("N1", contact, "message", phrase="Stängning")
    assert closing["messages"][-1]["template"] == "M5"


async def test_a_call_answers_only_who_was_reached(story: Story, no: No) -> None:
    """R39, R98: who was not reached still waits for us; who was, has been answered."""
    contact = await held(story)
    await story.report(contact, "patient_message", text="Ring mig gärna.")
    assert await no("N1", contact, "log_call", note="Ringde.") == (422, "MISSING_FIELD")
    assert await no("N1", contact, "log_call", reached=True, note="") == (422, "INVALID")
    assert await no("N2", contact, "log_call", reached=True, note="Ringde.") == (403, "NOT_ADDRESSED")
    await story.at("09:10")
    missed = await story.decide("N1", contact, "log_call", reached=False, note="Inget svar.")
    assert [task["kind"] for task in missed["tasks"]] == ["reply", "doc_note"]
    await story.at("09:20")
    reached = await story.decide("N1", contact, "log_call", reached=True, note="Mår bättre.")
    assert [task["kind"] for task in reached["tasks"]] == ["follow_up", "doc_note"]
    assert [call["reached"] for call in reached["calls"]] == [False, True]
    met = {each["name"]: each["met_at"] for each in reached["deadlines"]}
    assert met["guarantee_contact"].startswith("2026-11-24T09:10")


async def test_a_note_between_colleagues(story: Story, no: No) -> None:
    """R85: the holder's, also once it is closed; the patient sees none of it, and it answers nothing."""
    contact = await held(story)
    await story.report(contact, "patient_message", text="Hej?")
    assert await no("N2", contact, "internal_note", text="Ringer.") == (403, "NOT_ADDRESSED")
    assert await no("N1", contact, "internal_note", text="") == (422, "INVALID")
    noted = await story.decide("N1", contact, "internal_note", text="Ringer efter lunch.")
    assert noted["notes"][-1]["text"] == "Ringer efter lunch."
    assert noted["tasks"][0]["kind"] == "reply"
    assert [line["from"] for line in noted["chat"]] == ["patient", "patient"]
    await story.closes("N1", contact, grace="none")
    await story.decide("N1", contact, "internal_note", text="Kom ihåg intyget.")
    assert (await story.attests("N1", contact))["state"] == "completed"
    assert await no("N1", contact, "internal_note", text="För sent.") == (409, "WRONG_STATE")


async def test_the_order_is_set_with_a_reason(story: Story, no: No) -> None:
    """R45: any licensed person of the unit, from 1 to 5, with a reason; the form's own stays, closed cases do too."""
    contact = await held(story)
    assert await no("N2", contact, "set_urgency", priority=1) == (422, "NO_RATIONALE")
    assert await no("N2", contact, "set_urgency", priority=1, rationale=" ") == (422, "NO_RATIONALE")
    for priority in (0, 6, "1"):
        assert await no("N2", contact, "set_urgency", priority=priority, rationale="Feber.") == (422, "INVALID")
    assert await no("REC1", contact, "set_urgency", priority=1, rationale="Feber.") == (403, "FORBIDDEN_ROLE")
    assert await no("N9", contact, "set_urgency", priority=1, rationale="Feber.") == (403, "OTHER_UNIT")
    await story.decide("D1", contact, "set_urgency", priority=1, rationale="Feber i nio dagar.")
    view = await story.view(contact)
    assert (view["priority"], view["priority_form"], view["holder"]) == (1, 3, "SE0000000000-N1")
    await story.closes("N1", contact)
    assert await no("N2", contact, "set_urgency", priority=1, rationale="Feber.") == (409, "WRONG_STATE")
