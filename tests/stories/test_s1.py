"""S1: an advice chat that is no visit (R45, R54, R83, R98)."""

from tests.story import P1, Story, clock_of

FORM = {"report": "Anamnesrapport", "answers": [{"question": "Feber?", "answer": "Nej"}], "suicide_sign": False}


async def test_s1_advice_chat(story: Story) -> None:
    """S1: picked, answered, closed in two steps without grace, completed when attested."""
    await story.begins("2026-11-23", "09:12")
    contact = await story.comes_in(P1, triaged=True, priority=4, form=FORM)
    await story.at("09:20")
    picked = await story.decide("N1", contact, "pick")
    assert (picked["state"], picked["holder"]) == ("in_progress", "SE0000000000-N1")
    await story.at("09:41")
    await story.decide("N1", contact, "message", text="Hostan går oftast över.", expects_reply=False)
    requested = await story.decide("N1", contact, "request_close", grace="none")
    assert requested["state"] == "close_requested"
    await story.at("09:42")
    closed = await story.decide("N1", contact, "confirm_close", token=requested["close_token"])
    assert closed["state"] == "closed"
    assert [task["kind"] for task in closed["tasks"]] == ["doc_note"]
    assert closed["documentation"][0]["keywords"] == ["Anamnes-Aktuellt", "Bedömning"]
    assert closed["documentation"][0]["record"] == "Cosmic, Distansbesök - skriftlig"
    assert [row["contact_id"] for row in await story.worklist("after_work")] == [contact]
    assert await story.worklist("now") == []
    done = await story.attests("N1", contact)
    assert done["state"] == "completed"
    met = {each["name"]: clock_of(each["met_at"]) for each in done["deadlines"]}
    assert met["guarantee_contact"].startswith("2026-11-23 09:41")
    assert met["guarantee_assessment"].startswith("2026-11-23 09:42")
    assert done["messages"] == []
    assert await story.call("GET", "/demo/outbox", params={"contact_id": contact}) == []
