"""T15: nobody is there. M15 is shown, nothing is turned away, and the ladder begins when the unit opens."""

import pytest

from tests.stories.suicide.acts import (
    EACH_ASSESSOR,
    FORM,
    MANAGER,
    SEEN,
    accepted,
    codes,
    minute,
    suspicion,
    task,
    to,
    told,
)
from tests.story import P1, P3, T17, Story, chat, clock_of

ON_CALL = {"role": "on_call"}
PAGED = {"VC-T": {"page_after_hours": True}}


@pytest.mark.parametrize("unit", ["VC-T", "MOT-T"])
async def test_a_forms_yes_on_saturday(story: Story, unit: str) -> None:
    """T15, A11: accepted at every unit with M15 first; tier and queue at once, the handover from Monday's opening."""
    await story.begins("2026-12-05", "22:00")
    sent = chat(P3, unit=unit, triaged=True, priority=3, form=FORM)
    shown = await story.call("POST", "/contacts/preview", who="platform24", json=sent)
    assert (shown["send_possible"], shown["screen"][0]["template"]) == (True, "M15")
    answer = await story.submit(sent)
    assert (answer["outcome"], clock_of(answer["opens_at"])) == ("accepted", "2026-12-07 08:00:00")
    assert "tidigast måndag 7 december klockan 08.00" in answer["screen"][0]["text"]
    assert answer["screen"][0]["numbers"] == ["112", "90101", "1177"]
    contact = answer["contact_id"]
    view = await story.view(contact, "AUD1")
    assert (view["tier"], view["suicide_state"], view["state"], view["alerts"]) == (
        "suicide",
        "suspected",
        "queued",
        [],
    )
    accept = task(view, "handover_accept")
    assert (clock_of(accept["opened_at"]), clock_of(accept["due_at"])) == (
        "2026-12-07 08:00:00",
        "2026-12-07 08:15:00",
    )
    await story.at("08:06", "2026-12-07")
    view = await story.view(contact, "AUD1")
    assert told(view, "08:05", "handover_accept") == [task(view, "call_assessor")["owner"]]
    assert codes(view) == ["NO_ASSESSMENT"]


async def test_a_minor_on_saturday(story: Story) -> None:
    """B8: Bris too for who is under 18."""
    await story.begins("2026-12-05", "22:00")
    answer = await story.submit(chat(T17, form=FORM))
    assert "116 111" in answer["screen"][0]["numbers"]


async def test_paged(story: Story) -> None:
    """T15: if the unit has turned it on, on-call is told of a sign in closed hours, of words in free text too."""
    await story.begins("2026-12-05", "22:00", PAGED)
    form = await story.comes_in(P3, form=FORM)
    words = await story.comes_in(P1, message="Jag vill inte leva längre.")
    other = await story.comes_in(P1, message="Jag har ont i halsen.")
    assert [told(await story.view(each), "22:00") for each in (form, words, other)] == [[ON_CALL], [ON_CALL], []]


async def test_not_paged_unless_turned_on(story: Story) -> None:
    """T15: off by default: M15 alone."""
    await story.begins("2026-12-05", "22:00")
    for fields in ({"form": FORM}, {"message": "Jag vill inte leva längre."}):
        contact = await story.comes_in(P3, **fields)
        assert (await story.view(contact))["alerts"] == []


async def test_the_unit_closes_with_a_suspicion_open(story: Story) -> None:
    """The task table: open minutes stand still over night; whom `page_after_hours` names is told at closing."""
    contact = await suspicion(story, "2026-12-07", "16:50", config=PAGED)
    assert minute(task(await story.view(contact), "handover_accept")["due_at"]) == "2026-12-08 08:05"
    await story.at("17:01")
    assert told(await story.view(contact), "17:00") == [ON_CALL]
    await story.at("08:06", "2026-12-08")
    view = await story.view(contact)
    assert told(view, "2026-12-08 08:05", "handover_accept") == EACH_ASSESSOR
    await story.at("08:21")
    assert MANAGER in told(await story.view(contact), "2026-12-08 08:20", "handover_accept")


async def test_flagged_in_the_evening(story: Story) -> None:
    """R59: a flag counts at once also when the unit is closed; the holder may then hand over by herself (T3)."""
    await story.begins("2026-12-07", "16:30")
    contact = await story.comes_in(P3)
    await story.decide("N1", contact, "pick")
    await story.at("17:30")
    await story.decide("N1", contact, "flag_suspicion", observation=SEEN)
    view = await story.view(contact)
    assert (view["suicide_state"], told(view, "17:30"), view["messages"][-1]["template"]) == ("suspected", [], "M15")
    view = await story.decide("N1", contact, "handover_on_call", content="Skriver att hen vill dö.")
    assert (view["suicide_state"], view["handovers"][-1]["to"]["target"]) == ("handover_on_call", "on_call")


async def test_a_reply_in_the_evening(story: Story) -> None:
    """A11: words in an open suicide case get M15, whatever they say; the tasks wait until we open."""
    contact = await accepted(story, "2026-12-07", "16:30")
    await story.decide("Y1", contact, "message", text="Hur är det?")
    await story.at("19:00")
    answer = await story.report(contact, "patient_message", text="Lite bättre.")
    assert (answer["contact_id"], answer["screen"][0]["template"]) == (contact, "M15")
    await story.at("08:31", "2026-12-08")
    view = await story.view(contact)
    assert (minute(task(view, "assess")["due_at"]), task(view, "assess")["owner"]) == ("2026-12-08 08:30", to("Y1"))
